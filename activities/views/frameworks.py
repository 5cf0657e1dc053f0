"""The source text of a framework, citable paragraph by paragraph."""

import hashlib
import re
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from ..models import Framework
from ..reading.source import read_document

FORM_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


@login_not_required
@require_safe
def framework_detail(request: HttpRequest, framework: str) -> HttpResponse:
    """The longest page, and it hardly ever changes: whoever has it is told so (304) and is not sent it again."""
    found = get_object_or_404(Framework, code=framework)
    context = {"framework": found, "document": read_document(found)}
    response = render(request, "activities/framework_detail.html", context)
    response.headers["ETag"] = _etag(request, response.content)
    known: Any = get_conditional_response(request, response.headers["ETag"], None, response)
    return known


def _etag(request: HttpRequest, page: bytes) -> str:
    """The page in a few characters. Every answer writes its form token anew; what counts is the secret behind it."""
    secret = request.META.get("CSRF_COOKIE", "").encode()
    token = FORM_TOKEN.search(page)
    same = page.replace(token[1], b"") if token else page
    return f'"{hashlib.sha256(secret + same).hexdigest()[:32]}"'
