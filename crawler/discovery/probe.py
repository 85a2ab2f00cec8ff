"""What a site's own documents say of where it announces articles. Pure: bytes in, findings out.

The home page links feeds and sections; robots.txt names sitemaps; well-known addresses answer, or
do not. What a document is, is told by its content, never by its address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from crawler.arabic.letters import clean
from crawler.candidate import Candidate
from crawler.discovery.address import read_address
from crawler.discovery.feed import Feed
from crawler.discovery.markup import decode, read_document, unpack
from crawler.discovery.section import bare_host, looks_like_article, parse_html
from crawler.discovery.shape import ArticlePattern, find_pattern
from crawler.discovery.sitemap import NewsSitemap, Sitemap
from crawler.discovery.source import Listing, Source

# where the content systems that Arabic outlets use put them, the commonest first
WELL_KNOWN_FEEDS: Final = ("/rss.xml", "/feed/", "/rss", "/rss.aspx", "/rss/feed", "/rss-feed")
WELL_KNOWN_SITEMAPS: Final = (
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
)

_FEED_TYPES = re.compile(r"^application/(?:rss|atom|rdf)\+xml", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?/feed|[?&]feed=comments", re.IGNORECASE)
_MENU = re.compile(r"(?:^|[\s_-])(?:main|primary|top|site)?-?(?:menu|nav|navbar|navigation)", re.IGNORECASE)
_NO_SECTION = re.compile(
    r"/(?:tags?|keywords?|authors?|writers?|search|login|register|account|about|about-us|contact|contact-us|privacy"
    r"|terms|policy|advertise|subscribe|newsletter|apps?|live|cdn-cgi|feed|rss|sitemap|wp-\w+)(?:[/.?-]|$)"
    r"|\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|css|js|xml|zip|apk)$",
    re.IGNORECASE,
)
# many sitemaps name the news vocabulary in their outer tag and then print none of it
_NEWS_ENTRY = re.compile(rb"<\w{1,20}:(?:news|publication_date)[\s>]")
_NO_NAME = re.compile(r"(?:الصفحة )?الرئيسية$|home(?: ?page)?$", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[|–—:-]\s+")
_DEEPEST_SECTION = 3
_MOST_EXAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Home:
    """What a home page says: the outlet's name for itself, its feeds, its menu, all links within the site."""

    url: str
    name: str | None
    feeds: tuple[str, ...]
    sections: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A source as it read at one time.

    `listed` counts its entries, `articles` those whose address looks like an article's or that a
    feed or news sitemap vouches for; `newest` is the latest time that it printed (aware).
    """

    source: Source
    listed: int
    candidates: tuple[Candidate, ...]
    articles: int
    newest: datetime | None
    damaged: str | None

    @property
    def kind(self) -> str:
        return type(self.source).__name__


def read_home(body: bytes, url: str, *, content_type: str | None = None) -> Home:
    """Read a home page that was fetched from `url` (after redirects). Never raises."""
    tree = parse_html(decode(unpack(body)[0], content_type))
    if tree is None:
        return Home(url, None, (), (), ())
    base = next((b for e in tree.iter("base") if (b := read_address(e.get("href"), url))), url)
    feeds = [
        address
        for link in tree.iter("link", "a")
        if _FEED_TYPES.match(link.get("type") or "") and (address := read_address(link.get("href"), base))
    ]
    here = bare_host(url)
    links: dict[str, bool] = {}
    for link in tree.iter("a"):
        address = read_address(link.get("href"), base)
        if address and bare_host(address) == here and urlsplit(address).path.strip("/"):
            links[address] = links.get(address, False) or _in_menu(link)
    return Home(
        url=url,
        name=_name_of(tree),
        feeds=tuple(dict.fromkeys(feed for feed in feeds if not _COMMENTS.search(feed))),
        sections=tuple(address for address, in_menu in links.items() if in_menu and _is_section(address)),
        links=tuple(links),
    )


def well_known(addresses: Iterable[str], home: str) -> list[str]:
    """Well-known paths as addresses on the site, and below the home page's own folder where it has one."""
    folder = urlsplit(home).path.rstrip("/")
    bases = [urljoin(home, "/"), *([f"{urljoin(home, folder)}/"] if folder and "." not in folder else [])]
    return list(dict.fromkeys(base.rstrip("/") + address for address in addresses for base in bases))


