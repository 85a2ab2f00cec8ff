"""The shape that an outlet's article addresses share: a regular expression out of examples.

Outlets address an article by a number, a day, a long slug, or a few of these below a section's
name. Each address is read as a row of parts; addresses with the same row have one shape; what is
constant within a shape (`news`, `details`) stays literal, what varies becomes a class.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Kind = Literal["number", "number_slug", "slug_number", "year", "month", "word"]

# a shape that fewer of the examples have than this share is an exception, not the rule
_RARE = 0.05
_MOST_SHAPES = 4
# a narrower expression may lose this share of the examples where it shuts out all other pages
_KEPT = 0.8
_LONGEST_LITERAL = 24

_EXTENSION = re.compile(r"\.[a-z]{2,5}$", re.IGNORECASE)
_NUMBER_SLUG = re.compile(r"\d{3,}-")
_SLUG_NUMBER = re.compile(r"(?:[^/]*[-_])\d{3,}$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_MONTH_OR_DAY = re.compile(r"\d{1,2}$")
_LITERAL = re.compile(r"[\w.~!$'()*+,;=:@-]+$", re.ASCII)
_TRACKER = re.compile(r"utm_|fbclid|gclid|ref$|source$", re.IGNORECASE)
_END = r"/?(\?|$)"


@dataclass(frozen=True, slots=True)
class ArticlePattern:
    """A regular expression for `article_url`, with what is known of its worth.

    It matches `matched` of `examples`, the addresses it was made of; `clashes` are addresses of
    other pages that it matches as well: few is good, none is best.
    """

    regex: str
    matched: int
    examples: int
    clashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    kind: Kind
    text: str
    extension: str


@dataclass(frozen=True, slots=True)
class _Address:
    url: str
    parts: tuple[_Part, ...]
    query: tuple[str, ...]

    @property
    def shape(self) -> tuple[object, ...]:
        return tuple((part.kind, part.extension) for part in self.parts), self.query


def find_pattern(articles: Iterable[str], others: Collection[str] = ()) -> ArticlePattern | None:
    """The pattern that most of these article addresses share; None where there are none.

    `others` are addresses of the same outlet that are no articles (sections, feeds); they narrow
    an expression that would match them too. The result is anchored to the host and the end, and
    runs in linear time.
    """
    addresses = [_read(url) for url in dict.fromkeys(articles)]
    addresses = [address for address in addresses if address.parts]
    if not addresses:
        return None
    groups: dict[tuple[object, ...], list[_Address]] = defaultdict(list)
    for address in addresses:
        groups[address.shape].append(address)
    ranked = sorted(groups.values(), key=len, reverse=True)
    kept = [ranked[0]] + [g for g in ranked[1:_MOST_SHAPES] if len(g) >= max(2, _RARE * len(addresses))]
    known = {address.url for address in addresses}
    strangers = [_read(url) for url in dict.fromkeys(others) if url not in known]
    paths = dict.fromkeys(_narrowest(group, strangers) for group in kept)
    host = _host_of([address.url for group in kept for address in group])
    joined = next(iter(paths)) if len(paths) == 1 else f"({'|'.join(paths)})"
    regex = f"//{host}{joined}{_END}"
    pattern = re.compile(regex)
    return ArticlePattern(
        regex=regex,
        matched=sum(1 for address in addresses if pattern.search(address.url)),
        examples=len(addresses),
        clashes=tuple(stranger.url for stranger in strangers if pattern.search(stranger.url)),
    )


def _read(url: str) -> _Address:
    split = urlsplit(url)
    segments = [unquote(segment) for segment in split.path.split("/") if segment]
    parts: list[_Part] = []
    for segment in segments:
        found = _EXTENSION.search(segment)
        extension = found[0] if found else ""
        text = segment.removesuffix(extension)
        parts.append(_Part(_kind_of(text, parts), text, extension))
    return _Address(url, tuple(parts), _numbers_of(split))


def _kind_of(text: str, before: Sequence[_Part]) -> Kind:
    if _MONTH_OR_DAY.match(text) and before and before[-1].kind in ("year", "month"):
        return "month"
    if _YEAR.match(text):
        return "year"
    if text.isascii() and text.isdigit():
        return "number"
    if _NUMBER_SLUG.match(text):
        return "number_slug"
    return "slug_number" if _SLUG_NUMBER.match(text) else "word"


def _numbers_of(split: SplitResult) -> tuple[str, ...]:
    """The names of the query's parameters that number something."""
    return tuple(
        sorted(
            {name for name, value in parse_qsl(split.query) if value.isdigit() and not _TRACKER.match(name)}
        )
    )


