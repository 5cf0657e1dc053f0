"""Finding a translated text in the reader's language, and saying which language was found."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Model
from django.utils.translation import get_language, get_language_info


class Text(NamedTuple):
    """A text and the language code it is written in (both "" when there is none)."""

    value: str
    language: str


NO_TEXT = Text("", "")


@cache
def direction(language: str) -> str:
    """“rtl” or “ltr” for a language code of settings.LANGUAGES."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


def current_language() -> str:
    """The active language, or the default one where translation is switched off."""
    return get_language() or settings.LANGUAGE_CODE


def find_text(obj: Any, name: str, language: str | None = None) -> Text:
    """The text ``name`` of ``obj`` in ``language`` (default: the reader's), else in the nearest other language.

    ``obj`` is a model instance or a mapping with one column per language (``title_en``, ``title_zh_hans``, …).
    Order of fallback: English, the language the object was written in (``obj.language``), then settings.LANGUAGES.
    Columns left out of a query are not fetched one by one: they are read only when nothing that was loaded has a text.
    """
    order = _order(obj, language or current_language())
    loaded = obj if isinstance(obj, Mapping) else vars(obj) if isinstance(obj, Model) else None
    found = _first(order, name, lambda column: getattr(obj, column, "") if loaded is None else loaded.get(column))
    if found is NO_TEXT and isinstance(obj, Model):
        found = _first(order, name, lambda column: getattr(obj, column, ""))
    return found


def text_in(obj: Any, name: str, language: str) -> str:
    """The text ``name`` in exactly this language, "" when it was not given."""
    column = _column(name, language)
    return str((obj.get(column) if isinstance(obj, Mapping) else getattr(obj, column, "")) or "")


def _first(order: list[str], name: str, read: Any) -> Text:
    for code in order:
        if value := read(_column(name, code)):
            return Text(str(value), code)
    return NO_TEXT


def _order(obj: Any, wanted: str) -> list[str]:
    written_in = obj.get("language") if isinstance(obj, Mapping) else getattr(obj, "language", None)
    known = [code for code, _ in settings.LANGUAGES]
    return list(dict.fromkeys(code for code in (wanted, "en", written_in, *known) if code in known))


def _column(name: str, language: str) -> str:
    return f"{name}_{language.replace('-', '_')}"
