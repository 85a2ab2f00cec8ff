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

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from crawler.arabic.letters import fold
from crawler.extraction.agencies import OUTLETS, WIRES
from crawler.extraction.byline import ReadByline, read_byline
from crawler.extraction.credit_lines import (
    credit_lines,
    is_credit_line,
    is_led,
    lead_role,
    named_elements,
    reach,
)
from crawler.extraction.masthead import is_masthead_role, masthead_names
from crawler.extraction.page import Page
from crawler.items import Credit, Evidence
from crawler.outlet import Layout, Outlet

_LONGEST_LINE = 160
_OF_THE_TEXT = ("first-line", "dateline", "last-line")
_OPINION = re.compile(
    "|".join(
        map(
            fold, ("رأي", "آراء", "مقال", "مقالات", "كتاب", "أعمدة", "وجهات نظر", "opinion", "column", "blog")
        )
    )
)
_COLUMN = re.compile(r"^(?P<name>[^:؛|]{4,60}?)\s*[:؛.]*\s*(?:يكتب|تكتب)\b")
_SEPARATOR = re.compile(r"\n|\)|[:/]|(?<=\s)[-–—ـ]|[-–—ـ](?=\s)|--")
_LABEL = re.compile(r"^\s*(?:المصدر|نشر|الناشر|مصدر الخبر)\s*[:|]\s*")
_ADDRESS = re.compile(r"https?\b:?\S*")
_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "twitter:data1",
    "dcterms.creator",
    "dc.creator",
)


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


@dataclass(frozen=True, slots=True)
class _Clue:
    """A text that may be the credit; `printed` says that readers of the page see it."""

    rule: str
    raw: str
    read: ReadByline
    printed: bool = True

    @property
    def led(self) -> bool:
        return lead_role(self.raw) == "writer"


def find_credit(
    page: Page, *, outlet: Outlet | None = None, layout: Layout | None = None, paragraphs: Sequence[str] = ()
) -> FoundCredit:
    """The credit of the article on `page`; `paragraphs` are its cleaned body, the first the lead.

    Nothing is invented: empty fields where the page credits nobody. Never raises on any page.
    """
    own = _own_names(page, outlet)
    officers = masthead_names(page)
    clues: list[_Clue] = []

    def add(
        rule: str, raw: str, *, structured: bool = False, printed: bool = True, organisation: bool = False
    ) -> None:
        raw = " ".join(raw.split())
        raw = _ADDRESS.sub("", _LABEL.sub("", raw)).strip()
        if raw and len(raw) <= _LONGEST_LINE and not is_masthead_role(raw):
            read = read_byline(raw, outlet=outlet, structured=structured)
            clues.append(_Clue(rule, raw, _cleared(read, raw, own, officers, organisation), printed))

    if layout and layout.byline:
        for element in page.tree.cssselect(layout.byline)[:3]:
            add("layout", page.text_of(element), structured=True)
    for name, is_organisation in _json_ld_authors(page):
        add("json-ld", name, structured=True, printed=False, organisation=is_organisation)
    for raw, printed, is_organisation in _marked_authors(page):
        add("rel-author", raw, structured=True, printed=printed, organisation=is_organisation)
    under, within, above = reach(page, paragraphs)
    for raw in named_elements(page, [*under, *above]):
        add("class", raw)
    for raw in credit_lines(page, under, led=False):
        add("under-headline", raw)
    for raw in credit_lines(page, within, led=True):
        add("under-headline", raw)
    column = _column_author(page)
    if column:
        add("headline", column)
    whole: set[int] = set()
    for index, rule in _edge_paragraphs(paragraphs):
        raw = paragraphs[index]
        if len(raw) > _LONGEST_LINE:
            continue
        read = read_byline(raw, outlet=outlet)
        bare = not (read.dateline or read.organisations or is_led(raw))
        if is_credit_line(read, raw) and not (bare and index):
            add(rule, raw)
            whole.add(index)
    opening = _opening(paragraphs, whole)
    if opening:
        add("dateline", opening)
    tail = _tail(paragraphs, whole)
    if tail:
        add("last-line", tail)
    for name in _META:
        for content in page.head_meta.get(name, ())[:1]:
            add(f"meta {name}", content, printed=False)
    return _decide(clues, own, frozenset(whole))


