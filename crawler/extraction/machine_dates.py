"""Dates that a page writes for machines: JSON-LD, meta tags, microdata and RDFa, `time`, the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Final

from lxml.html import HtmlElement

from crawler.extraction import boxes
from crawler.extraction.days import gregorian
from crawler.extraction.page import Page

PUBLISHED_NAMES: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "pubdate",
    "publishdate", "publish_date", "publish-date", "publication_date", "published_time", "published-date",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "bt:pubdate", "rnews:datepublished",
    "dc.date.issued", "dcterms.issued", "dc:date", "dc.date", "dcterms.date", "dcterms.created", "dc.created",
    "article_date_original", "article.published", "originalpublicationdate", "datecreated", "date",
)  # fmt: skip
UPDATED_NAMES: Final = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified", "dc.date.modified", "dc:modified", "article.updated", "lastmod", "last-modified",
    "updated_time", "revised",
)  # fmt: skip

_MARKED = boxes.holders_of("itemprop", "property")
_MOST_MARKED: Final = 200
_YMD = re.compile(r"(?<![\d])((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=$|[/?#.-])")
_COMPACT = re.compile(r"/((?:19|20)\d\d)([01]\d)([0-3]\d)(?=[-/_])")
_SECTION_BETWEEN = re.compile(r"/((?:19|20)\d\d)/[a-z_.-]+/(\d{1,2})/(\d{1,2})/")


@dataclass(frozen=True, slots=True)
class MachineDate:
    """One date as the page's code writes it, the rule that found it, and whether it is of publication."""

    rule: str
    raw: str
    published: bool


def find_machine_dates(page: Page) -> list[MachineDate]:
    """All of them, the most trusted first."""
    found = [*_json_ld(page.news_object, "json-ld")]
    if not any(one.published for one in found):
        for item in page.json_ld:
            if item is not page.news_object and "WebPage" in str(item.get("@type")):
                found += _json_ld(item, "json-ld-page")
    for names, published in ((PUBLISHED_NAMES, True), (UPDATED_NAMES, False)):
        for name in names:
            found += [MachineDate(f"meta:{name}", raw, published) for raw in page.head_meta.get(name, ())[:1]]
    return found + list(_marked_up(page))


def _json_ld(item: dict[str, Any], rule: str) -> Iterator[MachineDate]:
    for name, published in (("datePublished", True), ("dateModified", False), ("dateCreated", True)):
        value = item.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, dict):
            value = value.get("@value")
        if isinstance(value, (str, int)) and str(value).strip():
            yield MachineDate(rule if name != "dateCreated" else f"{rule}-created", str(value), published)


def _marked_up(page: Page) -> Iterator[MachineDate]:
    """`time datetime` and elements with a date property, outside the frame and near the headline.

    A listing marks up each card's time too, so only those that follow the headline, at most two, count.
    """
    headline = page.headline_element
    if headline is None:
        return
    marked = [*_MARKED(page.tree, _MOST_MARKED), *islice(page.tree.iter("time", "abbr"), _MOST_MARKED)]
    marked += [
        element for name, element in page.named if "date" in name and "data-seconds" in element.attrib
    ][:_MOST_MARKED]
    dates = {element: found for element in marked if (found := _stated_by(element))}
    ordered = boxes.in_order(page.tree, [*dates, headline])
    left = 2
    for place, element in enumerate(ordered, -ordered.index(headline)):
        if element not in dates or (place <= 0 and _name_of(element) not in PUBLISHED_NAMES):
            continue
        if any(ancestor.tag in ("aside", "nav") for ancestor in element.iterancestors()):
            continue
        yield dates[element]
        left -= 1
        if not left:
            return


def _name_of(element: HtmlElement) -> str:
    return (element.get("itemprop") or element.get("property") or "").lower()


def _stated_by(element: HtmlElement) -> MachineDate | None:
    """The date that an element's own attributes state, None where they state none."""
    tag, get = element.tag, element.get
    if tag == "meta":
        return None
    name, classes = _name_of(element), get("class") or ""
    if tag == "abbr" and "published" in classes:  # hAtom, which Blogger's themes keep
        return MachineDate("microdata:published", get("title") or "", True)
    if seconds := get("data-seconds"):  # BBC's pages up to 2020: <div class="date date--v2" …>
        return MachineDate("microdata:data-seconds", seconds, True)
    raw = get("datetime") or (get("content") if name else None)
    if not raw or not (tag == "time" or name in UPDATED_NAMES or name in PUBLISHED_NAMES):
        return None
    updated = name in UPDATED_NAMES or "update" in classes or "modified" in classes
    return MachineDate("time" if tag == "time" else f"microdata:{name}", raw, not updated)


def url_days(url: str) -> list[date]:
    """The days that an address may mean, none where it holds no date.

    /2024/5/13/ and /2024-05-13 mean one; /2012/world/5/6/ is D/M in one year of CNN and M/D in another.
    An eight-digit number at the end of a path is an id, not a day.
    """
    for pattern in (_YMD, _COMPACT):
        if match := pattern.search(url):
            found = gregorian(*map(int, match.groups()))
            return [found] if found else []
    if match := _SECTION_BETWEEN.search(url):
        year, first, second = map(int, match.groups())
        return [day for day in (gregorian(year, second, first), gregorian(year, first, second)) if day]
    return []
