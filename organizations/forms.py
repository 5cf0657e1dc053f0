"""Opening an account and changing one; there are no other forms on the ground floor."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.toolkit.admin import ReasonForm

from .choices import COORDINATORS
from .models import User


class AccountForm(ReasonForm):
    """An account as coordinators see it: keeping the register is one tick box, not a table of permissions."""

    keeps_register = forms.BooleanField(
        label=_("Coordinator"),
        required=False,
        help_text=_("Keeps the register: may open the administration and act on behalf of organizations."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "language", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("keeps_register", self.instance.groups.filter(name=COORDINATORS).exists())

    def clean_email(self) -> str:
        """Addresses differ by more than their case, and two people never share one."""
        email = User.objects.normalize_email(self.cleaned_data["email"]).lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Someone already signs in with this address."))
        return email


class NewAccountForm(AccountForm):
    """Opens an account: with a password given by hand, or with a letter in which the person chooses one."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=_("Leave empty to let the person choose one by mail."),
    )
    invite = forms.BooleanField(
        label=_("Send an invitation"),
        required=False,
        initial=True,
        help_text=_("A letter with a link under which the person chooses a password."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(email=cleaned.get("email", ""), name=cleaned.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class CodesField(forms.CharField):
    """A list of short codes, typed with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [code for part in super().to_python(value).split(",") if (code := part.strip().lower())]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


def settle_account(user: User, form: AccountForm) -> None:
    """What an account's form means beyond its own columns: the coordinators' group, and addresses of the past."""
    group = Group.objects.get_or_create(name=COORDINATORS)[0]
    if form.cleaned_data.get("keeps_register"):
        user.groups.add(group)
    else:
        user.groups.remove(group)
    # The sign-in keeps addresses of its own: one that was replaced must not open the account any longer.
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
