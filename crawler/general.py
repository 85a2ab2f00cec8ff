"""GeneralSpider: an outlet for which nobody has written a file; its facts come as arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crawler.discovery import Source
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class GeneralSpider(NewsSpider):
    """Crawls a host with the general reader alone. No file of its own, so `scrapy list` does not know it."""

    name = "general"
    outlet = Outlet("", country="", timezone="")

    def __init__(self, host: str, sources: Sequence[Source], **kwargs: Any) -> None:
        """`host` is the outlet's host as its addresses have it; `sources` announce its articles."""
        domain = re.sub(r"^www\.", "", host.lower())
        super().__init__(
            name=slug_of_host(domain),
            allowed_domains=[domain.partition(":")[0]],
            sources=list(sources),
            **kwargs,
        )


def slug_of_host(host: str) -> str:
    """The slug of an outlet that has no file: its host as a name, `www.alnahar.example` → `alnahar_example`."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"^www\.", "", host.lower())).strip("_")
