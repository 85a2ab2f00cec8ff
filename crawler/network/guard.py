"""The address guard: no connection of a crawl is opened to an address that is not allowed.

It stands at the reactor's `connectTCP`, the last call before the socket, which Twisted's
endpoints make with the address that the name resolved to. So pages, feeds, robots.txt,
redirects, proxies and every DNS answer pass it alike, literals in any notation included, and
a name that resolves differently the second time is judged the second time too.

It wraps the reactor in force instead of being a reactor class of its own, because
`AsyncCrawlerProcess` accepts Scrapy's stock asyncio reactor only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.network.addresses import Allowance, denial, read_allowances
from crawler.network.refusal import Refused


class AddressDenied(Refused):
    """A connection that was not opened, because of the address behind the name."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__("address_denied", f"{host} port {port} ({why})")


class AddressGuard:
    """Scrapy extension. Setting: ALLOW_ADDRESSES, the text that `read_allowances` reads."""

    def __init__(self, allowances: Sequence[Allowance]) -> None:
        self.allowances = allowances

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Guard the running reactor; a crawl that cannot be guarded does not start."""
        if not crawler.settings.getbool("TWISTED_REACTOR_ENABLED"):
            raise RuntimeError("the address guard needs Scrapy's Twisted reactor (TWISTED_REACTOR_ENABLED)")
        guard = cls(read_allowances(crawler.settings.get("ALLOW_ADDRESSES") or ""))
        from twisted.internet import reactor

        guard.install(reactor)
        return guard

    def install(self, reactor: Any) -> None:
        """Put this guard before the reactor's TCP connections, in place of an earlier one."""
        connect: Callable[..., Any] = getattr(reactor.connectTCP, "unguarded", reactor.connectTCP)

        @wraps(connect)
        def connect_allowed(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
            if why := denial(host, port, self.allowances):
                raise AddressDenied(host, port, why)
            return connect(host, port, *args, **kwargs)

        connect_allowed.unguarded = connect  # type: ignore[attr-defined]
        reactor.connectTCP = connect_allowed
