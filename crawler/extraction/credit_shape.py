"""The shape of a line that is a credit and nothing else."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.arabic.letters import fold
from crawler.extraction.agencies import OUTLETS, WIRES
from crawler.extraction.byline import ReadByline
from crawler.extraction.given_names import GIVEN
from crawler.extraction.masthead import is_masthead_role
from crawler.extraction.person import begins_with_given_name, is_likely_name, is_verb
from crawler.extraction.roles import BREAKS, COLON_LEADS, FOR_THE_WIRE, LEADS, LOOSE_LEADS, MAKERS

_AFTER_LEAD = re.compile(r"\W{0,5}(?:\w{1,12} ){0,2}\w{1,12}\s?[:/|–—ـ-]")


def is_led(text: str) -> bool:
    return lead_role(text) in MAKERS


@lru_cache(maxsize=1024)
def lead_role(text: str) -> str | None:
    """The role that a text's first words lead in: «بقلم …», «الكاتب: …»; None where they lead nobody in."""
    before, colon, _ = text[:60].partition(":")
    if colon and fold(before) in COLON_LEADS:
        return COLON_LEADS[fold(before)]
    words = fold(text[:60]).split()
    return next((LEADS[phrase] for size in (3, 2, 1) if (phrase := " ".join(words[:size])) in LEADS), None)


def is_credit_line(read: ReadByline, text: str) -> bool:
    """Whether a line is only a credit: a lead word and a name, or names and places with nothing left over.

    A lead that is a plain word too (لقاء، تقرير) needs its separator. A bare name is a credit only where
    its first word is a given name, organisations only where they are known ones: «قمة بغداد» is neither.
    """
    if "://" in text or is_masthead_role(text) or not read.credits:
        return False
    if all(credit.role == "photographer" for credit in read.credits):
        return False
    known = [name for name in map(fold, read.organisations) if name in WIRES or name in OUTLETS]
    role = lead_role(text)
    if role in MAKERS and read.authors:
        loose = not _AFTER_LEAD.match(text) and fold(text).split()[0] in LOOSE_LEADS
        cut = (
            bool(read.rest)
            and read.rest[0] not in FOR_THE_WIRE
            and (read.rest[0] in BREAKS or is_verb(read.rest[0]))
        )
        unsure = fold(text).split()[0] in LOOSE_LEADS and not begins_with_given_name(read.authors[0])
        return not loose and not cut and not unsure and len(read.rest) <= 8
    if role in MAKERS and not _AFTER_LEAD.match(text):
        return False  # «استطلاع الرأي»
    if any(len(word) > 1 for word in read.rest) or (read.rest and not known):
        return False  # single letters are a desk's initials: «ع.ط/ س.ن (د ب أ)»
    if read.authors:
        if not all(map(is_likely_name, read.authors)):
            return False
        beside = read.dateline is not None or bool(known)
        named = ":" not in text and fold(text).split()[0] in GIVEN
        return ";" not in text and (beside or named)
    return bool(known) or role == "source"