def _decide(clues: Sequence[_Clue], own: frozenset[str], whole: frozenset[int]) -> FoundCredit:
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
        credits=_credits(trusted, chosen, authors),
        dateline=place_clue.read.dateline if place_clue else None,
        provenance=provenance,
        credit_paragraphs=whole,
    )


def _authors(clue: _Clue) -> list[str]:
    """Authors of a clue; those who only edited, named in a closing line, are none."""
    if clue.rule != "last-line":
        return clue.read.authors
    editors = {credit.name for credit in clue.read.credits if credit.role == "editor"}
    return [name for name in clue.read.authors if name not in editors]


def _printed_credit(
    clues: Sequence[_Clue], chosen: _Clue | None, authors: Sequence[str], own: frozenset[str]
) -> _Clue | None:
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


def _credits(clues: Sequence[_Clue], chosen: _Clue | None, authors: Sequence[str]) -> list[Credit]:
    """Every credited name once, the authors first."""
    found: dict[str, Credit] = {}
    for clue in ([chosen] if chosen else []) + list(clues):
        for credit in clue.read.credits:
            found.setdefault(fold(credit.name), credit)
    for name in authors:
        found.setdefault(fold(name), Credit(name=name, role="writer"))
    return list(found.values())


def _cleared(
    read: ReadByline, raw: str, own: frozenset[str], officers: frozenset[str], organisation: bool
) -> ReadByline:
    """The reading without officers, the outlet as a person or agency, and persons in an Organization."""
    led = lead_role(raw) == "writer"
    barred = {
        fold(name)
        for name in read.authors
        if organisation or fold(name) in own or (fold(name) in officers and not led)
    }
    credits: list[Credit] = []
    for credit in read.credits:
        name = fold(credit.name)
        if name in own or (name in barred and organisation):
            credits.append(Credit(name=credit.name, role="organisation"))
        elif name not in officers or led:
            credits.append(credit)
    agencies = [credit.name for credit in credits if credit.role == "agency"]
    organisations = [credit.name for credit in credits if credit.role in ("agency", "organisation")]
    if organisation and not organisations and len(raw) < 60:
        organisations, credits = [raw], [Credit(name=raw, role="organisation")]
    if fold(raw) in own and not organisations:
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


def _own_names(page: Page, outlet: Outlet | None) -> frozenset[str]:
    """The names under which the outlet itself appears on its page, folded."""
    names = [outlet.name, *outlet.aliases] if outlet else []
    names += page.head_meta.get("og:site_name", []) + page.head_meta.get("application-name", [])
    publisher = page.news_object.get("publisher")
    names += [name for name, _ in _names_of(publisher, {})]
    host = (urlsplit(page.url or page.meta("og:url") or "").hostname or "").removeprefix("www.")
    latin = [
        label for label in host.split(".") if len(label) > 2 and label not in ("com", "net", "org", "arabic")
    ]
    # sputniknews.com, cnn.com: the outlet's Latin name opens its host's
    names += [
        name
        for name in OUTLETS | WIRES
        if name.isascii() and len(name) > 2 and any(label.startswith(name) for label in latin)
    ]
    return frozenset(filter(None, map(fold, [*names, *latin])))


def _json_ld_authors(page: Page) -> list[tuple[str, bool]]:
    known = {item["@id"]: item for item in page.json_ld if isinstance(item.get("@id"), str)}
    news = page.news_object
    return _names_of(news.get("author"), known) or _names_of(news.get("creator"), known)


def _names_of(value: Any, known: dict[str, Any], depth: int = 0) -> list[tuple[str, bool]]:
    """(name, whether it is an organisation) of a JSON-LD value: text, object, reference or list of them."""
    if isinstance(value, str):
        return [] if value.startswith(("http:", "https:")) else [(value, False)]
    if isinstance(value, list) and depth < 3:
        return [found for item in value[:10] for found in _names_of(item, known, depth + 1)]
    if not isinstance(value, dict):
        return []
    name = value.get("name")
    if name is None and isinstance(value.get("@id"), str) and depth < 3:
        target = known.get(value["@id"])
        return (
            _names_of({"@type": target.get("@type"), "name": target.get("name")}, known, 3) if target else []
        )
    is_organisation = "organization" in str(value.get("@type")).lower()
    names = name if isinstance(name, list) else [name]
    return [(item, is_organisation) for item in names[:10] if isinstance(item, str)]


