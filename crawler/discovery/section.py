"""Section pages: the articles that a page of links leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml import html as lxml_html

from crawler.arabic.letters import clean
from crawler.candidate import Candidate
from crawler.discovery.address import read_address
from crawler.discovery.markup import decode, unpack
from crawler.discovery.source import Listing, Source

_NOT_HTML_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MAX_HEADLINE = 300

# What an article's path looks like on the outlets seen: a long number, a date, or a long slug …
_ARTICLE_PATH = re.compile(
    r"/\d{4,}(?:[/.-]|$)|[-_]\d{4,}(?:\.\w{2,5})?/?$|/(?:19|20)\d\d/\d\d?/\d\d?(?:/|$)|/20\d{6}[-/]"
    r"|/articles?/[a-z0-9]{8,}|/a-\d{5,}|(?:[^/-]+-){4}[^/-]+/?$"
)
_ARTICLE_QUERY = re.compile(r"(?:^|&)(?:id|cat|newsid|nid|aid|articleid|p)=\d{3,}(?:&|$)", re.IGNORECASE)
# … and what is none of them, whatever it looks like.
_LISTING_PATH = re.compile(
    r"/(?:tags?|keywords?|categor(?:y|ies)|authors?|writers?|pages?|search|archives?|feed|rss|login|wp-content|wp-json)(?:/|$)"
    r"|\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|css|js|xml|zip)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section(Source):
    """A page that lists articles; its rel=next page is a further source.

    Without `article_url`, links on the page's own host that look like articles are taken.
    """

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        unpacked, fault = unpack(body)
        tree = parse_html(decode(unpacked, content_type))
        if tree is None:
            return Listing(damaged=fault or ("not a page of HTML" if unpacked.strip() else "empty"))
        base = next((b for e in tree.iter("base") if (b := read_address(e.get("href"), url))), url)
        headlines: dict[str, str] = {}
        following: list[Source] = []
        for link in tree.iter("a", "link", "area"):
            address = read_address(link.get("href"), base)
            if address is None or address in (url, self.url):
                continue
            if "next" in (link.get("rel") or "").lower().split():
                following.append(replace(self, url=address))
            elif link.tag != "link" and _is_article(address, url, article_url):
                headlines[address] = max(headlines.get(address, ""), _headline(link), key=len)
        return Listing(
            candidates=[Candidate(url=u, source=self.url, headline=h or None) for u, h in headlines.items()],
            sources=following[:1],
            damaged=fault or (None if headlines else "no link leads to an article"),
            listed=len(headlines),
        )


def _is_article(address: str, page: str, article_url: re.Pattern[str] | None) -> bool:
    if article_url is not None:
        return article_url.search(address) is not None
    if bare_host(address) != bare_host(page):
        return False
    return looks_like_article(address)


def looks_like_article(address: str) -> bool:
    """Whether an address has the look of an article's (an id, a date, a long slug) and not of a listing's."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    if _LISTING_PATH.search(path):
        return False
    return bool(_ARTICLE_PATH.search(path) or _ARTICLE_QUERY.search(parts.query))


def bare_host(address: str) -> str:
    """The host of an address without the names that lead to the same site (www., m., amp.)."""
    return (urlsplit(address).hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")


def _headline(link: etree._Element) -> str:
    """A link's text on one line; its title where it has none; "" where it is too long for a headline."""
    text = "".join(str(part) for part in link.itertext())
    text = " ".join(clean(text if text.strip() else link.get("title") or "").split())
    return text if len(text) <= _MAX_HEADLINE else ""


def parse_html(text: str) -> etree._Element | None:
    """The tree of a page, however broken; None where there is no markup."""
    text = _NOT_HTML_TEXT.sub("", text)
    if "<" not in text:
        return None
    parser = lxml_html.HTMLParser(
        encoding="utf-8",
        recover=True,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
