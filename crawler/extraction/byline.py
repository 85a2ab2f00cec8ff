"""Reads a printed credit: persons, organisations, the place it was filed from and everybody's role.

A string reader without a page: «بغداد – واع – NAME», «إعداد NAME - تحرير NAME», «(أ ف ب، رويترز)».
The rules are those of ARABIC.md 1.4; the words they know are data (roles, agencies, places, given
names). `authors` holds whoever the credit names as having made the text: writers, reporters,
compilers, translators, interviewers and editors, in print order. Photographers stand in `credits`
only. Organisations and places are never persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Protocol

from crawler.arabic.letters import fold
from crawler.extraction import credit_tokens
from crawler.extraction.agencies import WIRES
from crawler.extraction.credit_parts import Part, single_name, understand
from crawler.extraction.credit_tokens import Segment, Token
from crawler.extraction.person import begins_name
from crawler.extraction.roles import MAKERS
from crawler.items import Credit
from crawler.outlet import Outlet

MOST_CHARACTERS = 600
"""A longer text is no credit and is not read."""


@dataclass(frozen=True, slots=True)
class ReadByline:
    """What a credit says. `agency` is the wire agency credited, as printed, None where none is.

    `dateline` is the place as printed («دبي، الإمارات العربية المتحدة»). `rest` holds, folded, what
    was neither name nor place nor lead word: a text with much of it is no credit line.
    """

    raw: str
    authors: list[str] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    dateline: str | None = None
    credits: list[Credit] = field(default_factory=list)
    agency: str | None = None
    rest: list[str] = field(default_factory=list)


class Reader(Protocol):
    """`read_byline` for one outlet, remembering what it read."""

    def __call__(self, raw: str, *, structured: bool = False) -> ReadByline: ...


def reader_for(outlet: Outlet | None) -> Reader:
    """A reader of one page's lines, many of which stand in the page more than once."""
    return cache(partial(read_byline, outlet=outlet))


def read_byline(raw: str, *, outlet: Outlet | None = None, structured: bool = False) -> ReadByline:
    """What the printed credit `raw` names; never raises.

    `outlet`'s name and aliases are organisations wherever they stand. `structured` says that `raw`
    comes from a field that holds an author's name (JSON-LD Person, rel=author): then one word may be
    a name.
    """
    if len(raw) > MOST_CHARACTERS:
        return ReadByline(raw)
    text = credit_tokens.prepare(raw)
    tokens = credit_tokens.without_dates(list(credit_tokens.tokenise(text)))
    own = _own_names(outlet) if outlet else frozenset()
    twice = _name_printed_twice(tokens)
    parts = (
        [Part("person", twice, Segment(twice))]
        if twice
        else understand(tokens, text, own, structured=structured)
    )
    if structured and not any(part.kind in ("person", "organisation") for part in parts):
        parts = [single_name(part) for part in parts]
    return _collect(raw, text, parts, own)


@lru_cache(maxsize=256)
def _own_names(outlet: Outlet) -> frozenset[str]:
    return frozenset(filter(None, map(fold, (outlet.name, *outlet.aliases))))


def _name_printed_twice(tokens: Sequence[Token]) -> list[Token]:
    """«NAME headline NAME date»: a columnist's name round the headline, the words of the first one."""
    words = [token for token in tokens if token.kind in "wn"]
    for size in (4, 3, 2):
        if len(words) >= 2 * size:
            first, last = words[:size], words[-size:]
            if begins_name(first) and [word.folded for word in first] == [word.folded for word in last]:
                return first
    return []


def _collect(raw: str, text: str, parts: Sequence[Part], own: frozenset[str]) -> ReadByline:
    read = ReadByline(raw, dateline=_dateline(parts, text))
    seen: set[str] = set()
    for part in parts:
        name = _printed(part.words, text)
        folded = fold(name)
        if part.kind in ("title", "nothing"):
            read.rest.extend(word.folded for word in part.words)
        elif part.kind == "person" and folded not in seen:
            role = part.role if part.role in (*MAKERS, "photographer", "other") else None
            role = role or ("reporter" if part.role == "rewrite" else "writer")
            if role == "other":
                continue
            read.credits.append(Credit(name=name, role=role))
            if role in MAKERS:
                read.authors.append(name)
            seen.add(folded)
        elif part.kind == "organisation" and folded not in seen and part.role != "photographer":
            read.organisations.append(name)
            role = "agency" if folded in WIRES and folded not in own else "organisation"
            read.credits.append(Credit(name=name, role=role))
            seen.add(folded)
    agencies = [credit.name for credit in read.credits if credit.role == "agency"]
    named = [name for name in agencies if not name.startswith(("وكالات", "الوكالات"))]
    return ReadByline(
        raw,
        read.authors,
        read.organisations,
        read.dateline,
        read.credits,
        next(iter(named or agencies), None),
        read.rest,
    )


def _printed(words: Sequence[Token], text: str) -> str:
    return " ".join(text[words[0].start : words[-1].end].split()) if words else ""


def _dateline(parts: Sequence[Part], text: str) -> str | None:
    """The first run of places, as printed with what stands between them."""
    run: list[Part] = []
    for part in parts:
        if part.kind == "place" and part.words:
            run.append(part)
        elif run:
            break
    return " ".join(text[run[0].words[0].start : run[-1].words[-1].end].split()) if run else None
