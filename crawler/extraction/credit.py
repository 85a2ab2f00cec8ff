"""Finds the credit of an article in its page: who wrote it, for which agency, from where, and as printed.

Places that name a credit, in the order of trust (ARABIC.md 1.4.1): the outlet's own rule, JSON-LD,
rel=author and itemprop=author, classes that say author near the headline, the lines under the
headline, the opening of the text, its last lines, the author meta tag. Frame and boxes beside the
article are never asked; officers of the outlet and the outlet itself are never authors.

A name printed after «بقلم» or «كتب» beside the article outranks JSON-LD: content systems put the
account that posted a piece into JSON-LD. Editors of a closing line («تحرير: …») are credits, no
authors. `byline` is what the page printed, as printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.arabic.letters import fold
from crawler.extraction.byline import reader_for
from crawler.extraction.credit_clues import Clue, find_clues
from crawler.extraction.credit_markup import OwnNames
from crawler.extraction.credit_text import credit_paragraphs
from crawler.extraction.page import Page
from crawler.items import Credit, Evidence
from crawler.outlet import Layout, Outlet

_OF_THE_TEXT = ("first-line", "dateline", "last-line", "source-line", "caption")


@dataclass(frozen=True, slots=True)
class FoundCredit:
    """The credit of a page; `credit_paragraphs` are the paragraphs that are nothing but credit."""

    byline: str | None = None
    authors: list[str] = field(default_factory=list)
    agency: str | None = None
    credits: list[Credit] = field(default_factory=list)
    dateline: str | None = None
    provenance: dict[str, Evidence] = field(default_factory=dict)
    credit_paragraphs: frozenset[int] = frozenset()


def find_credit(
    page: Page, *, outlet: Outlet | None = None, layout: Layout | None = None, paragraphs: Sequence[str] = ()
) -> FoundCredit:
    """The credit of the article on `page`; `paragraphs` are its cleaned body, the first the lead.

    Nothing is invented: empty fields where the page credits nobody. Never raises on any page.
    """
    own = OwnNames(page, outlet)
    read = reader_for(outlet)
    whole = list(credit_paragraphs(paragraphs, read))
    clues = find_clues(page, read, layout, paragraphs, whole, own)
    return _decide(clues, own, frozenset(index for index, _, _ in whole))


def _decide(clues: Sequence[Clue], own: OwnNames, whole: frozenset[int]) -> FoundCredit:
    signed = [clue for clue in clues if _authors(clue)]
    strong = [clue for clue in signed if clue.led and clue.printed and clue.rule != "last-line"]
    layouts = [clue for clue in signed if clue.rule == "layout"]
    chosen = next(iter(layouts or strong or signed), None)
    provenance: dict[str, Evidence] = {}
    authors: list[str] = []
    if chosen:
        authors = list(_authors(chosen))
        if chosen.rule in ("json-ld", "rel-author"):  # several authors are several fields
            for clue in signed:
                if clue.rule == chosen.rule:
                    authors += [name for name in _authors(clue) if fold(name) not in set(map(fold, authors))]
        provenance["authors"] = Evidence(rule=chosen.rule, raw=chosen.raw)
    byline_clue = _printed_credit(clues, chosen, authors, own)
    if byline_clue:
        provenance["byline"] = Evidence(rule=byline_clue.rule, raw=byline_clue.raw)
    trusted = [clue for clue in clues if clue in (chosen, byline_clue) or clue.rule in _OF_THE_TEXT]
    agency_clue = next((clue for clue in trusted if clue.read.agency), None)
    if agency_clue:
        provenance["agency"] = Evidence(rule=agency_clue.rule, raw=agency_clue.raw)
    place_clue = next((clue for clue in trusted if clue.read.dateline), None)
    if place_clue:
        provenance["dateline"] = Evidence(rule=place_clue.rule, raw=place_clue.raw)
    return FoundCredit(
        byline=byline_clue.raw if byline_clue else None,
        authors=authors,
        agency=agency_clue.read.agency if agency_clue else None,
        credits=_credits([byline_clue, chosen, *trusted], authors),
        dateline=place_clue.read.dateline if place_clue else None,
        provenance=provenance,
        credit_paragraphs=whole,
    )


def _authors(clue: Clue) -> list[str]:
    """Authors of a clue; those who only edited, named in a closing line, are none."""
    if clue.rule != "last-line":
        return clue.read.authors
    editors = {credit.name for credit in clue.read.credits if credit.role == "editor"}
    return [name for name in clue.read.authors if name not in editors]


def _printed_credit(
    clues: Sequence[Clue], chosen: Clue | None, authors: Sequence[str], own: OwnNames
) -> Clue | None:
    """The clue whose text is the article's byline: printed rather than marked up, with the same persons."""
    if chosen:
        same = set(map(fold, authors))
        printed = (
            c for c in clues if c.printed and c.read.authors and set(map(fold, c.read.authors)) <= same
        )
        return chosen if chosen.printed else next(printed, chosen)
    for clue in clues:
        names = clue.read.organisations
        if names and (clue.printed or any(fold(name) not in own for name in names)):
            return clue
    return None


def _credits(clues: Sequence[Clue | None], authors: Sequence[str]) -> list[Credit]:
    """Every credited name once, as the byline prints them; the role is the one that the first clue prints."""
    found: dict[str, Credit] = {}
    for clue in filter(None, clues):
        for credit in clue.read.credits:
            found.setdefault(fold(credit.name), credit)
    for name in authors:
        found.setdefault(fold(name), Credit(name=name, role="writer"))
    return list(found.values())
