"""`/.well-known/tdmrep.json`: what a host reserves of text and data mining, for all its pages at once.

After the W3C Community Group Report "TDM Reservation Protocol" of 10 May 2024, by its sections:

- TDM File on the Origin Server: a JSON array of rules, each with `location` and `tdm-reservation`; matching is case
  sensitive, and of several rules that match "the most specific match is the first in sequence"; where none does, it is
  unset. Redirects may lead to the file; a host without one does not take part.
- Use of regular expressions: `*` is any number of characters and `$` the end, as in robots.txt; unreserved characters
  are compared decoded, and a `$` or `*` that is meant itself is written `%24` or `%2A`.
- tdm-reservation: 1 reserves, 0 does not, anything else counts as unset.
- Processing priority: the file is looked for before the first page; a page's header supersedes it, and its meta tag
  both (crawler.network.optout).

It is one more request a host and day, and only of hosts that pages are fetched from.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import quote, unquote_to_bytes, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.network import clock
from crawler.network.authority import authority_of, origin_of
from crawler.network.refusal import Refused
from crawler.network.robots import REDIRECTS, target_of

logger = logging.getLogger(__name__)

TDMREP_REQUEST = "tdmrep_request"  # meta key of our own requests
HOST_RESERVES = "host_reserves"  # meta key of a page's request: whether the file reserves it; None for unset

_PATH = "/.well-known/tdmrep.json"
_MAX_BYTES = 64 * 1024
_MAX_REDIRECTS = 5
_TIMEOUT = 10.0  # seconds for which the first page of a host may wait
_FRESH = timedelta(days=1)
# refusals that say something of the file alone; any other says that the host is not asked at all
_OF_THE_FILE = frozenset({"robots", "too_large", "undecodable"})
_ENCODED = re.compile(r"%[0-9a-f]{2}", re.I)
_UNRESERVED = re.compile(rb"[A-Za-z0-9._~-]")  # RFC 3986, 2.3
_KEPT = "%/:?#[]@!&'()+,;="  # of an address as it is printed; `$` and `*` are signs of a pattern

Rule = tuple[str, bool | None]  # location as printed; whether it reserves, None for unset


@dataclass(frozen=True, slots=True)
class ReservationFile:
    """A host's file as fetched: no rules where there is none. `fault` says why it could not be read."""

    rules: tuple[Rule, ...]
    status: int | None
    fetched_at: datetime
    fault: str | None = None

    def reserves(self, url: str) -> bool | None:
        """Whether mining of this page is reserved; None where no rule says so or otherwise."""
        parts = urlsplit(url)
        path = _plain(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
        return next((reserved for location, reserved in self.rules if _matches(location, path)), None)


class Reservations:
    """Downloader middleware; stands after `Robots`, which governs the file too, and before `Pacing`.

    Sets `host_reserves` in the meta of every page's request. A host that cannot be reached keeps the file that it
    had, and is asked again by the next crawl. Setting: TDMREP_ASK; without it, only what an earlier crawl learned
    is used (a crawl of archives asks nobody).
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.asks = crawler.settings.getbool("TDMREP_ASK", True)
        if not self.asks and not crawler.settings.getdict("HOST_MEMORIES"):
            raise NotConfigured
        self.files: dict[str, ReservationFile] = {}
        self._unreachable: set[str] = set()
        self._fetches: dict[str, asyncio.Task[None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The files by host, as JSON values, for a later crawl's `restore`."""
        states: dict[str, dict[str, Any]] = {}
        for origin, file in self.files.items() if self.asks else ():
            kept = {"rules": file.rules, "status": file.status, "fetched_at": file.fetched_at.isoformat()}
            states.setdefault(authority_of(origin), {})[origin] = {**kept, "fault": file.fault}
        return states

    def restore(self, states: Mapping[str, dict[str, Any]]) -> None:
        """Take over what an earlier crawl's `snapshot` knew; call it before the first request."""
        for files in states.values():
            for origin, kept in files.items():
                rules = tuple((location, reserved) for location, reserved in kept["rules"])
                at = datetime.fromisoformat(kept["fetched_at"])
                self.files[origin] = ReservationFile(rules, kept["status"], at, kept["fault"])

    def describe(self, origin: str) -> dict[str, Any]:
        """The file in force for an origin, as JSON values, for a crawl's receipt."""
        file = self.files.get(origin)
        if file is None:
            return {"state": "unreachable" if origin in self._unreachable else "not asked"}
        return {
            "state": "broken" if file.fault else "in force" if file.rules else "none",
            "status": file.status,
            "fetched_at": file.fetched_at.isoformat(timespec="seconds"),
            "rules": len(file.rules),
            "fault": file.fault,
        }

    async def process_request(self, request: Request) -> None:
        request.meta.pop(HOST_RESERVES, None)  # a redirected request carries its last host's
        if "candidate" not in request.meta or urlsplit(request.url).scheme not in ("http", "https"):
            return
        origin = origin_of(request.url)
        if self.asks and not self._is_fresh(origin):
            fetch = self._fetches.get(origin)
            if fetch is None:
                fetch = self._fetches[origin] = asyncio.ensure_future(self._learn(origin))
                fetch.add_done_callback(lambda _: self._fetches.pop(origin, None))
            await asyncio.shield(fetch)
        file = self.files.get(origin)
        request.meta[HOST_RESERVES] = file.reserves(request.url) if file else None

    def _is_fresh(self, origin: str) -> bool:
        file = self.files.get(origin)
        return origin in self._unreachable or (
            file is not None and timedelta(0) <= clock.now() - file.fetched_at < _FRESH
        )

    async def _learn(self, origin: str) -> None:
        """Raises `Refused` where the host itself is held, so that its pages wait as well."""
        file = await self._fetch(origin)
        if file is None:
            self._unreachable.add(origin)
        else:
            self.files[origin] = file
            if file.fault:
                logger.warning("%s%s cannot be used: %s", origin, _PATH, file.fault)
        self.crawler.stats.inc_value(f"tdmrep/{self.describe(origin)['state']}")

    async def _fetch(self, origin: str) -> ReservationFile | None:
        url = origin + _PATH
        for hop in range(_MAX_REDIRECTS + 1):
            try:
                response = await self._download(url)
            except Refused as refused:
                if hop == 0 and refused.reason not in _OF_THE_FILE:
                    raise
                return ReservationFile((), None, clock.now(), str(refused)[:200])
            except Exception as fault:  # whatever it is, the file was not reached
                logger.info("%s of %s is unreachable: %r", _PATH, origin, fault)
                return None
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location:
                return _judge(response)
            if (target := target_of(url, location)) is None:
                break
            url = target
        return ReservationFile((), None, clock.now(), "its redirects lead nowhere")

    async def _download(self, url: str) -> Response:
        assert self.crawler.engine
        meta: dict[str, Any] = {
            TDMREP_REQUEST: True,
            "allow_offsite": True,
            "dont_redirect": True,
            "dont_retry": True,
            "download_timeout": _TIMEOUT,
            "download_maxsize": _MAX_BYTES,
        }
        return await self.crawler.engine.download_async(Request(url, meta=meta, callback=NO_CALLBACK))


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a file, in sequence. Raises ValueError, saying why, for what is no such file.

    What lacks a location is no rule; one whose value is neither 0 nor 1 leaves its locations unset.
    """
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise ValueError("no JSON") from fault
    if not isinstance(entries, list):
        raise ValueError("no JSON array")
    found: list[Rule] = []
    for entry in entries:
        location = entry.get("location") if isinstance(entry, dict) else None
        if isinstance(location, str) and location:
            value = entry.get("tdm-reservation")
            printed = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
            found.append((location, {"1": True, "0": False}.get(printed.strip())))
    if entries and not found:
        raise ValueError("no rule with a location")
    return tuple(found)


def _judge(response: Response) -> ReservationFile | None:
    """What an answer comes to; None where a later one may say more."""
    if response.status >= 500 or response.status == 429:
        return None
    if not 200 <= response.status < 300:
        return ReservationFile((), response.status, clock.now())
    try:
        rules = read_rules(response.body.decode("utf-8-sig", "replace"))
    except ValueError as fault:
        return ReservationFile((), response.status, clock.now(), str(fault))
    return ReservationFile(rules, response.status, clock.now())


def _matches(location: str, path: str) -> bool:
    """Whether a pattern matches the beginning of a path; each `*` takes the least that it can, in linear time."""
    pattern, ends = (location[:-1], True) if location.endswith("$") else (location, False)
    first, *others = (_plain(part) for part in pattern.split("*"))
    if not path.startswith(first):
        return False
    at = len(first)
    last = others.pop() if ends and others else None
    for part in others:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if last is not None:
        return len(path) - len(last) >= at and path.endswith(last)
    return not ends or at == len(path)


def _plain(address: str) -> str:
    """An address in one spelling: unreserved characters decoded, all others but separators encoded."""

    def decode(found: re.Match[str]) -> str:
        byte = unquote_to_bytes(found[0])
        return byte.decode() if _UNRESERVED.fullmatch(byte) else found[0].upper()

    return _ENCODED.sub(decode, quote(address, safe=_KEPT, errors="replace"))