def _marked_authors(page: Page) -> Iterator[tuple[str, bool, bool]]:
    """(text, printed, organisation) of the elements that rel or itemprop call the author."""
    for element in page.tree.xpath("//*[@rel='author' or @itemprop='author' or @itemprop='creator']")[:30]:
        if element.tag in ("meta", "link"):
            if element.get("content"):
                yield element.get("content"), False, False
            continue
        names = element.xpath(".//*[@itemprop='name']")
        hidden = "none" in (element.get("style") or "") or any(name.tag == "meta" for name in names)
        if not hidden and page.is_furniture(element):
            continue
        is_organisation = "organization" in (element.get("itemtype") or "").lower()
        for name in names[:5] or [element]:
            text = name.get("content") or page.text_of(name)
            if text:
                yield text, not (hidden or is_organisation or name.tag == "meta"), is_organisation


def _column_author(page: Page) -> str | None:
    """The author of «NAME يكتب: TITLE» where the section is of opinions."""
    headline = page.text_of(page.headline_element) if page.headline_element is not None else ""
    match = _COLUMN.match(headline)
    if not match:
        return None
    shelf = [
        page.meta("article:section") or "",
        str(page.news_object.get("articleSection") or ""),
        page.url or "",
    ]
    crumbs = page.tree.xpath(
        "//*[contains(@class,'breadcrumb') or contains(@class,'section') or contains(@class,'category')]"
    )
    shelf += [page.text_of(element)[:200] for element in crumbs[:5]]
    is_opinion = any(_OPINION.search(fold(text)) for text in shelf)
    return f"{match['name']} يكتب:" if is_opinion else None


def _edge_paragraphs(paragraphs: Sequence[str]) -> Iterator[tuple[int, str]]:
    last = len(paragraphs)
    for index in range(min(2, last)):
        yield index, "first-line"
    for index in range(max(2, last - 3), last):
        yield index, "last-line"


def _opening(paragraphs: Sequence[str], whole: set[int]) -> str | None:
    """The dateline that opens the text: «بغداد – واع:», «(رويترز) -», «دبي، الإمارات (CNN)--».

    The longest opening up to a separator that is nothing but places, organisations and persons beside them.
    """
    first = next((paragraph for index, paragraph in enumerate(paragraphs) if index not in whole), "")[:120]
    best: str | None = None
    for match in _SEPARATOR.finditer(first):
        credit = first[: match.start() + (match.group()[0] == ")")].strip()
        if not 1 < len(credit) <= 90:
            continue
        read = read_byline(credit)
        if not read.rest and (read.dateline or read.organisations) and len(credit) < len(first) - 10:
            best = credit
    return max(best or "", _unparted(first) or "", key=len).strip(" :-–—ـ/\n") or None


def _unparted(first: str) -> str | None:
    """A place and an agency with nothing between them and the text: «دمشق-سانا قال …»."""
    for end in [match.start() for match in re.finditer(r"\s", first[:90])][:14][::-1]:
        read = read_byline(first[:end])
        if read.dateline and read.organisations and not read.rest and not read.authors:
            return first[:end]
    return None


def _tail(paragraphs: Sequence[str], whole: set[int]) -> str | None:
    """A credit in parentheses that closes the last paragraph: «… (أ ف ب)»."""
    for index in range(len(paragraphs) - 1, max(-1, len(paragraphs) - 3), -1):
        if index in whole:
            continue
        match = re.search(r"\(([^()]{2,80})\)[\s.]*$", paragraphs[index][-120:])
        if match:
            read = read_byline(match[1])
            edited = bool(read.credits) and is_credit_line(read, match[1])
            if (read.agency and not read.rest) or (edited and any(c.role != "writer" for c in read.credits)):
                return match[1]
        return None
    return None
