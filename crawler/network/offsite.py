"""Only pages of the outlet's own hosts are asked for, whatever its sources announce."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.network.refusal import Refused


class Offsite:
    """Downloader middleware in the place of Scrapy's, which ends a request without a word.

    A candidate on a host that is neither within `allowed_domains` nor its source's ends with the
    reason `offsite`. Sources may live anywhere: an outlet's file names them.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        candidate = request.meta.get("candidate")
        domains = getattr(self.crawler.spider, "allowed_domains", None) or []
        if candidate is None or not domains or "redirect_urls" in request.meta:
            return
        host = host_of(request.url)
        if not is_within(host, domains) and host != host_of(candidate.source):
            raise Refused("offsite", host)


def is_within(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains or below one."""
    return any(host == domain.lower() or host.endswith("." + domain.lower()) for domain in domains)


def host_of(url: str) -> str:
    """The host of a URL, lower-case, without a port; empty where it has none or is no URL."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
