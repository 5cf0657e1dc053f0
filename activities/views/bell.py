"""What a person was told: the list behind the bell."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tracker.toolkit.views import BadParameters, filled, refuse_control_characters

from ..notifications.words import with_rows, words_of
from ..reading.bell import in_words, told_to
from ..workflow.bell import mark_all_read, mark_read
from .person import person

PAGE_SIZE = 50


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    user = person(request)
    pages = Paginator(told_to(user), PAGE_SIZE)
    number = _page_asked(request)
    if number > pages.num_pages:
        raise Http404
    page = pages.page(number)
    page.object_list = told = in_words(page.object_list, user)
    # On the first page everything that has arrived so far is marked as read, and nothing that arrives meanwhile.
    until = max((one.notification.pk for one in told), default=0)
    return render(request, "activities/bell/list.html", {"page": page, "until": until})


def _page_asked(request: HttpRequest) -> int:
    refuse_control_characters(request.GET)
    problems = []
    number = 1
    for name, values in filled(request.GET).items():
        if name != "page":
            problems.append((name[:60], _("There is no such parameter.")))
        elif len(values) > 1 or (values and not _counts(values[0])):
            problems.append((name, _("Give one whole number, starting with 1.")))
        elif values:
            number = int(values[0])
    if problems:
        raise BadParameters(problems)
    return number


def _counts(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) > 0


@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark it as read and go where it leads: a POST, because reading changes the number beside the bell."""
    user = person(request)
    notification = get_object_or_404(with_rows(told_to(user), user), pk=pk)
    mark_read(user, notification.pk)
    return redirect(words_of(notification).path)


@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that stood on the page: what arrived since then stays unread."""
    until = request.POST.get("until", "")
    if until and not _counts(until):
        raise BadParameters([("until", _("Give one whole number, starting with 1."))])
    number = mark_all_read(person(request), int(until) if until else None)
    if number:
        messages.success(
            request,
            ngettext("%(number)d notification marked as read.", "%(number)d notifications marked as read.", number)
            % {"number": number},
        )
    return redirect("notification-list")
