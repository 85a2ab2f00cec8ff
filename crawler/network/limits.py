"""Answers that are larger than they may be end with a reason, packed or unpacked.

Scrapy bounds both (DOWNLOAD_MAXSIZE, or the request's `download_maxsize`) but says so in two
ways that look like any other fault: a cancelled download, and an ignored request for a body
that grows while it is decompressed.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from crawler.network.refusal import Refused


class Limits(HttpCompressionMiddleware):
    """Downloader middleware in the place of HttpCompressionMiddleware.

    Reasons: `too_large`, `undecodable` (a broken gzip, brotli … body; failed).
    """

    def process_response(  # type: ignore[override]  # Scrapy 2.19 deprecates the `spider` argument
        self, request: Request, response: Response
    ) -> Request | Response:
        try:
            return super().process_response(request, response)
        except IgnoreRequest as fault:  # Scrapy's only one here: too large when decompressed
            raise Refused("too_large", str(fault)) from fault
        except Exception as fault:  # each codec has an error class of its own
            raise Refused("undecodable", repr(fault), failed=True) from fault

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Name the download that was cancelled for its size; Scrapy cancels for no other reason."""
        if isinstance(exception, DownloadCancelledError):
            raise Refused("too_large", str(exception)) from exception
