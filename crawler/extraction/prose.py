"""Which lines are prose and so no credit: the cheap test before a line is taken apart word by word.

A credit that no lead word opens is made of names, places and organisations alone. A line of some length
that holds a verb, a pronoun or a conjunction, or runs on without a sign, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from crawler.arabic.letters import ARABIC_LETTERS, ARABIC_MARKS, fold
from crawler.extraction.agencies import OUTLETS, WIRES
from crawler.extraction.credit_tokens import MARKS
from crawler.extraction.places import PLACES
from crawler.extraction.roles import BREAKS, COLON_LEADS, INNER_LEADS, LEADS, WRITES


def _words_of(*tables: Iterable[str]) -> frozenset[str]:
    return frozenset(word for table in tables for phrase in table for word in phrase.split())


_FOREIGN: Final = frozenset(
    word
    for word in BREAKS - _words_of(PLACES, WIRES, OUTLETS, LEADS, COLON_LEADS) - MARKS.keys() - {"مع"}
    if not word.isascii()
)
"""Words that stand in no name of a person, place, agency or outlet, in no date, and lead nobody in."""
_LEADING_WRITERS: Final = (
    WRITES | INNER_LEADS | {lead for lead, role in LEADS.items() if role == "writer" and " " not in lead}
)
"""«NAME يكتب: …», «… بقلم NAME»: what stands beside them may be anything."""
_FEWEST: Final = 8
"""Words from which one foreign word shows that a line is prose; names of organisations are shorter."""
_RUN = re.compile(rf"(?<!\S)(?:[{ARABIC_LETTERS}{ARABIC_MARKS}]+ ){{11}}[{ARABIC_LETTERS}]")
"""Twelve words without a sign or number between them."""


def is_prose(text: str) -> bool:
    """Whether a line that no lead word opens is surely no credit."""
    words = fold(text).split()
    if len(words) < _FEWEST or not _LEADING_WRITERS.isdisjoint(words):
        return False
    if not _FOREIGN.isdisjoint(words) or _RUN.search(text):
        return True
    return any(word[0] == "و" and word[1:] in _FOREIGN for word in words)
