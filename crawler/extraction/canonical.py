"""One address for one article: cleaned URLs, and the canonical link checked before it is believed."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from crawler.extraction.json_ld import text_value
from crawler.extraction.page import Page
from crawler.items import Evidence

_TRACKERS = re.compile(
    r"(?:utm_\w*|fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|"
    r"srsltid|mc_cid|mc_eid|"
    r"_ga|_gl|_hs\w+|hsctatracking|cmpid|ocid|xtor|spm|ref_src|ref_url|ref|referrer|fb_\w+|"
    r"at_medium|at_campaign|"
    r"at_custom\d|__twitter_impression|twitter_impression|usqp|amp_js_v|amp_gsa|amp|_x_tr_\w+|share|"
    r"shared|sharedfrom|"
    r"platform|guce_\w+|mkt_tok|campaign_id|trk|wt_\w+|pk_\w+|piwik_\w+|mtm_\w+|ito|ftag|sfns|rss|"
    r"feed_id|nonamp|"
    r"print|preview)",
    re.I,
)
"""Query keys that say where a reader came from or in which dress the page is shown, never which article it
is."""

_VALUED = re.compile(
    r"(?:outputtype|output|view|format|mode|m|mobile|device|type)=(?:amp|mobile|1|true|print)", re.I
)
_MOBILE_HOST = re.compile(r"^(?:m|mobile|mob|wap|amp|touch)\.(?=[^.]+\.[^.]+)")
_AMP_CACHE = re.compile(
    r"^https?://(?:[\w-]+\.cdn\.ampproject\.org/[cv]/(?:s/)?|(?:www\.)?google\.\w+(?:\.\w+)?/amp/(?:s/)?)"
)
_INDEX = re.compile(r"^/(?:index|default|home)\.(?:html?|php|aspx?|jsp)$", re.I)
_AMP_PATH = re.compile(r"/amp/?$|\.amp(?=\.html?$)|\.amp$|(?<=\.html)/amp$", re.I)
_AMP_FIRST = re.compile(r"^((?:/[a-z]{2})?)/amp(?=/)", re.I)
_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._"
_TEMPLATE = re.compile(r"\{|\}|%7b|<|undefined|\[object|localhost|127\.0\.0\.1|example\.com/?$", re.I)


@lru_cache(maxsize=256)
def clean_url(url: str) -> str:
    """The address without what does not tell one article from another; raises nothing.

    Gone are trackers, fragments, AMP and mobile forms, default ports and a home page's index file; ids in
    queries,
    tatweel and letter case of the path stay. Percent-encoding is made one (RFC 3986, 6.2.2): characters
    outside
    ASCII encoded as UTF-8, hexadecimal digits in upper case, unreserved characters bare.
    """
    url = "".join(url.split())
    cached = _AMP_CACHE.match(url)
    if cached:
        url = "https://" + url[cached.end() :]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        return url
    scheme = parts.scheme.lower()
    host = _MOBILE_HOST.sub("", parts.hostname.rstrip(".")) or parts.hostname
    netloc = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path = _AMP_FIRST.sub(r"\1", parts.path)
    path = _AMP_PATH.sub("", path)
    query = _query(parts)
    if not query:
        path = _INDEX.sub("/", path)
    return urlunsplit((scheme, netloc, _encoded(path) or "/", query, ""))


def _query(parts: SplitResult) -> str:
    kept = []
    for pair in parts.query.split("&"):
        key = unquote(pair.partition("=")[0])
        if pair and not _TRACKERS.fullmatch(key) and not _VALUED.fullmatch(pair):
            kept.append(_encoded(pair, "?%[]"))
    return "&".join(kept)


def _encoded(text: str, more: str = "") -> str:
    """Percent-encoding made one, without decoding what is reserved."""
    text = _LONE_PERCENT.sub("%25", text)
    text = _ESCAPES.sub(lambda run: _NEEDLESS.sub(_decoded, run.group().upper()), text)
    return quote(text, safe=_SAFE + "%" + more, errors="replace")


_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_NEEDLESS = re.compile(r"%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])")
"""Escapes of letters, digits, `-`, `.`, `_` and `~`, which need none (RFC 3986, 2.3)."""


def _decoded(escape: re.Match[str]) -> str:
    return chr(int(escape.group()[1:], 16))


def canonical_url(page: Page, url: str | None = None) -> tuple[str, Evidence] | None:
    """The article's address, cleaned, and where it stood; None when neither the page nor the caller knows
    one.

    `url` (or the page's own) is where the page was fetched. rel=canonical, og:url and JSON-LD are believed
    only
    on the same site, and not when they name the home page, a section above the article, or an unfilled
    template.
    """
    fetched = url or page.url
    links = [
        e.get("href") or ""
        for e in page.tree.iter("link")
        if "canonical" in (e.get("rel") or "").lower().split()
    ]
    news = page.news_object
    stated = [
        *(("rel=canonical", link) for link in links),
        *(("og:url", link) for link in page.head_meta.get("og:url", ())),
        ("json-ld", text_value(news.get("mainEntityOfPage")) or text_value(news.get("url"))),
    ]
    for rule, raw in stated:
        link = _joined(fetched, raw)
        if link and _is_credible(link, fetched):
            return clean_url(link), Evidence(rule=rule, raw=raw)
    return (clean_url(fetched), Evidence(rule="fetched url", raw=fetched)) if fetched else None


def _joined(base: str | None, link: str) -> str:
    link = link.strip()
    if not link or _TEMPLATE.search(link):
        return ""
    try:
        return urljoin(base or "", link)
    except ValueError:
        return ""


def _is_credible(link: str, fetched: str | None) -> bool:
    try:
        parts = urlsplit(clean_url(link))
        ours = urlsplit(clean_url(fetched)) if fetched else None
    except ValueError:
        return False
    if parts.scheme not in _PORTS or not parts.hostname or is_home(link):
        return False
    if ours is None or not ours.hostname:
        return True
    if _site(parts.hostname) != _site(ours.hostname):
        return False
    above = unquote(parts.path).rstrip("/") + "/"
    return parts.query != "" or not (
        unquote(ours.path).startswith(above) and unquote(ours.path).rstrip("/") + "/" != above
    )


def is_home(url: str) -> bool:
    """Whether an address names a home page: no path, or a bare language."""
    parts = urlsplit(clean_url(url))
    return not parts.query and re.fullmatch(r"/?(?:ar|arabic|en|home|amp)?/?", parts.path) is not None


_SECOND_LEVEL = frozenset(("com", "net", "org", "gov", "edu", "co", "gob", "ac", "mil", "news", "info"))


def _site(host: str) -> str:
    """The name that the hosts of one site share: the label before the public suffix, roughly."""
    labels = host.lower().split(".")
    if len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])
