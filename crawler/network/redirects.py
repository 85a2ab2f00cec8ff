"""Redirects that always end: at a page, or in the errback with a reason.

Scrapy drops a redirect that leads offsite or to an address it has seen without a callback, an
errback or a signal (2.19, offsite and duplicate filters), and follows the redirects of start
requests anywhere. Here each of them is judged before it is scheduled.
"""

from __future__ import annotations

from typing import Self
from urllib.parse import urldefrag

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.network.offsite import host_of, is_within
from crawler.network.refusal import Refused

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Redirects(RedirectMiddleware):
    """Downloader middleware in the place of Scrapy's. Settings: REDIRECT_MAX_TIMES.

    Reasons: `offsite_redirect`, `redirect_loop`, `too_many_redirects`, `redirect_refused` (to
    another scheme than http and https, or to what is no URL). From https to http is followed.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        # Scrapy's connects a signal besides, by which it looks for its referer middleware, and warns where it is off
        redirects = cls(crawler.settings)
        redirects.crawler = crawler
        return redirects

    def process_response(  # type: ignore[override]  # Scrapy 2.19 deprecates the `spider` argument
        self, request: Request, response: Response
    ) -> Request | Response:
        try:
            outcome: Request | Response = super().process_response(request, response)
        except IgnoreRequest as fault:  # Scrapy's only one here: more than REDIRECT_MAX_TIMES
            raise Refused("too_many_redirects", request.url) from fault
        except ValueError as fault:  # Location is no URL
            raise Refused("redirect_refused", str(fault)) from fault
        if isinstance(outcome, Request):
            return self._admit(outcome)
        if self._is_unfollowed(request, outcome):
            raise Refused("redirect_refused", str(outcome.headers["Location"])[:200])
        return outcome

    def handle_referer(self, request: Request, response: Response) -> None:
        """Take the header away: which page led us here is nobody's business."""
        request.headers.pop("Referer", None)

    def _admit(self, redirected: Request) -> Request:
        behind = {urldefrag(url).url for url in redirected.meta["redirect_urls"]}
        if urldefrag(redirected.url).url in behind:  # without cookies the answer stays the same
            raise Refused("redirect_loop", redirected.url)
        if not redirected.meta.get("allow_offsite") and not self._is_onsite(redirected):
            raise Refused("offsite_redirect", redirected.url)
        # The slot is the first host's; the duplicate filter would drop a second way to one page in silence.
        redirected.meta.pop("download_slot", None)
        return redirected.replace(dont_filter=True)

    def _is_onsite(self, redirected: Request) -> bool:
        """Within allowed_domains, or still on the host first asked: a feed may live elsewhere."""
        domains = [domain for domain in getattr(self.crawler.spider, "allowed_domains", None) or [] if domain]
        host = host_of(redirected.url)
        if not domains or host == host_of(redirected.meta["redirect_urls"][0]):
            return True
        return is_within(host, domains)

    def _is_unfollowed(self, request: Request, response: Response) -> bool:
        left_to_the_spider = (
            request.meta.get("dont_redirect")
            or request.meta.get("handle_httpstatus_all")
            or response.status in request.meta.get("handle_httpstatus_list", ())
            or response.status in getattr(self.crawler.spider, "handle_httpstatus_list", ())
        )
        return response.status in _REDIRECTS and "Location" in response.headers and not left_to_the_spider
