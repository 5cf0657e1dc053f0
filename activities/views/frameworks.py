"""The source text of a framework, citable paragraph by paragraph."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..models import Framework
from ..reading.source import read_document


@login_not_required
@require_safe
def framework_detail(request: HttpRequest, framework: str) -> HttpResponse:
    found = get_object_or_404(Framework, code=framework)
    return render(request, "activities/framework_detail.html", {"framework": found, "document": read_document(found)})
