"""What a page is when it is no article; what is cheap decides before what is dear."""

from __future__ import annotations

import re

from crawler.arabic.letters import fold
from crawler.extraction.canonical import is_home
from crawler.extraction.json_ld import types_of
from crawler.extraction.page import Page

_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1f\x8b",
    b"\x00\x00\x00\x18ftyp",
)
_FEED = re.compile(
    rb"^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF|svg)\b",
    re.S,
)
_TAG = re.compile(rb"<[a-zA-Z!/]")
_WRITTEN = re.compile(r"html|text/plain|xml|octet-stream", re.I)


def why_not_html(body: bytes, content_type: str | None = None) -> str | None:
    """A reason when the bytes are no HTML page, told from the first bytes and the header; else None."""
    head = body[:4096]
    if not head.strip(b"\0 \t\r\n"):
        return "empty"
    if head.startswith(_BINARY) or _FEED.match(head):
        return "not_html"
    if content_type and "/" in content_type and not _WRITTEN.search(content_type):
        return "not_html"
    squeezed = head.replace(b"\0", b"")
    if squeezed.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith((b"{", b"[")) or not _TAG.search(squeezed):
        return "not_html"
    return None


_CHALLENGE_MARKUP = (
    "cf-chl",
    "cf_chl_opt",
    "challenge-platform",
    "_Incapsula_Resource",
    "ddos-guard",
    "g-recaptcha",
    "h-captcha",
)
_CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|verify you are (?:a )?human|are you a robot|"
    r"access denied|request blocked|you have been blocked|enable javascript and cookies|security check|"
    r"ddos protection|pardon our interruption|403 forbidden|too many requests|"
    r"التحقق من أنك|أنك لست روبوت|لست روبوت|تم حظر|تم رفض الوصول|الوصول مرفوض|التحقق من المتصفح",
    re.I,
)
_LOST = re.compile(
    r"^(?:خطا )?(?:404|410)\b|\b404\b.{0,30}(?:خطا|error|not found|غير)|(?:خطا|error) 404|"
    r"page not found|not found$|"
    r"الصفحه (?:المطلوبه |التي \w+ (?:عنها )?)?(?:غير (?:موجوده|متوفره|متاحه)|لم تعد|لا توجد)|"
    r"(?:لم يتم العثور|لم نعثر|لا يمكن العثور|تعذر العثور|لم يعثر|عذرا.{0,30}(?:غير موجود|لم يتم|"
    r"لا يوجد|حذف))|"
    r"(?:المقال|الخبر|المحتوي|الموضوع|الرابط) (?:المطلوب )?(?:غير موجود|غير متوفر|غير متاح|محذوف|تم حذفه)|"
    r"تم حذف (?:المقال|الخبر|الصفحه|الموضوع)|هذه الصفحه غير"
)
_SHORT_PAGE = 200
"""Words of a body above which a page is no error page and no challenge, whatever its title says."""


