"""The time zone of a page whose outlet is unknown, guessed from its address and locale."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from crawler.extraction.page import Page

ZONES: Final[dict[str, str]] = {
    # ISO 3166-1 alpha-2, which is also the country's top-level domain
    "ae": "Asia/Dubai", "bh": "Asia/Bahrain", "dj": "Africa/Djibouti", "dz": "Africa/Algiers",
    "eg": "Africa/Cairo", "iq": "Asia/Baghdad", "jo": "Asia/Amman", "kw": "Asia/Kuwait",
    "lb": "Asia/Beirut", "ly": "Africa/Tripoli", "ma": "Africa/Casablanca", "mr": "Africa/Nouakchott",
    "om": "Asia/Muscat", "ps": "Asia/Gaza", "qa": "Asia/Qatar", "sa": "Asia/Riyadh",
    "sd": "Africa/Khartoum", "so": "Africa/Mogadishu", "sy": "Asia/Damascus", "tn": "Africa/Tunis",
    "ye": "Asia/Aden",
}  # fmt: skip


def guess_zone(page: Page) -> str | None:
    """The IANA zone of the country in the page's top-level domain, else in og:locale (ar_EG), else None.

    ar_AR names no country, and ar_SA is a template default far outside Saudi Arabia: neither is a hint.
    """
    host = urlsplit(_address(page)).hostname or ""
    if zone := ZONES.get(host.rpartition(".")[2]):
        return zone
    for locale in page.head_meta.get("og:locale", ()):
        country = locale.replace("-", "_").rpartition("_")[2].lower()
        if country in ZONES and country != "sa":
            return ZONES[country]
    return None


def _address(page: Page) -> str:
    addresses = [page.url or "", *page.head_meta.get("og:url", ())]
    return next((address for address in addresses if address.startswith(("http://", "https://"))), "")
