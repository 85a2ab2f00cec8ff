"""Which printed links become candidates: absolute http(s) addresses of bearable length."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

MAX_URL_BYTES = 8192

_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


def read_address(printed: str | None, base: str) -> str | None:
    """The absolute http(s) URL that a link printed on `base` means, without its fragment.

    None for another scheme (file:, javascript:, data: …), for what is no URL, for one that
    carries a user name, and for one longer than `MAX_URL_BYTES`. Line breaks within a URL are
    dropped and spaces escaped, as browsers do (WHATWG URL, 4.4); letters are kept as printed.
    """
    if not printed or len(printed) > 2 * MAX_URL_BYTES:
        return None
    text = _BREAKS.sub("", printed).strip().replace("&amp;", "&").replace(" ", "%20")
    if not text or text.startswith("#") or (not text.strip("/:") and text != "/"):
        return None
    try:
        url = urljoin(base, text).partition("#")[0]
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not valid or "@" in parts.netloc or len(url.encode("utf-8", "replace")) > MAX_URL_BYTES:
        return None
    return url
