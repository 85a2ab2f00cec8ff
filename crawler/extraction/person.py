"""Is it a person? The tests that a run of words must pass before it is kept as somebody's name.

Precision before recall: a wrong author is worse than none (ARABIC.md 1.4, rules 5 and 9).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.arabic.letters import fold
from crawler.extraction.agencies import DESK_WORDS, ORGANISATION_WORDS, WIRES, WORDLIKE
from crawler.extraction.credit_tokens import Token
from crawler.extraction.given_names import COMPOUND, GIVEN
from crawler.extraction.places import PLACES
from crawler.extraction.roles import BREAKS, HONORIFICS, JOBS, LEADS, NOUNS, VERBLIKE_NAMES, WAW_NAMES

_LATIN = re.compile("[a-z\u00c0-\u024f]")
_ARABIC_NAME = re.compile(
    "[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06a4\u06a9\u06af"  # Arabic, and پ چ ژ ڤ ک گ
    "\u06cc\u06c6\u06ce\u06b5\u0695\u06d5\u200c ]+"  # Kurdish names, and the joiner in them
)
_DIVINE = frozenset(("الدين", "الاسلام", "الله", "الحق"))
"""Second words of compound names: نور الدين, سيف الإسلام."""
_PARTICLES = frozenset(
    ("de", "van", "von", "der", "al", "el", "bin", "ibn", "abu", "du", "la", "le", "di", "da")
)
_LONGEST_TITLE = 5
MOST_PARTS = 5
"""A name of more parts (عبد الرحمن is one) is no name but a sentence."""


@dataclass(slots=True)
class Person:
    """A run of words that reads as a name; `sure` where it begins with a given name."""

    words: list[Token]
    sure: bool


def is_given(folded: str) -> bool:
    """Whether a folded word is a given name, with or without its article, or عبد and a divine name."""
    if " " in folded:  # ماري-كلود
        folded = folded.partition(" ")[0]
    return (
        folded in GIVEN
        or (len(folded) > 6 and folded.startswith("عبدال"))
        or (folded.startswith("ال") and folded[2:] in GIVEN and folded not in HONORIFICS)
    )


def begins_name(words: Sequence[Token]) -> bool:
    """Whether the words open as a person's name surely does."""
    if not words:
        return False
    first = words[0].folded
    return is_given(first) or (first in COMPOUND and len(words) > 1)


def begins_with_given_name(name: str) -> bool:
    """`begins_name` for a printed name."""
    words = fold(name).split()
    return bool(words) and (is_given(words[0]) or (words[0] in COMPOUND and len(words) > 1))


def is_likely_name(name: str) -> bool:
    """Whether an unfamiliar run of words may be believed where a class says author but nothing else does.

    It opens with a given name, or has a definite or given name behind a first word that is no plural:
    «يارا الكلثم» is somebody, «معلومات المقال» and «شؤون عربية» are labels.
    """
    if begins_with_given_name(name):
        return True
    words = fold(name).split()
    if words and words[0].isascii():
        return True
    if (
        not 2 <= len(words) <= 4
        or words[0].endswith(("ات", "ون", "ين", "يه"))
        or any(word in NOUNS and not is_given(word) for word in words)
    ):
        return False
    return any(is_given(word) or word.startswith("ال") for word in words[1:])


def without_honorifics(words: Sequence[Token]) -> list[Token]:
    """The words without the titles at their beginning, as long as two words remain."""
    at = 0
    while at < len(words) - 1 and words[at].folded in HONORIFICS:
        left = words[at + 1 :]
        # «الشيخ ولد أحمد» is his given name; «مهندس» alone before one word might be anything.
        if len(words[at].folded) > 1 and (len(left) < 2 or left[0].folded in COMPOUND - {"عبد", "ابو"}):
            break
        at += 1
    return list(words[at:])


def without_titles(words: Sequence[Token]) -> list[Token]:
    """The words without «المستشار القانوني», «الكاتب والمحلل السياسي» before a given name."""
    for at, word in enumerate(words[:_LONGEST_TITLE]):
        if at and is_given(word.folded) and len(words) - at > 1:
            return list(words[at:])
        bare = word.folded.removeprefix("و")
        if not (bare in HONORIFICS or bare in JOBS or (at and bare.startswith("ال"))):
            break
    return list(words)


def read_persons(words: Sequence[Token], text: str, *, led: bool = False) -> list[Person]:
    """The persons whom a segment names, joined by و where each half has two words.

    Words after a break (في، وضعت), a job (موفدو) are not theirs. `text` is the prepared text the
    tokens point into; only Latin names need it, for their capitals. `led`: a lead word stands before them.
    """
    words = without_honorifics(without_titles(words))
    if not words:
        return []
    if _LATIN.match(words[0].folded):
        return _latin_persons(words, text)
    if text[words[0].start : words[0].end] == "على" and not _may_follow_ali(words[1:], led):
        return []
    people = []
    for part in _parts_joined_by_waw(words):
        person = _read_one(without_honorifics(part), led)
        if person:
            people.append(person)
    return people


def _may_follow_ali(rest: Sequence[Token], led: bool) -> bool:
    """Egypt prints علي as «على»: a name where a name follows («على عبد العال»), else a preposition («على فكرة»)."""
    if not rest:
        return False
    folded = rest[0].folded
    return is_given(folded) or folded in COMPOUND or (led and folded.startswith("ال"))


