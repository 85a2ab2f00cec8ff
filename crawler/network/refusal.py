"""The one way in which a network component says no to a request."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


class Refused(IgnoreRequest):
    """A request that was not sent, or whose answer is not used, and why.

    It is an `IgnoreRequest`, so that Scrapy neither retries nor logs it, and it always reaches
    the request's errback, so that the ledger's row ends. `reason` is a short word for the
    ledger; `failed` tells a fault that may pass on a later try from a judgement that stands.
    """

    def __init__(self, reason: str, detail: str = "", *, failed: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.failed = failed
