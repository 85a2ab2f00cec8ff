"""Opt-out signals: what an outlet says may not be done with a page that anybody may fetch.

robots.txt (RFC 9309) says what may be fetched and nothing of what may be done afterwards. That is said by

- `X-Robots-Tag` headers and `<meta name="robots">` (Google Search Central, "Robots meta tag, data-nosnippet, and
  X-Robots-Tag specifications"): `noindex`, `nosnippet`, `noarchive`, `none` (= noindex, nofollow). Rules are
  comma-separated and without regard to case; a crawler's name and a colon before them address that crawler alone,
  as a meta tag of that name does; of contradicting rules the restrictive ones hold, so those for everybody and
  those for us are put together;
- `noai` and `noimageai` in the same places (DeviantArt, 2022; no standard): not for training models;
- `tdm-reservation` as a header or meta tag (W3C Community Group Report "TDM Reservation Protocol", 10 May 2024): 1
  reserves text and data mining, 0 does not, all else counts as unset; the header overrules the host's
  `/.well-known/tdmrep.json` (crawler.network.reservations), and the meta tag both.

What follows from a signal is said in docs/opt-out.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.network.reservations import HOST_RESERVES

OPT_OUT = "opt_out"  # request.meta: the signals of its answer, sorted
NOARCHIVE: Final = "noarchive"
TDM_RESERVATION: Final = "tdm-reservation"
SIGNALS: Final = frozenset({"noindex", "nosnippet", NOARCHIVE, "noai", "noimageai"})

_HEAD = 256 * 1024  # bytes in which a page's meta tags are looked for
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
_META = re.compile(rb"<[mM][eE][tT][aA]\b[^<>]{0,2000}>")
_ATTRIBUTE = re.compile(rb"""\b(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_NAME = re.compile(r"\s*([a-z*][\w.-]*)\s*:", re.I)
# rules that have a colon themselves, so that what stands before it is no crawler's name
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")


class OptOut:
    """Downloader middleware: the signals of each page's answer, in the request's meta before it is archived.

    Setting: ROBOTSTXT_USER_AGENT, the name by which rules address us.
    """

    def __init__(self, token: str) -> None:
        self.token = token

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.get("ROBOTSTXT_USER_AGENT") or "Akhbar")

    def process_response(self, request: Request, response: Response) -> Response:
        if "candidate" in request.meta and 200 <= response.status < 300:
            robots = [value.decode("latin-1") for value in response.headers.getlist("X-Robots-Tag")]
            mining = response.headers.get("tdm-reservation")
            request.meta[OPT_OUT] = read_signals(
                response.body,
                token=self.token,
                robots_tags=robots,
                tdm_reservation=mining.decode("latin-1") if mining else None,
                host_reserves=request.meta.get(HOST_RESERVES),
            )
        return response


def read_signals(
    body: bytes,
    *,
    token: str,
    robots_tags: Iterable[str] = (),
    tdm_reservation: str | None = None,
    host_reserves: bool | None = None,
) -> list[str]:
    """The signals of a page, sorted: some of `SIGNALS`, and `tdm-reservation` where it is 1.

    `body` is the page as decoded by its Content-Encoding, `token` our name, `robots_tags` the values of its
    X-Robots-Tag headers, `tdm_reservation` that of the header of this name, `host_reserves` what the host says of
    this page in its tdmrep.json. Never raises.
    """
    rules: set[str] = set()
    for value in robots_tags:
        rules |= _header_rules(value, token)
    reserved = _reservation(tdm_reservation)
    if reserved is None:
        reserved = host_reserves
    for name, content in _metas(body, ("robots", token.lower(), TDM_RESERVATION)):
        if name != TDM_RESERVATION:
            rules |= _rules(content.split(","))
        elif (stated := _reservation(content)) is not None:
            reserved = stated
    return sorted(rules | ({TDM_RESERVATION} if reserved else set()))


def _header_rules(value: str, token: str) -> set[str]:
    """The rules of one X-Robots-Tag header that are for all or for us: `bot: rule, rule, other: rule`."""
    ours, mine = True, []
    for part in value.split(","):
        if (name := _NAME.match(part)) and name[1].lower() not in _WITH_VALUE:
            ours, part = name[1].lower() in ("*", "robots", token.lower()), part[name.end() :]
        if ours:
            mine.append(part)
    return _rules(mine)


def _rules(printed: Iterable[str]) -> set[str]:
    words = {word.strip().lower() for word in printed}
    return (words & SIGNALS) | ({"noindex"} if "none" in words else set())


def _reservation(value: str | None) -> bool | None:
    return {"1": True, "0": False}.get((value or "").strip())


def _metas(body: bytes, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Name (lower-case) and content of the meta tags of these names at the beginning of a page.

    Commented ones are none. Most pages have no tag of these names at all, which is told first.
    """
    head, looked_for = body[:_HEAD], [name.encode() for name in names]
    tags = b"".join(_META.findall(head)).lower()
    if not any(name in tags for name in looked_for):
        return
    for tag in _META.findall(_COMMENT.sub(b"", head)):
        found = {key.lower(): b"".join(values) for key, *values in _ATTRIBUTE.findall(tag)}
        name = found.get(b"name", b"").strip().lower()
        if name in looked_for:
            yield name.decode(), found.get(b"content", b"").decode("latin-1")
