"""What every page's shell needs: languages, direction, place. No query."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info

from tracker.toolkit.texts import current_language, direction

# The order of the United Nations' six languages in its own pages; others follow in the order of the settings.
UN_ORDER = ("ar", "zh-hans", "en", "fr", "ru", "es")
OWN_NAMES = {"ar": "العربية", "zh-hans": "中文", "fr": "Français", "ru": "Русский", "es": "Español"}


def shell(request: HttpRequest) -> dict[str, Any]:
    """For base.html: ``languages`` [(code, own name)], ``language``, ``direction``, ``secretariat`` (an address or "").

    ``here`` is the first part of the page's address, by which the navigation knows its section ("" is the overview).
    """
    language = current_language()
    return {
        "languages": _languages(),
        "language": language,
        "direction": direction(language),
        "here": request.path_info.strip("/").split("/")[0],
        "secretariat": settings.SECRETARIAT_EMAIL,
    }


@cache
def _languages() -> list[tuple[str, str]]:
    codes = [code for code, _ in settings.LANGUAGES]
    ordered = sorted(codes, key=lambda code: UN_ORDER.index(code) if code in UN_ORDER else len(UN_ORDER))
    return [(code, OWN_NAMES.get(code) or get_language_info(code)["name_local"]) for code in ordered]