def _parts_joined_by_waw(words: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for index, word in enumerate(words):
        if word.folded == "و":
            parts.append([])
            continue
        if _opens_second_name(words, index, len(parts[-1])):
            parts.append([Token("w", word.folded[1:], word.start + 1, word.end)])
            continue
        parts[-1].append(word)
    return [part for part in parts if part]


def _opens_second_name(words: Sequence[Token], index: int, before: int) -> bool:
    """Whether the word is «و» and somebody's given name (or title), not a name with waw in it."""
    folded = words[index].folded
    if not before or not folded.startswith("و") or len(folded) < 3 or folded in WAW_NAMES:
        return False
    if words[index - 1].folded in COMPOUND:
        return False
    rest = folded[1:]
    if is_given(rest) or rest in COMPOUND or (rest in HONORIFICS and index + 2 < len(words)):
        return folded not in GIVEN
    return (
        before > 1
        and index + 1 < len(words)
        and begins_name(words)
        and folded not in GIVEN
        and rest not in BREAKS
        and rest not in JOBS
        and not rest.startswith("ال")
        and words[index + 1].folded not in BREAKS
    )


def _read_one(words: Sequence[Token], led: bool) -> Person | None:
    end = next((at for at, word in enumerate(words) if at and _ends_name(words, at)), len(words))
    words = list(words[:end])
    sure = begins_name(words)
    if sure and _parts(words) > MOST_PARTS:
        given = next((at for at, word in enumerate(words) if not is_given(word.folded)), len(words))
        words = words[:given]
    if not 2 <= _parts(words) <= (MOST_PARTS if sure else MOST_PARTS - 1):
        return None
    folded = [word.folded for word in words]
    if any(word in DESK_WORDS and not is_given(word) for word in folded):
        return None
    if not all(map(_ARABIC_NAME.fullmatch, folded)):
        return None
    if words[-1].folded in COMPOUND and not is_given(words[-1].folded):
        return None
    if len(folded[0]) == 1 or any(word in WIRES - WORDLIKE and word not in GIVEN for word in folded):
        return None
    if sure and _is_label(folded):
        return None
    if folded[0] in BREAKS or (not sure and _speaks_against(folded, led)):
        return None
    return Person(words, sure)


def _speaks_against(folded: Sequence[str], led: bool) -> bool:
    """Signs that an unfamiliar run of words names a paper, a section or a thing."""
    if folded[0].startswith("ال") and len(folded[0]) > 4 and not (len(folded) > 2 and is_given(folded[1])):
        return True
    if not led and folded[0] in LEADS:  # «تغطية خاصة»
        return True
    if not led and (folded[0].endswith(("ات", "ون")) or (len(folded) == 2 and _is_second_of_pair(folded[1]))):
        return True
    if " ".join(folded) in PLACES or folded[0] in PLACES or folded[-1] in PLACES:
        return True
    return any(
        (word in NOUNS and not is_given(word))
        or word in ORGANISATION_WORDS
        or (word in JOBS and not is_given(word))
        or word in HONORIFICS
        for word in folded
    )


def _is_label(folded: Sequence[str]) -> bool:
    """«صباح العالم», «بيان الخصوصية»: a given name that is a noun too, before a definite noun."""
    return (
        len(folded) == 2
        and folded[1].startswith("ال")
        and folded[1] in NOUNS
        and not is_given(folded[1])
        and folded[1] not in _DIVINE
    )


def _is_second_of_pair(folded: str) -> bool:
    """Whether a word ends a label and no name: «علوم وتكنولوجيا», «كلمات مفتاحية»."""
    joined = folded.startswith("و") and folded not in WAW_NAMES and len(folded) > 3
    return joined or (folded.endswith("يه") and not is_given(folded))


def _ends_name(words: Sequence[Token], at: int) -> bool:
    """Whether the word at `at` is no more part of the name before it."""
    folded = words[at].folded
    if words[at - 1].folded in COMPOUND:
        return False
    if folded in BREAKS or (folded.startswith("و") and folded[1:] in BREAKS and folded not in GIVEN):
        return True
    if folded.startswith("لل") and len(folded) > 4:
        return True
    if len(folded) == 1 or (at > 1 and is_verb(folded)):  # «… لـ«الصباح»»
        return True
    return at > 1 and (folded in JOBS or (folded in ORGANISATION_WORDS)) and not is_given(folded)


def is_verb(folded: str) -> bool:
    """Whether a word has the shape of «يقود», «يقترب»; families are called ياغي, يماني, يزبك."""
    return (
        folded.startswith("ي")
        and len(folded) > 3
        and folded[-1] != "ي"
        and not is_given(folded)
        and folded not in VERBLIKE_NAMES
    )


def _parts(words: Sequence[Token]) -> int:
    """Names counted with their compounds as one: عبد الرحمن بن علي is two."""
    return sum(1 for at, _ in enumerate(words) if not at or words[at - 1].folded not in COMPOUND)


def _latin_persons(words: Sequence[Token], text: str) -> list[Person]:
    parts: list[list[Token]] = [[]]
    for word in words:
        if word.folded in ("and", "et", "und"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [Person(part, sure=False) for part in parts if _is_latin_name(part, text)]


def _is_latin_name(words: Sequence[Token], text: str) -> bool:
    folded = [word.folded for word in words]
    if not 2 <= len(words) <= MOST_PARTS or " ".join(folded) in PLACES:
        return False
    if any(
        not _LATIN.match(word)
        or any(letter.isdigit() for letter in word)
        or word in ORGANISATION_WORDS
        or word in DESK_WORDS
        or word in JOBS
        or word in BREAKS
        for word in folded
    ):
        return False
    printed = [text[word.start : word.end] for word in words]
    if all(word.isupper() for word in printed) and all(len(word) < 4 for word in printed):
        return False
    return all(word[0].isupper() or word.lower() in _PARTICLES for word in printed) and len(folded[-1]) > 1
