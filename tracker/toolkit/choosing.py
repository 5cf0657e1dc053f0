"""Which columns of a report an address asks for, and in which order: `columns=code,title,status`.

A form sends a tick for each column (`columns` several times) and its place (`place-title=2`); the answer to it is a
redirect to the address with one list.
"""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from tracker.toolkit.spreadsheets import Column

COLUMNS = "columns"
_PLACE = "place-"
_MOST = 99


def is_place(parameter: str) -> bool:
    return parameter.startswith(_PLACE)


def read_columns(
    given: dict[str, list[str]], offer: Callable[[], Sequence[Column]], problems: list[tuple[str, str]]
) -> list[str] | None:
    """The names asked for, taken out of `given`; None where it says nothing of columns.

    The first column offered is always first and always there. Adds to `problems` what is not understood.
    """
    asked = [name for name in given if name == COLUMNS or is_place(name)]
    if not asked or not (offered := [column.name for column in offer()]):
        return None
    names = [name for text in given.pop(COLUMNS, []) for name in text.split(",")]
    for name in dict.fromkeys(names):
        if name not in offered:
            problems.append((COLUMNS, _("There is no column “%(name)s”.") % {"name": name[:60]}))
        elif names.count(name) > 1:
            problems.append((COLUMNS, _("The column “%(name)s” is given more than once.") % {"name": name}))
    places = {}
    for parameter in asked:
        name = parameter.removeprefix(_PLACE)
        if is_place(parameter) and name in offered:
            places[name] = _read_place(parameter, given.pop(parameter), problems)
    if not names:
        return None
    key = offered[0]
    return [key, *(name for name in _in_places(names, places) if name != key)]


def _read_place(parameter: str, values: list[str], problems: list[tuple[str, str]]) -> int | None:
    if not values:
        return None
    text = values[0]
    if len(values) == 1 and text.isascii() and text.isdecimal() and len(text) <= 9 and 0 < int(text) <= _MOST:
        return int(text)
    sentence = _("Give one whole number from 1 to %(number)d.")
    problems.append((parameter, sentence % {"number": _MOST}))
    return None


def _in_places(names: Sequence[str], places: dict[str, int | None]) -> list[str]:
    """Sorted by place; one that was moved to the place of another goes before it, or after it when moved down."""

    def key(name: str) -> tuple[int, int]:
        now = names.index(name) + 1
        place = places.get(name) or (now if name not in places else _MOST + now)
        return place, (place > now) - (place < now)

    return sorted(names, key=key)
