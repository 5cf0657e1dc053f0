"""Mail of the outbox: what was sent to whom, what is in trouble, and addresses that are no longer written to."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.admin import KeptAdmin

from ..choices import MailState
from ..models import Notification, UndeliverableAddress
from ..workflow.outbox import count_as_sent, send_again

LONGEST = 80


@admin.register(Notification)
class NotificationAdmin(KeptAdmin):
    """Read only: a notification is written with the fact it tells. What can be decided is what becomes of its mail."""

    list_display = ("created_at", "kind", "recipient", "round", "mail_state", "attempts", "sent_at", "trouble")
    list_filter = ("mail_state", "kind", "round")
    list_select_related = ("user", "round")
    search_fields = ("user__name", "user__email", "address", "sent_to")
    actions = ("send_again", "count_as_sent")
    fields = (
        ("kind", "language", "created_at"),
        ("user", "address"),
        ("round", "organization", "activity"),
        ("mail_state", "attempts", "send_after"),
        ("sent_at", "sent_to", "claimed_at"),
        "error",
    )

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Asked of the database: there are many more notifications than rows of any other list here."""
        return admin.ModelAdmin.get_search_results(self, request, queryset, search_term)

    @admin.display(description=_("recipient"))
    def recipient(self, row: Notification) -> str:
        return str(row.user or row.address)

    @admin.display(description=_("what the mail server said"))
    def trouble(self, row: Notification) -> str:
        return row.error if len(row.error) <= LONGEST else f"{row.error[:LONGEST]}…"

    @admin.action(description=_("Send again (uncertain mail may arrive twice)"))
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        uncertain = queryset.filter(mail_state=MailState.UNCERTAIN).count()
        done = send_again(queryset)
        self.report(
            request,
            done,
            ngettext("%(n)d mail waits to be sent again.", "%(n)d mails wait to be sent again.", done),
        )
        if uncertain:
            sentence = ngettext(
                "%(n)d of them was uncertain: it may arrive twice.",
                "%(n)d of them were uncertain: they may arrive twice.",
                uncertain,
            )
            self.message_user(request, sentence % {"n": uncertain}, messages.WARNING)

    @admin.action(description=_("Count as sent"))
    def count_as_sent(self, request: HttpRequest, queryset: QuerySet) -> None:
        when = date_format(timezone.localtime(), "DATETIME_FORMAT")
        note = gettext("Counted as sent by %(name)s, %(when)s.") % {"name": request.user, "when": when}
        done = count_as_sent(queryset, note)
        self.report(request, done, ngettext("%(n)d mail counts as sent.", "%(n)d mails count as sent.", done))

    def report(self, request: HttpRequest, done: int, sentence: str) -> None:
        if not done:
            sentence = gettext("None of the selected mails was refused, given up or left uncertain.")
        self.message_user(request, sentence % {"n": done}, messages.SUCCESS if done else messages.WARNING)


@admin.register(UndeliverableAddress)
class UndeliverableAddressAdmin(KeptAdmin):
    """Written by the sender; taking a row away is writing to the address again."""

    list_display = ("address", "since", "said")
    search_fields = ("address", "said")
    fields = ("address", "since", "said")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self.message_user(
            request,
            gettext("%s is written to again. Mail that was not sent meanwhile is not made up for.") % obj.address,
        )
