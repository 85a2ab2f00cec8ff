"""Every text of a page that may be its article's credit, read and cleared of those whom it does not credit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.arabic.letters import fold
from crawler.extraction.byline import ReadByline, Reader
from crawler.extraction.column import column_author
from crawler.extraction.credit_lines import credit_lines, named_elements, photographers, source_lines
from crawler.extraction.credit_markup import META_NAMES, OwnNames, json_ld_authors, marked_authors
from crawler.extraction.credit_shape import is_credit_line, lead_role
from crawler.extraction.credit_text import closing, opening
from crawler.extraction.masthead import is_masthead_role, masthead_names
from crawler.extraction.page import Page
from crawler.extraction.person import is_likely_name
from crawler.extraction.surroundings import look_around
from crawler.items import Credit
from crawler.outlet import Layout

_LONGEST_LINE = 160
_LABEL = re.compile(r"^\s*(?:(?:المصدر|نشر|الناشر|مصدر الخبر)\s*[:|]|Author\s*[,،:])\s*")
_ADDRESS = re.compile(r"https?\b:?\S*")


@dataclass(frozen=True, slots=True)
class Clue:
    """A text that may be the credit. `printed`: readers of the page see it; `organisation`: marked up as one;
    `vouched`: it stands where only an author's name stands, so that an unfamiliar name is believed."""

    rule: str
    raw: str
    read: ReadByline
    printed: bool = True
    organisation: bool = False
    vouched: bool = True

    @property
    def led(self) -> bool:
        return lead_role(self.raw) == "writer"


def find_clues(
    page: Page,
    read: Reader,
    layout: Layout | None,
    paragraphs: Sequence[str],
    whole: Sequence[tuple[int, str, str]],
    own: OwnNames,
) -> list[Clue]:
    """The clues of `page` in the order of trust; `whole` are the paragraphs that are nothing but credit."""
    clues = list(_read_clues(page, read, layout, paragraphs, whole))
    named = any((clue.read.authors or clue.read.credits) and not clue.led for clue in clues)
    officers = masthead_names(page) if named else frozenset()
    cleared = [replace(clue, read=_cleared(clue, own, officers)) for clue in clues]
    makers = [Credit(name=name, role="photographer") for name in photographers(page, read)]
    return [*cleared, *(Clue("caption", one.name, ReadByline(one.name, credits=[one])) for one in makers)]


def _read_clues(
    page: Page,
    read: Reader,
    layout: Layout | None,
    paragraphs: Sequence[str],
    whole: Sequence[tuple[int, str, str]],
) -> Iterator[Clue]:
    def clue(
        rule: str,
        raw: str,
        *,
        structured: bool = False,
        printed: bool = True,
        organisation: bool = False,
        vouched: bool = True,
    ) -> Iterator[Clue]:
        raw = _ADDRESS.sub("", _LABEL.sub("", " ".join(raw.split()))).strip()
        if raw and len(raw) <= _LONGEST_LINE and not is_masthead_role(raw):
            yield Clue(rule, raw, read(raw, structured=structured), printed, organisation, vouched)

    if layout and layout.byline:
        for element in page.tree.cssselect(layout.byline)[:3]:
            yield from clue("layout", page.text_of(element), structured=True)
    for name, is_organisation in json_ld_authors(page):
        yield from clue("json-ld", name, structured=True, printed=False, organisation=is_organisation)
    for raw, printed, is_organisation in marked_authors(page):
        yield from clue("rel-author", raw, structured=True, printed=printed, organisation=is_organisation)
    near = look_around(page, paragraphs)
    for raw, linked in named_elements(page, [*near.under, *near.above]):
        yield from clue("class", raw, structured=linked, vouched=linked)
    for raw, _ in named_elements(page, near.within):
        if is_credit_line(read(raw), raw):  # below the lead a class alone is no sign
            yield from clue("class", raw, vouched=False)
    for raw in credit_lines(page, near.under, read, led=False):
        yield from clue("under-headline", raw)
    for raw in credit_lines(page, near.within, read, led=True):
        yield from clue("under-headline", raw)
    if column := column_author(page):
        yield from clue("headline", column)
    for _, rule, raw in whole:
        yield from clue(rule, raw)
    indexes = {index for index, _, _ in whole}
    if dateline := opening(paragraphs, indexes, read):
        yield from clue("dateline", dateline)
    if tail := closing(paragraphs, indexes, read):
        yield from clue("last-line", tail)
    for raw in source_lines(page, read):
        yield from clue("source-line", raw)
    for name in META_NAMES:
        for content in page.head_meta.get(name, ())[:1]:
            yield from clue(f"meta {name}", content, printed=False)


def _cleared(clue: Clue, own: OwnNames, officers: frozenset[str]) -> ReadByline:
    """The reading without officers, the outlet as a person or agency, and persons in an Organization."""
    read, raw, led = clue.read, clue.raw, clue.led
    barred = {
        fold(name)
        for name in read.authors
        if clue.organisation
        or fold(name) in own
        or (fold(name) in officers and not led)
        or not (clue.vouched or lead_role(raw) or is_likely_name(name))
    }
    credits: list[Credit] = []
    for credit in read.credits:
        name = fold(credit.name)
        if name in own or (name in barred and clue.organisation):
            credits.append(Credit(name=credit.name, role="organisation"))
        elif name not in barred and (name not in officers or led):
            credits.append(credit)
    agencies = [credit.name for credit in credits if credit.role == "agency"]
    organisations = [credit.name for credit in credits if credit.role in ("agency", "organisation")]
    if not organisations and ((clue.organisation and len(raw) < 60) or fold(raw) in own):
        organisations, credits = [raw], [Credit(name=raw, role="organisation")]
    return ReadByline(
        read.raw,
        [name for name in read.authors if fold(name) not in barred],
        organisations,
        read.dateline,
        credits,
        read.agency if read.agency in agencies else next(iter(agencies), None),
        read.rest,
    )
