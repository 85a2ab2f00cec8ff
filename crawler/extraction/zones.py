"""Time zones that a printed time names: offsets, abbreviations, and cities in Arabic."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from crawler.arabic.letters import unify_spelling

_PLACES: Final[dict[str, str]] = {
    # what follows "بتوقيت"; عمان and طرابلس each name two capitals and are left out
    "مكة المكرمة|مكة|السعودية|الرياض|جدة": "Asia/Riyadh",
    "غرينتش|جرينتش|جرينيتش|غرينيتش|جرينتش العالمي|العالمي|الدولي": "UTC",
    "القاهرة|مصر": "Africa/Cairo",
    "بغداد|العراق|أربيل": "Asia/Baghdad",
    "أبوظبي|أبو ظبي|دبي|الإمارات": "Asia/Dubai",
    "مسقط|سلطنة عمان": "Asia/Muscat",
    "الدوحة|قطر": "Asia/Qatar",
    "الكويت": "Asia/Kuwait",
    "المنامة|البحرين": "Asia/Bahrain",
    "صنعاء|عدن|اليمن": "Asia/Aden",
    "بيروت|لبنان": "Asia/Beirut",
    "دمشق|سوريا|سورية": "Asia/Damascus",
    "الأردن": "Asia/Amman",
    "القدس|القدس المحتلة|إسرائيل": "Asia/Jerusalem",
    "غزة|فلسطين": "Asia/Gaza",
    "الخرطوم|السودان": "Africa/Khartoum",
    "ليبيا|بنغازي": "Africa/Tripoli",
    "تونس": "Africa/Tunis",
    "الجزائر": "Africa/Algiers",
    "المغرب|الرباط|الدار البيضاء": "Africa/Casablanca",
    "نواكشوط|موريتانيا": "Africa/Nouakchott",
    "مقديشو|الصومال": "Africa/Mogadishu",
    "جيبوتي": "Africa/Djibouti",
    "إسطنبول|أنقرة|تركيا": "Europe/Istanbul",
    "طهران|إيران": "Asia/Tehran",
    "موسكو": "Europe/Moscow",
    "باريس": "Europe/Paris",
    "برلين": "Europe/Berlin",
    "لندن": "Europe/London",
    "واشنطن|نيويورك": "America/New_York",
}

PLACES: Final[dict[str, str]] = {
    unify_spelling(place): zone for places, zone in _PLACES.items() for place in places.split("|")
}

ABBREVIATIONS: Final[dict[str, float]] = {
    # as pages of the region print them: AST is Arabia, GST the Gulf. IST is left out (Israel or India).
    "gmt": 0, "utc": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3,
    "idt": 3, "ast": 3, "msk": 3, "trt": 3, "gst": 4, "est": -5, "edt": -4, "pst": -8, "pdt": -7,
}  # fmt: skip


def _alternatives(words: dict[str, object] | dict[str, str] | dict[str, float]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


ZONE: Final = re.compile(
    r"(?P<utc>\b(?:gmt|utc|[غج]ريني?تش))\s?(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?!\d)"
    rf"|\b(?P<abbreviation>{_alternatives(ABBREVIATIONS)})\b"
    rf"|توقيت\s+(?:مدينه\s+)?(?P<place>{_alternatives(PLACES)})(?!\w)"
    r"|(?<!\w)(?P<plain>مكه\s+المكرمه|[غج]ريني?تش)(?!\w)"
)

OFFSET: Final = re.compile(r"\s?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?![\d:])|(?P<utc>\s?z\b)")
"""What ISO 8601 and RFC 2822 print right behind a time."""


def zone_of(match: re.Match[str]) -> tzinfo | None:
    """The zone named by a match of `ZONE` or `OFFSET`; None for an offset that no clock on earth has."""
    named = match.groupdict()
    if named.get("sign"):
        offset = timedelta(hours=int(named["hours"]), minutes=int(named["minutes"] or 0))
        if offset > timedelta(hours=14):
            return None
        return timezone(offset if named["sign"] == "+" else -offset)
    if abbreviation := named.get("abbreviation"):
        return timezone(timedelta(hours=ABBREVIATIONS[abbreviation]))
    if place := named.get("place") or named.get("plain"):
        return ZoneInfo(PLACES[" ".join(place.split())])
    return UTC


def at_offset(local: datetime, zone: tzinfo) -> datetime:
    """The wall time `local` in `zone`, as an instant with a fixed offset."""
    placed = local.replace(tzinfo=zone)
    return local.replace(tzinfo=timezone(placed.utcoffset() or timedelta(0)))
