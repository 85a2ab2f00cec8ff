"""Whom a URL addresses: the key of all that we remember of a host."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def authority_of(url: str) -> str:
    """`host` or `host:port` of an http(s) URL, lower-case, a default port left out.

    http and https of one host share it: they are one server to be polite to. Raises
    `ValueError` where the URL prints a port that is none.
    """
    parts = urlsplit(url)
    return _authority(parts.scheme, parts.netloc)


@lru_cache(maxsize=1_000)
def _authority(scheme: str, netloc: str) -> str:
    parts = SplitResult(scheme, netloc, "", "", "")
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


def origin_of(url: str) -> str:
    """`scheme://authority` of an http(s) URL: what one robots.txt governs (RFC 9309, 2.3)."""
    return f"{urlsplit(url).scheme}://{authority_of(url)}"
