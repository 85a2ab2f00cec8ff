"""Pages that a bot wall serves instead of the outlet's own. They are reported, never circumvented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STATUSES = frozenset({403, 429, 503})
_MARKERS = (
    b"/cdn-cgi/challenge-platform/",
    b"cf-chl-",
    b"cf_chl_",
    b"_Incapsula_Resource",
    b"sucuri_cloudproxy_js",
    b"ddos-guard/js-challenge",
    b"px-captcha",
    b"captcha-delivery.com",
    b"awsWafCookieDomainList",
)
_READ = 65_536  # bytes of the body: a challenge is a short page


def is_challenge(status: int, headers: Mapping[Any, Any], body: bytes = b"") -> bool:
    """Whether an answer is a challenge: by Cloudflare's own header, or by status and a known script."""
    if headers.get("cf-mitigated") == b"challenge":
        return True
    return status in _STATUSES and any(marker in body[:_READ] for marker in _MARKERS)
