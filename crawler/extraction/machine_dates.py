"""Dates that a page writes for machines: JSON-LD, meta tags, microdata and RDFa, `time`, the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

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
    seen_headline, left = False, 2
    for element in page.tree.iter():
        if element is headline:
            seen_headline = True
        if not isinstance(element.tag, str) or element.tag == "meta":
            continue
        name = (element.get("itemprop") or element.get("property") or "").lower()
        raw = element.get("datetime") or (element.get("content") if name else None)
        updated = name in UPDATED_NAMES
        if not raw or not (element.tag == "time" or updated or name in PUBLISHED_NAMES):
            continue
        if not seen_headline and name not in PUBLISHED_NAMES:
            continue
        if any(ancestor.tag in ("aside", "nav") for ancestor in element.iterancestors()):
            continue
        if "update" in (element.get("class") or "") or "modified" in (element.get("class") or ""):
            updated = True
        yield MachineDate("time" if element.tag == "time" else f"microdata:{name}", raw, not updated)
        left -= 1
        if not left:
            return


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
