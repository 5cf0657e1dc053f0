"""People: opening accounts, inviting, closing them; memberships. What somebody wrote stays, so nobody is deleted."""

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.admin import REASON, HistoryAdmin, KeptInline, changed_columns

from ..choices import COORDINATORS
from ..forms import AccountForm, NewAccountForm, settle_account
from ..models import Membership, User


def invite(request: HttpRequest, user: User) -> None:
    """Send the letter with a link under which the person chooses a password, in the person's language."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        with translation.override(user.language or translation.get_language()):
            form.save(request)


class MembershipInline(KeptInline):
    model = Membership
    fields = ("organization", "role", "post", "since", "until")
    autocomplete_fields = ("organization",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("organization", "user")


class PartFilter(admin.SimpleListFilter):
    title = _("part")
    parameter_name = "part"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("coordinator", _("Coordinators")),
            ("administrator", _("Administrators")),
            ("none", _("No membership")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "coordinator":
                return queryset.filter(groups__name=COORDINATORS)
            case "administrator":
                return queryset.filter(is_superuser=True)
            case "none":
                return queryset.filter(memberships__isnull=True)
        return queryset


@admin.register(User)
class UserAdmin(HistoryAdmin, DjangoUserAdmin):
    form = AccountForm
    add_form = NewAccountForm
    add_form_template = None
    list_display = ("name", "email", "language", "belongs_to", "is_active", "last_login")
    list_filter = ("is_active", PartFilter, "language")
    search_fields = ("name", "email", "memberships__organization__acronym_en", "memberships__post")
    ordering = ("name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "joined_at", "password_chosen")
    inlines = (MembershipInline,)
    actions = ("send_invitation", "deactivate")
    add_fieldsets = ((None, {"fields": ("email", "name", "language", "keeps_register", "password", "invite")}),)
    fieldsets = (
        (None, {"fields": ("email", "name", "language")}),
        (_("Rights"), {"fields": ("is_active", "keeps_register", "password_chosen")}),
        (_("Dates"), {"fields": ("joined_at", "last_login")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("memberships__organization")

    @admin.display(description=_("belongs to"))
    def belongs_to(self, user: User) -> str:
        return ", ".join(dict.fromkeys(str(membership.organization) for membership in user.memberships.all()))

    @admin.display(description=_("password"))
    def password_chosen(self, user: User) -> str:
        chosen = _("Chosen") if user.has_usable_password() else _("None yet")
        return format_html('{} – <a href="../password/">{}</a>', chosen, _("Set a password"))

    # --- who may ------------------------------------------------------------------------------------

    def may_keep(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only administrators touch an administrator's account."""
        return super().may_keep(request) and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not request.user.is_superuser:
            return fieldsets
        rights = {"fields": ("is_active", "keeps_register", "is_superuser", "password_chosen")}
        return [(title, rights if title == _("Rights") else options) for title, options in fieldsets]

    # --- writing ------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        obj._change_reason = form.cleaned_data.get(REASON) or None
        obj.is_staff = bool(form.cleaned_data.get("keeps_register")) or obj.is_superuser
        if change:
            obj.save(update_fields=[*changed_columns(form), "is_staff"])
        else:
            obj.set_password(form.cleaned_data.get("password") or None)
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        settle_account(form.instance, form)
        if not change and form.cleaned_data.get("invite"):
            invite(request, form.instance)

    @admin.action(description=_("Send an invitation to choose a password"))
    def send_invitation(self, request: HttpRequest, queryset: QuerySet) -> None:
        people = [user for user in queryset.filter(is_active=True) if self.may_keep(request, user)]
        for user in people:
            invite(request, user)
        sentence = ngettext(
            "An invitation was sent to %(n)d person.", "Invitations were sent to %(n)d people.", len(people)
        )
        self.message_user(request, sentence % {"n": len(people)}, messages.SUCCESS if people else messages.WARNING)

    @admin.action(description=_("Deactivate"))
    def deactivate(self, request: HttpRequest, queryset: QuerySet) -> None:
        """One save each, so that the history tells who closed which account."""
        closed = 0
        for user in queryset:
            if not self.may_keep(request, user) or user == request.user:
                self.message_user(request, gettext("%s: you may not close this account.") % user, messages.WARNING)
            elif user.is_active:
                user.is_active = False
                user.save(update_fields=["is_active"])
                closed += 1
        sentence = ngettext("%(n)d account was closed.", "%(n)d accounts were closed.", closed)
        self.message_user(request, sentence % {"n": closed})

    def related_histories(self, obj: User) -> Iterable[QuerySet]:
        return [Membership.history.filter(user_id=obj.pk)]
