"""One way of writing text so that words are found whatever their case, accents, vowel signs or script."""

import re
import unicodedata

# Arabic writes one letter in several ways; readers type any of them.
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ـ": None, "ک": "ك", "ی": "ي"}
)
# Chinese has no spaces: each character becomes a word of its own, so two-character words are found by any index.
_CJK = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff])")
# “peace-building”: whoever writes it as one word, or as two, looks for the same.
_HYPHENATED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")
_NOT_WORDS = re.compile(r"[^\w]+")


def normalise(text: str, *, keep_case: bool = False) -> str:
    """Return `text` as it is stored in, and looked up from, every `search_text` column.

    Compatibility-decomposed, without combining marks, case-folded (unless `keep_case`), Arabic letters folded,
    punctuation as blanks, a blank around each Chinese character, no double blanks.
    """
    text = text.translate(_ARABIC)  # before decomposition, which would split آ into alef and a mark
    text = unicodedata.normalize("NFKD", text)
    text = text if keep_case else text.casefold()
    # Format characters too: a soft hyphen or a joiner inside a word is not seen, and must not split it.
    text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    text = _CJK.sub(r" \1 ", text.translate(_ARABIC))
    return _NOT_WORDS.sub(" ", text.replace("_", " ")).strip()


def searchable(text: str) -> str:
    """`text` normalised, as it is stored to be searched: hyphenated words can also be found written as one."""
    joined = [re.sub(r"\W", "", word) for word in dict.fromkeys(_HYPHENATED.findall(text))]
    return normalise(" ".join([text, *joined]))


def terms(query: str) -> list[str]:
    """Split what a reader typed into normalised terms; each is a phrase that must occur.

    Words between blanks are separate terms, and so are the parts of a hyphenated one; a Chinese run without blanks
    stays one phrase, and so does text between quotation marks.
    """
    found = re.findall(r'[“"]([^”"]+)[”"]|(\S+)', query)
    words = (
        [phrase] if phrase else _HYPHENATED.sub(lambda match: _parted(match[0]), word).split() for phrase, word in found
    )
    normalised = (normalise(word) for several in words for word in several)
    return [term for term in dict.fromkeys(normalised) if term]


def _parted(word: str) -> str:
    return re.sub(r"[-\u2010\u2011]", " ", word)
