"""What an element is by its tag and its class and id words: article, furniture, or unknown.

The words are those that platforms really use (WordPress themes, Drupal, DataLife Engine, ASP.NET
portals, home-made systems). A word counts only as a whole word of the name: `related-posts` holds
`related`, `correlated` does not. `shareButtons` and `share_buttons` are the same name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice
from typing import Protocol, cast

from lxml.cssselect import CSSSelector
from lxml.etree import XPath
from lxml.html import HtmlElement


def words(text: str) -> frozenset[str]:
    """A table of words written as one text."""
    return frozenset(text.split())


SILENT_TAGS = words(
    "script style noscript template head title meta link svg math canvas iframe object embed audio video map "
    "select option optgroup datalist textarea input button source track param progress meter"
)
"""Elements whose text is no text of the page."""

CHROME_TAGS = words("nav footer aside form dialog menu fieldset")
BLOCK_TAGS = words(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table "
    "tbody td tfoot th "
    "thead tr ul caption"
)
HEADING_TAGS = words("h1 h2 h3 h4 h5 h6")

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = re.compile(r"[^a-z0-9\u0600-\u06ff]+")

_FRAME_WORDS = words(
    # navigation and page frame
    "nav navbar navigation menu submenu megamenu breadcrumb breadcrumbs crumbs sidebar rightbar "
    "leftbar footer "
    "topbar toolbar tools masthead pagination pager paging nextprev prevnext toc skip ticker "
    "newsticker marquee "
    # related and promoted
    "related relatednews relatedposts relateds morenews readmore readalso alsoread seealso recommended "
    "recommendation recommendations suggested suggestion suggestions similar trending popular "
    "mostread mostviewed "
    "latest latestnews recent teaser teasers promo promoted sponsored outbrain taboola mgid yarpp "
    "widget widgets "
    # sharing, following, subscribing
    "share sharing shares sharebar sharebox shareblock sharedaddy addthis addtoany sharethis social socials "
    "socialmedia socialshare follow followus followers subscribe subscription newsletter "
    "newsletters whatsapp "
    "telegram googlenews podcast podcasts copylink shortlink copyurl printer print fontsize fontresize "
    # comments, cookies, advertising, polls
    "comment comments commentlist commentform respond disqus replies reply rating ratings stars "
    "likes vote voting "
    "poll polls cookie cookies consent gdpr advert adverts advertisement advertising ad ads adv adbox "
    "adsbox adslot "
    "adsense banner banners dfp gpt adunit popup modal lightbox overlay toast tooltip copyright disclaimer "
    "screenreader visuallyhidden player"
)
_FRAME_PAIRS = re.compile(
    r"\b(?:more on|(?:read|see|watch|also|you may|may) (?:also|more|next|like|too)|most (?:read|viewed|"
    r"popular|watched)|"
    r"(?:post|entry) (?:navigation|nav|share|views?|utility)|screen reader\w*|sr only|visually hidden|"
    r"(?:article|news|story|single) (?:share|social|related|tools|footer|actions?)|(?:site|page|"
    r"top) (?:header|nav|bar)|"
    r"(?:font|text) (?:size|resize\w*|zoom)|copy (?:link|url|right)|(?:short|perma) ?(?:link|url)|"
    r"(?:next|prev|previous) (?:post|article|news|story)|(?:breaking|urgent) (?:news|bar)|"
    r"(?:google|sticky|side|skin|native|inner|body|content|post|header|footer|leader) ?ads?|ads? \w+|"
    r"(?:audio|video|tts|speech|listen) ?(?:player|box|bar|btn|button|article))\b"
)
_DENIED = re.compile(r"\b(?:no|not|has|with|without|hide|disable|enable) \w+")
"""`no-share`, `has-sidebar`: said of the page around, not of the element."""

_TEXT_CLASSES = words(
    "entry-content post-content article-content article-body articlebody article_body story-body "
    "story-content "
    "td-post-content news-content news-body post-body single-content content-inner field--name-body "
    "field-name-body the-content the_content article__body article__content article-text article__text entry"
)
"""Classes that platforms give to the text itself, whatever else the element is called."""

_STRONG_WORDS = words(
    "comment comments commentlist commentform respond disqus cookie cookies consent gdpr related relatednews "
    "relatedposts disclaimer copyright footer modal popup newsletter subscribe podcast recommended"
)
"""Names that are furniture however much text the box holds."""

_MARGIN_WORDS = words(
    "tags taglist tagcloud tagscloud posttags keywords caption captions figcaption imagecaption "
    "credits credit meta "
    "metadata byline byl author authors authorbox writer bio date dates datetime time timestamp "
    "pubdate published "
    "views hits kicker overline eyebrow categories cats"
)
_MARGIN_PAIRS = re.compile(
    r"\b(?:(?:author|writer) (?:box|bio|info|card|about|desc\w*)|about author|(?:photo|image|img|pic|media) "
    r"(?:caption|note|credit|desc\w*|source|title|alt|text)|(?:post|entry|article|news|story|single) "
    r"(?:tags?|meta|info|links|footer)|tags? (?:list|box|links|cloud|container|wrap\w*|area|items?))\b"
)
_ARTICLE_NAMES = re.compile(
    r"\b(?:(?:article|articles|story|entry|post|news|single|detail|details|node|item|content|blog|"
    r"full|subject|"
    r"paragraph|main|text)[ ]?(?:body|content|contents|text|txt|copy|details?|desc|description|"
    r"paragraphs?|list|full|"
    r"inner|story|article|news|entry|post)|"
    r"(?:body|content|text|field)[ ](?:article|story|news|post|entry|body|text|content|main)|"
    r"articlebody|storybody|postbody|newsbody|entrycontent|postcontent|fulltext|full[ ]?story|"
    r"td[ ]post[ ]content|"
    r"wysiwyg|richtext|rich[ ]text|ck[ ]content|maqal|khabar|matn|nass|body)\b"
)


@lru_cache(maxsize=8192)
def words_of(name: str) -> str:
    """Class or id text as lower-case words parted by one space."""
    return " ".join(_SPLIT.split(_CAMEL.sub("-", name).lower())).strip()


@lru_cache(maxsize=8192)
def names_frame(name: str) -> bool:
    """Whether a class or id text names the page's frame or a box beside the article."""
    if not _TEXT_CLASSES.isdisjoint(name.lower().split()):
        return False
    spoken = _DENIED.sub("", words_of(name))
    parts = set(spoken.split())
    if "elementor" in parts:  # the page builder calls every element of a page a widget
        parts.discard("widget")
    return not _FRAME_WORDS.isdisjoint(parts) or _FRAME_PAIRS.search(spoken) is not None


