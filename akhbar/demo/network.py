"""The one thing that the demo replaces: every request of the crawl goes to the demo's server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response


class LoopbackHandler(HTTP11DownloadHandler):
    """Asks the server at the setting `DEMO_ADDRESS` instead of the request's own host, http for https.

    Addresses, redirects, robots.txt and everything above stay as they are on the real network.
    """

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self.address: str = crawler.settings["DEMO_ADDRESS"]

    async def download_request(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        headers = request.headers.copy()
        headers["Host"] = parts.netloc
        local = parts._replace(scheme="http", netloc=self.address).geturl()
        response = await super().download_request(request.replace(url=local, headers=headers))
        return response.replace(url=request.url)
