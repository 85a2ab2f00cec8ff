"""The article's own headline, exactly as printed: no site name, no section, no kicker."""

from __future__ import annotations

import re
from html import unescape

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.json_ld import text_value
from crawler.extraction.page import Page
from crawler.extraction.visible import one_line
from crawler.items import Evidence
from crawler.outlet import Layout, Outlet

_PARTING = re.compile(r"\s+[-–—|:•·»«/*]+\s+|\s*(?:\||::|»|«|•)\s*")
_SHORTEST = 2
"""Words below which what remains of a title is a section or a site, not a headline."""
_LONGEST = 600
"""Characters above which a title is no title but hostile or broken markup."""
_SITE_WORDS = 6
_KICKER_WORDS = 4


def find_headline(
    page: Page, *, layout: Layout | None = None, outlet: Outlet | None = None
) -> tuple[str, Evidence] | None:
    """The headline in storage form and where it stood, or None where the page has none.

    The printed heading wins when the page's titles bear it out; JSON-LD, og:title and <title> stand in for a
    missing one, and tell a kicker that is printed inside the heading from the headline.
    """
    sites = site_names(page, outlet)
    if layout and layout.headline:
        for element in boxes.select(page.tree, layout.headline):
            text = page.text_of(element)
            if text:
                return text, Evidence(rule="layout.headline", raw=text)
    stated = [
        ("json-ld headline", _plain(text_value(page.news_object.get("headline")))),
        ("og:title", _plain(page.meta("og:title") or "")),
        ("twitter:title", _plain(page.meta("twitter:title") or "")),
        ("title", _plain(next((page.text_of(t) for t in page.tree.iter("title")), ""))),
    ]
    without_site = [(rule, strip_site(text, sites), text) for rule, text in stated if text]
    element = page.headline_element
    if element is not None:
        printed = page.text_of(element)
        text = _without_kicker(printed, [candidate for _, candidate, _ in without_site])
        text = strip_site(text, sites)
        if fold(text) not in sites and len(text.split()) >= _SHORTEST:
            return text, Evidence(rule="h1" if element.tag == "h1" else f"{element.tag} heading", raw=printed)
    for rule, text, raw in without_site:
        if fold(text) not in sites and len(text.split()) >= _SHORTEST and not _ends_cut(text):
            return text, Evidence(rule=rule, raw=raw)
    return None


def site_names(page: Page, outlet: Outlet | None = None) -> frozenset[str]:
    """The folded names under which the site goes: meta, JSON-LD publisher, the outlet's own."""
    publisher = page.news_object.get("publisher")
    names = [
        page.meta("og:site_name"),
        page.meta("application-name"),
        page.meta("apple-mobile-web-app-title"),
    ]
    names += [text_value(publisher)]
    names += [
        text_value(o.get("name"))
        for o in page.json_ld
        if o.get("@type") in ("WebSite", "Organization", "NewsMediaOrganization")
    ]
    sections = page.news_object.get("articleSection")
    names += [*(sections if isinstance(sections, list) else [sections]), page.meta("article:section")]
    if outlet:
        names += [outlet.name, *outlet.aliases]
    return frozenset(folded for name in names if isinstance(name, str) and (folded := fold(name)))


def strip_site(title: str, sites: frozenset[str]) -> str:
    """A title without the site's name or a short section at its end, or the site's name at its beginning.

    Without a known name, what a bar (|) parts at the end, or a dash and at most four words, is taken for one.
    """
    if len(title) > _LONGEST:
        return title
    while True:
        parts = list(_PARTING.finditer(title))
        if not parts:
            return title
        first, last = parts[0], parts[-1]
        head, tail = title[: last.start()].rstrip(), title[last.end() :]
        if len(head.split()) >= _SHORTEST and _is_site(tail, last.group(), sites, head):
            title = head
            continue
        opening = fold(title[: first.start()])
        if opening in sites and len(title[first.end() :].split()) >= _SHORTEST:
            title = title[first.end() :].lstrip()
            continue
        return title


def _is_site(tail: str, sign: str, sites: frozenset[str], head: str) -> bool:
    words = len(tail.split())
    folded = fold(tail)
    if not folded or folded in sites:
        return True
    if words <= _SITE_WORDS and any(len(site) > 3 and (site in folded or folded in site) for site in sites):
        return ":" not in sign and "/" not in sign
    return ("|" in sign and words <= _SITE_WORDS and len(head.split()) >= 3) or (
        not sites
        and sign.strip() in ("-", "–", "—", "::", "»", "«", "•")
        and words <= 4
        and len(head.split()) >= 4
    )


def _without_kicker(printed: str, candidates: list[str]) -> str:
    """The heading without a short opening or closing label that none of the page's titles has.

    The title's words are looked for in the heading and cut out of it, so that the printed letters stay.
    """
    folded = fold(printed)
    for candidate in candidates:
        own = fold(candidate)
        if not own or own == folded or _ends_cut(candidate):
            continue
        extra = len(folded.split()) - len(own.split())
        if 0 < extra <= _KICKER_WORDS and len(own.split()) >= 4:
            if folded.endswith(" " + own):
                words = printed.split()
                for cut in range(1, len(words)):
                    if fold(" ".join(words[cut:])) == own:
                        return " ".join(words[cut:])
            if folded.startswith(own + " "):
                words = printed.split()
                for cut in range(len(words) - 1, 0, -1):
                    if fold(" ".join(words[:cut])) == own:
                        return " ".join(words[:cut])
    return printed


def _plain(text: str) -> str:
    for _ in range(2):  # escaped twice on many pages: &amp;quot;
        if "&" in text and ";" in text:
            text = unescape(text)
    return one_line(text)


def _ends_cut(text: str) -> bool:
    return text.endswith(("...", "…"))
