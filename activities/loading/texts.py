"""Reads the texts of a data file: which language codes it uses, and into which columns they go."""

from collections.abc import Mapping
from typing import Any

from modeltranslation.utils import build_localized_fieldname

# The files say zh; what they hold is Simplified Chinese.
LANGUAGES = {"ar": "ar", "en": "en", "es": "es", "fr": "fr", "ru": "ru", "zh": "zh-hans"}


def columns(field: str, texts: Mapping[str, Any]) -> dict[str, str]:
    """The language columns of `field` that `texts` gives; languages it does not give are left as they are.

    Keys of `texts` that are no language (`source`, `code` …) are passed over.
    """
    return {
        build_localized_fieldname(field, LANGUAGES[code]): text
        for code, text in texts.items()
        if code in LANGUAGES and isinstance(text, str)
    }
