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
    if text.isascii():  # none of what follows is to be found in it
        return _NOT_WORDS.sub(" ", (text if keep_case else text.lower()).replace("_", " ")).strip()
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


# Words that tell no title from another, in the languages of the register that separate words by blanks.
_COMMON = frozenset(
    normalise(
        "and for from the with into onto its of in on to by at or as an "
        "aux avec chez dans des du en et la le les par pour sur un une au à de "
        "al con del e el los las para por sin su sus una y o "
        "в во для и из к на о об от по под при с со у "
        "في من على إلى عن مع و"
    ).split()
)


def words_of(text: str) -> frozenset[str]:
    """The words by which a title is compared with another: normalised, without the commonest ones.

    Of Chinese, pairs of characters that stand side by side: a single one tells too little.
    """
    found: set[str] = set()
    before = ""
    for word in normalise(text).split():
        is_character = bool(_CJK.fullmatch(word))
        if is_character and before:
            found.add(before + word)
        if not is_character and word not in _COMMON:
            found.add(word)
        before = word if is_character else ""
    return frozenset(found)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of two sets of words is the same, from 0 to 1; a single word in common is no likeness."""
    shared = len(one & other)
    if shared < 2 and one != other:
        return 0.0
    return 2 * shared / (len(one) + len(other)) if shared else 0.0
