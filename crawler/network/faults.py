"""Names for what goes wrong on the wire: one short reason for each kind of fault."""

from __future__ import annotations

from typing import Final

from scrapy import exceptions
from scrapy.exceptions import IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError

_REASONS: Final[tuple[tuple[type[Exception], str, bool], ...]] = (
    # fault, the ledger's reason, may it pass by itself?
    (exceptions.DownloadTimeoutError, "timeout", True),
    (exceptions.CannotResolveHostError, "dns", True),
    (exceptions.DownloadConnectionRefusedError, "connection_refused", True),
    # Scrapy cancels a download that grows beyond DOWNLOAD_MAXSIZE
    (exceptions.DownloadCancelledError, "too_large", False),
    (exceptions.ResponseDataLossError, "cut_off", True),
    (exceptions.DownloadFailedError, "connection_lost", True),
    (exceptions.UnsupportedURLSchemeError, "scheme", False),
)
_GONE: Final = frozenset({404, 410})


def name_fault(fault: BaseException | None) -> tuple[str, int | None, bool]:
    """What a failed request came to: the reason, the HTTP status if there was one, may it pass?

    Our own refusals (`crawler.network.refusal.Refused`) bring their reason along; a 404 or 410
    stands, any other status may be another one tomorrow.
    """
    if isinstance(fault, HttpError):
        status = fault.response.status
        return f"http_{status}", status, status not in _GONE
    reason = getattr(fault, "reason", None)
    if isinstance(fault, IgnoreRequest):
        if isinstance(reason, str):
            return reason, None, bool(getattr(fault, "failed", False))
        return "refused", None, False
    for kind, name, passing in _REASONS:
        if isinstance(fault, kind):
            return name, None, passing
    return f"network_{type(fault).__name__}", None, True