def recognise(body: bytes, url: str, *, content_type: str | None = None) -> Source | None:
    """The source that a document is, by its outer tag and its vocabulary; None for anything else."""
    unpacked, _ = unpack(body)
    root = read_document(body, content_type, ("item", "entry", "url", "sitemap")).root
    if root in ("rss", "rdf", "feed"):
        return Feed(url)
    if root in ("urlset", "sitemapindex"):
        return NewsSitemap(url) if _NEWS_ENTRY.search(unpacked) else Sitemap(url)
    return None


def judge(source: Source, listing: Listing, further: Sequence[Listing] = ()) -> Finding:
    """What a source is worth, by its listing and those of the further sources of it that were read."""
    listings = [listing, *further]
    candidates = {c.url: c for each in listings for c in each.candidates}
    times = [at for c in candidates.values() if (at := c.published_at or c.updated_at)]
    vouched = isinstance(source, Feed | NewsSitemap)
    return Finding(
        source=source,
        listed=sum(each.listed for each in listings),
        candidates=tuple(candidates.values()),
        articles=sum(1 for url in candidates if vouched or looks_like_article(url)),
        newest=max(times, default=None),
        damaged=next((each.damaged for each in listings if each.damaged), None),
    )


def recount(finding: Finding, pattern: re.Pattern[str]) -> Finding:
    """The finding with its articles counted by a derived pattern, which knows the outlet better."""
    return replace(finding, articles=sum(1 for c in finding.candidates if pattern.search(c.url)))


def derive_pattern(findings: Sequence[Finding], home: Home) -> ArticlePattern | None:
    """The `article_url` that the announced addresses suggest; feeds and news sitemaps vouch for theirs.

    Addresses on other sites (partners, videos) are left out. The menu's links show what articles
    do not look like.
    """
    here = bare_host(home.url)
    articles: dict[str, None] = {}
    for finding in findings:
        vouched = isinstance(finding.source, Feed | NewsSitemap)
        for candidate in finding.candidates[:_MOST_EXAMPLES]:
            host = bare_host(candidate.url)
            on_site = host == here or host.endswith(f".{here}") or here.endswith(f".{host}")
            if on_site and (vouched or looks_like_article(candidate.url)):
                articles.setdefault(candidate.url)
    others = [url for url in (*home.sections, *home.feeds) if url not in articles]
    others += [url for url in home.links if url not in articles and not looks_like_article(url)]
    return find_pattern(articles, others)


def freshest(findings: Sequence[Finding], wants: Callable[[Candidate], bool], limit: int) -> list[Candidate]:
    """The candidates to look at first: the latest by their printed times, then in the order announced."""
    wanted = [c for finding in findings for c in finding.candidates if wants(c)]
    dated = [c for c in wanted if c.published_at or c.updated_at]
    dated.sort(key=lambda c: c.published_at or c.updated_at, reverse=True)  # type: ignore[arg-type,return-value]
    first: dict[str, Candidate] = {}
    for candidate in [*dated, *wanted]:
        first.setdefault(candidate.url, candidate)
    return list(first.values())[:limit]


def _in_menu(link: etree._Element) -> bool:
    return any(
        above.tag == "nav"
        or above.get("role") == "navigation"
        or (
            above.tag in ("ul", "div", "header")
            and _MENU.search(f"{above.get('class') or ''} {above.get('id') or ''}")
        )
        for above in link.iterancestors()
    )


def _is_section(address: str) -> bool:
    parts = urlsplit(address)
    path = unquote(parts.path)
    depth = len([segment for segment in path.split("/") if segment])
    return depth <= _DEEPEST_SECTION and not _NO_SECTION.search(path) and not looks_like_article(address)


def _name_of(tree: etree._Element) -> str | None:
    """How the outlet calls itself: og:site_name, application-name, or the first part of the title."""
    named = {
        (meta.get("property") or meta.get("name") or "").lower(): _line(meta.get("content") or "")
        for meta in tree.iter("meta")
    }
    for key in ("og:site_name", "application-name"):
        if named.get(key):
            return named[key]
    title = next((_line(str(e.text or "")) for e in tree.iter("title")), "")
    return next((part for part in _TITLE_PARTS.split(title) if part and not _NO_NAME.match(part)), None)


def _line(text: str) -> str:
    return " ".join(clean(text).split())
