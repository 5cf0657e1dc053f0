"""Saving a report under a name, and saying who may use it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Organization

from ..choices import Sharing
from ..models import SavedReport
from .participants import version_field
from .words import NameField, as_typed

LONGEST_NAME = SavedReport._meta.get_field("name").max_length or 0
# What can be changed of a saved report, in the order of the form.
FACTS = ("name", "shared")
WITH = f"{Sharing.ORGANIZATION}-"


def shared_of(report: Any) -> str:
    """With whom a report is shared, as one value of the form. An organization that was removed leaves none."""
    if report.sharing != Sharing.ORGANIZATION:
        return str(report.sharing)
    return f"{WITH}{report.organization_id}" if report.organization_id else str(Sharing.PRIVATE)


def facts_of(record: Any) -> dict[str, list[str]]:
    """Name and sharing of a report, or of one of its earlier versions in the history, as a form would send them."""
    return {"name": as_typed(record.name), "shared": as_typed(shared_of(record))}


class SharedForm(forms.Form):
    """The name of a report and with whom it is shared: organizations of one's own, or everybody."""

    name = NameField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    shared = forms.ChoiceField(
        label=gettext_lazy("Shared with"),
        help_text=gettext_lazy("Whoever opens it sees the rows that he or she may see."),
        error_messages={"invalid_choice": gettext_lazy("Choose one of these.")},
    )

    def __init__(self, *args: Any, user: Any, also: SavedReport | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organizations = {one.organization_id: one.organization for one in user.current_memberships}
        if also and also.organization:
            organizations.setdefault(also.organization.pk, also.organization)
        self.organizations: dict[str, Organization] = {f"{WITH}{pk}": one for pk, one in organizations.items()}
        nobody = _("Only the owner") if also and also.owner_id != user.pk else _("Only me")
        members = _("Members of %(organization)s")
        self.fields["shared"].choices = [  # type: ignore[attr-defined]
            (Sharing.PRIVATE.value, nobody),
            *((value, members % {"organization": one}) for value, one in self.organizations.items()),
            (Sharing.MEMBERS.value, Sharing.MEMBERS.label),
        ]

    def sharing(self) -> dict[str, Any]:
        """The columns that say with whom it is shared."""
        organization = self.organizations.get(self.cleaned_data["shared"])
        return {
            "sharing": Sharing.ORGANIZATION if organization else self.cleaned_data["shared"],
            "organization": organization,
        }


class SaveForm(SharedForm):
    """A report that is not saved yet; `address` is that of the page it was saved from."""

    address = forms.CharField(widget=forms.HiddenInput, max_length=8000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"shared": Sharing.PRIVATE, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class EditReportForm(SharedForm):
    """What may change of a saved report; `was` holds its facts when the form was opened."""

    version = version_field()

    def __init__(self, *args: Any, was: dict[str, list[str]], **kwargs: Any) -> None:
        self.was = was
        kwargs["initial"] = {name: (values or [""])[0] for name, values in was.items()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, list[str]]:
        """The cleaned facts, comparable with `was`."""
        return {name: as_typed(self.cleaned_data[name]) for name in FACTS}

    def changes(self, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Columns that differ from what they were, but for those to leave as they are."""
        changed = {name for name, values in self.values().items() if name not in leave and values != self.was[name]}
        found = {"name": self.cleaned_data["name"]} if "name" in changed else {}
        return found | (self.sharing() if "shared" in changed else {})


def save_form(request: Any) -> SaveForm | None:
    """For the menu that saves the page at hand; None for somebody not signed in."""
    if not request.user.is_authenticated:
        return None
    return SaveForm(user=request.user)