def _narrowest(group: Sequence[_Address], strangers: Sequence[_Address]) -> str:
    """The plainest expression of a shape that matches no stranger, else the plainest one."""
    plain = _path_of(group)
    if not (against := _matched(plain, strangers)):
        return plain
    for narrower in (_longer_numbers(group, against), _longer_slugs(group, against)):
        kept = _matched(narrower, group) if narrower else []
        if narrower and len(kept) >= _KEPT * len(group) and not _matched(narrower, against):
            return narrower
    return plain


def _matched(path: str, addresses: Sequence[_Address]) -> list[_Address]:
    pattern = re.compile(f"//[^/]+{path}{_END}")
    return [address for address in addresses if pattern.search(address.url)]


def _path_of(group: Sequence[_Address], *, digits: str = r"\d+", slug: str | None = None) -> str:
    """The expression of a shape; `digits` stands for its last number, `slug` for its last varying word."""
    rows = [address.parts for address in group]
    last_number = max((i for i, part in enumerate(rows[0]) if part.kind == "number"), default=None)
    expressions = []
    for place, part in enumerate(rows[0]):
        texts = {row[place].text for row in rows}
        last = place == len(rows[0]) - 1
        if part.kind == "word":
            expression = _word_of(texts, alone=len(rows) == 1 and last)
            if slug and last and expression == _ANY:
                expression = slug
        elif part.kind == "number":
            expression = digits if place == last_number else r"\d+"
        else:
            expression = _CLASSES[part.kind]
        expressions.append(f"/{expression}{re.escape(part.extension)}")
    query = "".join(rf"(?=[^#]*[?&]{re.escape(name)}=\d+)" for name in group[0].query)
    return "".join(expressions) + query


_ANY = r"[^/?]+"
_CLASSES: dict[Kind, str] = {
    "number_slug": r"\d+-[^/?]*",
    "slug_number": r"[^/?]*[-_]\d+",
    "year": r"\d{4}",
    "month": r"\d{1,2}",
}


def _word_of(texts: set[str], *, alone: bool) -> str:
    """A word that all addresses have in common, if it is a plain one; a class otherwise."""
    word = min(texts)
    if len(texts) == 1 and not alone and len(word) <= _LONGEST_LITERAL and _LITERAL.match(word):
        return re.escape(word).replace(r"\-", "-")
    return _ANY


def _longer_numbers(group: Sequence[_Address], against: Sequence[_Address]) -> str | None:
    """With numbers longer than those of the other pages (`/section/3` beside `/news/123456`)."""

    def digits_of(address: _Address) -> int:
        return max((len(part.text) for part in address.parts if part.kind == "number"), default=0)

    longer = max(digits_of(address) for address in against) + 1
    usual = min(digits_of(address) for address in group)
    # an archive's ids grow: one digit fewer than the present ones have leaves room for older articles
    return _path_of(group, digits=rf"\d{{{max(longer, usual - 1)},}}") if longer > 1 else None


def _longer_slugs(group: Sequence[_Address], against: Sequence[_Address]) -> str | None:
    """With slugs of more words than those of the other pages (`/about-us` beside `/a-long-headline-here`)."""
    hyphens = max(address.parts[-1].text.count("-") for address in against) + 1
    return _path_of(group, slug=rf"(?:[^/?-]*-){{{hyphens}}}[^/?]*")


def _host_of(urls: Sequence[str]) -> str:
    """The examples' host, with or without `www.`; any subdomain where they have several."""
    hosts = {urlsplit(url).netloc.lower().removeprefix("www.") for url in urls}
    if len(hosts) == 1:
        return rf"(www\.)?{re.escape(min(hosts))}"
    shared = _shared_domain([host.split(".") for host in hosts])
    return rf"([\w-]+\.)*{re.escape(shared)}" if shared else r"[^/]+"


def _shared_domain(hosts: Sequence[Sequence[str]]) -> str:
    labels: list[str] = []
    for level in zip(*(reversed(host) for host in hosts), strict=False):
        if len(set(level)) > 1:
            break
        labels.append(level[0])
    return ".".join(reversed(labels)) if len(labels) > 1 else ""