@lru_cache(maxsize=8192)
def names_strong_frame(name: str) -> bool:
    """Whether a name is furniture even where the box is rich in text (comments, cookie notices)."""
    return not _STRONG_WORDS.isdisjoint(words_of(name).split())


@lru_cache(maxsize=8192)
def names_margin(name: str) -> bool:
    """Whether a class or id text names what stands beside an article's text: credit, date, tags, caption."""
    spoken = words_of(name)
    return not _MARGIN_WORDS.isdisjoint(spoken.split()) or _MARGIN_PAIRS.search(spoken) is not None


@lru_cache(maxsize=8192)
def names_article(name: str) -> bool:
    """Whether a class or id text names the container of an article's text."""
    return _ARTICLE_NAMES.search(words_of(name)) is not None


def name_of(element: HtmlElement) -> str:
    """Class, id and role of an element in one text."""
    get = element.get
    return f"{get('class') or ''} {get('id') or ''} {get('role') or ''}"


_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def is_hidden(element: HtmlElement) -> bool:
    """Whether the markup itself hides the element (style sheets are not read)."""
    attributes = element.attrib
    if "style" in attributes and _INVISIBLE.search(attributes["style"]):
        return True
    if "class" in attributes and "none" in attributes["class"] and "d-none" in attributes["class"].split():
        return "-block" not in attributes["class"] and "-flex" not in attributes["class"]
    return "hidden" in attributes


def has_more_than(most: int, element: HtmlElement) -> bool:
    """Whether an element has more children than `most`: lxml counts all of them for `len`, these at most."""
    return next(islice(element, most, None), None) is not None


class _Attribute(Protocol):
    def getparent(self) -> HtmlElement: ...


def holders_of(*attributes: str) -> Callable[[HtmlElement, int], list[HtmlElement]]:
    """A function (tree, most) that finds the first elements of each attribute, `most` of each, in document order.

    An attribute is an XPath step (`itemprop`, `rel[. = 'author']`). libxml2 compares every two elements of sets that
    it unites, so only few are united.
    """
    paths = [
        cast("Callable[[HtmlElement], list[_Attribute]]", XPath(f"//@{attribute}"))
        for attribute in attributes
    ]

    def find(tree: HtmlElement, most: int) -> list[HtmlElement]:
        return in_order(tree, [value.getparent() for path in paths for value in path(tree)[:most]])

    return find


def in_order(tree: HtmlElement, elements: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Few elements of a tree, each once, in document order."""
    return cast("list[HtmlElement]", _IN_ORDER(tree, elements=list(elements)))


_IN_ORDER = XPath("$elements | $elements")


def elements_at(path: str) -> Callable[[HtmlElement], list[HtmlElement]]:
    """A compiled XPath expression that selects elements below the one it is called with."""
    return cast("Callable[[HtmlElement], list[HtmlElement]]", XPath(path))


def select(tree: HtmlElement, css: str) -> list[HtmlElement]:
    """The elements that a CSS selector of an outlet's layout matches; SelectorError for a broken one."""
    return cast("list[HtmlElement]", CSSSelector(css)(tree))
