"""Which language a text in Arabic script is written in, told by its letters.

Persian, Urdu, Kurdish, Pashto and Uyghur share the script with Arabic but not the letters, and the
page's `lang` attribute is no evidence: outlets copy templates. A headline is enough for most.
"""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LETTERS = re.compile(r"[^\W\d_]+")
_ARABIC_SCRIPT = re.compile(
    r"[\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdfb\ufe70-\ufefc]+"
)
_WORD = re.compile(r"[\u0620-\u065f\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff]+")

OWN_LETTERS: Final[tuple[tuple[str, str, float], ...]] = (
    # language, letters that Arabic and the languages below it here do not use, share of all letters
    ("ug", "ۇۈۋڭې", 0.04),
    ("ps", "ټډړږښڼۍځڅې", 0.015),
    ("ckb", "ێۆڕڵەۊ", 0.04),
    ("ur", "ٹڈڑںےہھۓ", 0.04),
)
"""Tried in order: Uyghur and Kurdish share ە and ۆ, so the narrower set comes first."""

LONGEST: Final = 4000
"""Characters that are looked at: more do not change the answer."""

PERSIAN_LETTERS: Final = "پچژگ"
PERSIAN_WORDS: Final = _words("در به از که این است را با برای آن شد شده کرد خود یک های می نیز بود او ما")
ARABIC_WORDS: Final = _words("في فى من على إلى الى أن ان عن مع التي الذي هذا هذه بعد قبل لا ما كما قد كان لم")
_ARTICLE = re.compile(r"[وفبك]?ال\w\w|لل\w\w")
_KEYBOARD = str.maketrans("يىك", "ییک")


def arabic_share(text: str) -> float:
    """The share of letters in Arabic script among all letters of `text`; 0.0 where there are none."""
    letters = _count(_LETTERS, text)
    return _count(_ARABIC_SCRIPT, text) / letters if letters else 0.0


def _count(runs: re.Pattern[str], text: str) -> int:
    return sum(map(len, runs.findall(text)))


def language_of(text: str) -> str | None:
    """ISO 639 code of the Arabic-script language of `text`: ar, fa, ur, ckb, ps or ug.

    "und" where fewer than half of the letters are Arabic script, None where there are no letters.
    """
    text = text[:LONGEST]
    if not _LETTERS.search(text):
        return None
    total = _count(_ARABIC_SCRIPT, text)
    if total < 0.5 * _count(_LETTERS, text):
        return "und"
    for language, letters, share in OWN_LETTERS:
        if sum(map(text.count, letters)) > share * total:
            return language
    persian = sum(map(text.count, PERSIAN_LETTERS))
    persian += sum(word in _PERSIAN_WORDS for word in _WORD.findall(text.translate(_KEYBOARD)))
    if persian < 2:
        return "ar"
    words = _WORD.findall(text)
    arabic = sum(word in ARABIC_WORDS or bool(_ARTICLE.match(word)) or word.endswith("ة") for word in words)
    return "fa" if persian > 2 * arabic else "ar"


_PERSIAN_WORDS = frozenset(word.translate(_KEYBOARD) for word in PERSIAN_WORDS)
