"""What cells may refer to: codes and labels of six languages, countries, organizations, items; read once per file."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_countries import countries

from organizations.models import NAME_COLUMNS, Organization, OrganizationName, User

from ..models import Activity, Framework, FunctionalField, ObstacleKind, Principle, Theme
from ..models.names import LANGUAGES
from ..workflow.derived import names_of_country

CODES = tuple(code for code, _name in settings.LANGUAGES)
TITLES = tuple(f"title_{language}" for language in LANGUAGES)
VOCABULARIES = {"fields": FunctionalField, "themes": Theme, "obstacles": ObstacleKind}
SHOWN = 60


def plain(text: str) -> str:
    """A label as it is compared: case and spaces do not matter."""
    return " ".join(text.casefold().split())


class Unknown(ValueError):
    """A cell names what does not exist, or what could be several things. The message says so."""


class Labels:
    """Codes and labels that stand for one thing each, in the languages of the register."""

    def __init__(self) -> None:
        self.known: dict[str, set[Any]] = defaultdict(set)
        self.codes: dict[str, Any] = {}

    def add(self, thing: Any, code: str, labels: Iterable[str]) -> None:
        self.codes[plain(code)] = thing
        for label in labels:
            if label:
                self.known[plain(label)].add(thing)

    def find(self, text: str) -> Any:
        """The thing that a code or a label names. Raises Unknown."""
        wanted = plain(text)
        if wanted in self.codes:
            return self.codes[wanted]
        found = self.known.get(wanted, set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise Unknown(_("“%(text)s” could be several things. Write the code.") % {"text": text[:SHOWN]})
        raise Unknown(
            _("“%(text)s” is not known here. The codes are on the second sheet of the template.")
            % {"text": text[:SHOWN]}
        )


def labels_of_choices(choices: Any) -> Labels:
    """The codes of a fixed list and what they are called in each language."""
    labels = Labels()
    for code, label in choices.choices:
        labels.add(code, code, in_languages(label))
    return labels


def in_languages(label: Any) -> list[str]:
    """A lazy text in each language of the register."""
    said = []
    for language in CODES:
        with override(language):
            said.append(str(label))
    return list(dict.fromkeys(said))


class Lists:
    """The register's lists, each read when a column first asks for it."""

    def __init__(self) -> None:
        self._choices: dict[Any, Labels] = {}
        self._vocabularies: dict[str, Labels] = {}

    def choices(self, choices: Any) -> Labels:
        if choices not in self._choices:
            self._choices[choices] = labels_of_choices(choices)
        return self._choices[choices]

    def vocabulary(self, name: str) -> Labels:
        """Keys of functional fields, themes or kinds of obstacles."""
        if name not in self._vocabularies:
            labels = self._vocabularies[name] = Labels()
            for row in VOCABULARIES[name].objects.rewrite(False).values("pk", "code", *TITLES):  # type: ignore[attr-defined]
                labels.add(row["pk"], row["code"], (row[title] for title in TITLES))
        return self._vocabularies[name]

    @cached_property
    def countries(self) -> Labels:
        labels = Labels()
        for country in countries:
            labels.add(country.code, country.code, names_of_country(country.code))
        return labels

    @cached_property
    def languages(self) -> Labels:
        labels = Labels()
        for code, label in settings.LANGUAGES:
            labels.add(code, code, in_languages(label))
        return labels

    @cached_property
    def frameworks(self) -> Labels:
        labels = Labels()
        columns = [f"{field}_{language}" for field in ("title", "short_title") for language in LANGUAGES]
        for row in Framework.objects.rewrite(False).values("pk", "code", "symbol", *columns):  # type: ignore[attr-defined]
            labels.add(row["pk"], row["code"], [row["symbol"], *(row[column] for column in columns)])
        return labels

    @cached_property
    def principles(self) -> dict[int, Labels]:
        """By framework: the key of each of its principles."""
        found: dict[int, Labels] = defaultdict(Labels)
        for row in Principle.objects.rewrite(False).values("pk", "framework_id", "code", *TITLES):  # type: ignore[attr-defined]
            found[row["framework_id"]].add(row["pk"], row["code"], (row[title] for title in TITLES))
        return found

    @cached_property
    def items(self) -> dict[str, list[Activity]]:
        """The agreed items of that code, one in each framework that has it."""
        found: dict[str, list[Activity]] = defaultdict(list)
        for item in Activity.objects.agreed_items().select_related("framework").defer("search_text"):
            found[plain(item.code)].append(item)
        return found

    @cached_property
    def organizations(self) -> Labels:
        """By slug, acronym and every name of any time: the key of the organization."""
        labels = Labels()
        earlier: dict[int, list[str]] = defaultdict(list)
        for key, *names in OrganizationName.objects.rewrite(False).values_list("organization_id", *NAME_COLUMNS):  # type: ignore[attr-defined]
            earlier[key] += names
        former: list[tuple[int, str, list[str]]] = []
        for key, slug, *names in Organization.objects.rewrite(False).values_list("pk", "slug", *NAME_COLUMNS):  # type: ignore[attr-defined]
            labels.add(key, slug, names)
            former.append((key, slug, earlier[key]))
        # What another one is called today is not taken for somebody's former name.
        today = set(labels.known)
        for key, slug, names in former:
            labels.add(key, slug, (name for name in names if name and plain(name) not in today))
        return labels

    @cached_property
    def acronyms(self) -> dict[int, Organization]:
        return {row.pk: row for row in Organization.objects.defer("search_text")}

    @cached_property
    def people(self) -> dict[str, int]:
        return {email.casefold(): key for key, email in User.objects.filter(is_active=True).values_list("pk", "email")}


def item_of(lists: Lists, text: str, framework: int | None) -> Activity:
    """The agreed item of that code. Raises Unknown."""
    found = [item for item in lists.items.get(plain(text), ()) if framework in (None, item.framework_id)]
    if len(found) > 1:
        raise Unknown(
            _("“%(code)s” exists in several frameworks. Say which one in a column “framework”.")
            % {"code": text[:SHOWN]}
        )
    if not found:
        raise Unknown(_("“%(code)s” is not an agreed item.") % {"code": text[:SHOWN]})
    return found[0]
