"""Writes that reach beyond one row: an organization's names, of any time and language, are what it is found by."""

from collections.abc import Callable, Iterable

from tracker.toolkit.search import normalise

from .models import NAME_COLUMNS, Organization, OrganizationName

# Upstairs hangs in here what else has to follow when an organization's names, or its successor, have changed.
after_names_changed: list[Callable[[Organization], object]] = []


def search_text_of(organization: Organization) -> str:
    """Every acronym and name the organization has or had, in every language, and the last part of its address."""
    texts = [organization.slug, *(getattr(organization, column) for column in NAME_COLUMNS)]
    for row in OrganizationName.objects.filter(organization=organization).values_list(*NAME_COLUMNS):
        texts += row
    return " | ".join(dict.fromkeys(filter(None, (normalise(text) for text in texts if text))))


def refresh_search_text(organizations: Iterable[Organization]) -> int:
    """Rewrite `search_text` where it differs; return how many rows changed. Nobody is told of it."""
    changed = 0
    for organization in organizations:
        text = search_text_of(organization)
        if text != organization.search_text:
            Organization.objects.filter(pk=organization.pk).update(search_text=text)
            organization.search_text = text
            changed += 1
    return changed


def save_names(organization: Organization) -> None:
    """Call this after an organization's names or successor were written: it keeps what everything is found by."""
    refresh_search_text([organization])
    for follow in after_names_changed:
        follow(organization)