def why_blocked(page: Page) -> str | None:
    """`blocked` for a challenge or refusal page, judged by title and markup; `garbled` for lost bytes;
    else None."""
    html = page.html
    if html.count("\ufffd") > max(20, len(html) // 200):
        return "garbled"
    title = next(iter(page.titles), "")
    if _CHALLENGE.search(title):
        return "blocked"
    if len(html) < 60_000 and any(mark in html for mark in _CHALLENGE_MARKUP):
        body = page.tree.find("body")
        text = page.text_of(body) if body is not None else ""
        if (
            len(text.split()) < _SHORT_PAGE
            and not page.news_object
            and (_CHALLENGE.search(text) or len(text) < 400)
        ):
            return "blocked"
    return None


_ROUTES = re.compile(
    r"/(?:category|categories|cat|tag|tags|keyword|keywords|topic|topics|section|sections|author|"
    r"authors|writer|writers|"
    r"search|archive|archives|page|\u0642\u0633\u0645|\u0648\u0633\u0645)(?:/|\?|$)",
    re.I,
)
_LISTING_CLASSES = frozenset(
    ("archive", "category", "tag", "search", "blog", "home", "search-results", "page-taxonomy")
)
_SINGLE_CLASSES = frozenset(("single", "single-post", "node-type-article", "article"))
_LITTLE_TEXT = 80
"""Words of a body below which og:type=article does not speak against a list."""
_SECTION_NAME = 3
"""Words up to which a heading names a section rather than an event."""
_FEW_CARDS = 3
_MANY_CARDS = 8
_LISTING_TYPES = frozenset(("collectionpage", "itemlist", "searchresultspage", "profilepage"))


def why_no_article(page: Page, url: str | None, headline: str | None, body: str) -> str | None:
    """Why a page whose headline and body were looked for is no article; None when it is one.

    One of soft_404, blocked, home, listing, video_only, paywall, no_body, no_headline.
    """
    words = len(body.split())
    titles = [*page.titles, headline or ""]
    if words < _SHORT_PAGE and any(_LOST.search(fold(title)) for title in titles):
        return "soft_404"
    article = bool(page.news_object) or (page.meta("og:type") or "").lower() == "article"
    if url and is_home(url) and not page.news_object:
        return "home"
    if _is_listing(page, url, headline, words) or (words == 0 and not article and _cards(page) >= _FEW_CARDS):
        return "listing"
    if words == 0 and _LOST.search(fold(_all_text(page)[:600])):
        return "soft_404"
    if words == 0:
        if page.news_object.get("isAccessibleForFree") in (False, "False", "false"):
            return "paywall"
        return "video_only" if _shows_video(page) else "no_body"
    return None if headline else "no_headline"


def _all_text(page: Page) -> str:
    body = page.tree.find("body")
    return page.text_of(body) if body is not None else ""


def _is_listing(page: Page, url: str | None, headline: str | None, words: int) -> bool:
    """Several signs of a list of articles and none of one article.

    og:type=article alone is a weak sign of one: SEO plugins give it to categories too. Then the page must have
    a category's name for a headline or next to no text.
    """
    body = page.tree.find("body")
    classes = set((body.get("class") or "").lower().split()) if body is not None else set()
    if page.news_object or page.meta("article:published_time") or classes & _SINGLE_CLASSES:
        return False
    signs = (
        (url is not None and _ROUTES.search(url) is not None)
        or not classes.isdisjoint(_LISTING_CLASSES)
        or any(kind in _LISTING_TYPES for item in page.json_ld for kind in types_of(item))
    )
    if (page.meta("og:type") or "").lower() == "article" and not (
        signs and (words < _LITTLE_TEXT or len((headline or "").split()) <= _SECTION_NAME)
    ):
        return False
    cards = _cards(page)
    return (signs and cards >= _FEW_CARDS) or (cards >= _MANY_CARDS and not _long_paragraphs(page))


def _cards(page: Page) -> int:
    """Headlines that are links to other pages, outside the page's frame."""
    frame = page.frame
    return sum(
        1
        for heading in page.tree.iter("h2", "h3", "h4", "article")
        if (next(heading.iter("a"), None) is not None or next(heading.iterancestors("a"), None) is not None)
        and len(heading.text_content().split()) >= 4
        and heading not in frame
        and frame.isdisjoint(heading.iterancestors())
    )


def _long_paragraphs(page: Page) -> int:
    return sum(1 for p in page.tree.iter("p") if len(p.text_content()) > 150 and not page.is_furniture(p))


def _shows_video(page: Page) -> bool:
    if (page.meta("og:type") or "").startswith("video") or page.meta("og:video", "og:video:url"):
        return True
    if any("videoobject" in types_of(item) for item in page.json_ld):
        return True
    return next(page.tree.iter("video"), None) is not None or any(
        re.search(r"youtube|dailymotion|jwplayer|brightcove|vimeo", frame.get("src") or "")
        for frame in page.tree.iter("iframe")
    )
