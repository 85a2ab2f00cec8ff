"""Times of day in a printed line: 16:30, 4:20 عصرا, الساعة 9 صباحا, 14.30, 9:30 AM, 16h30."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, tzinfo
from typing import Final

from crawler.extraction.zones import OFFSET, ZONE, zone_of

_MORNING: Final = r"ص|صباحا?|الصباح|فجرا|الفجر|ضحي|قبل الظهر|a\.?m\.?|بعد منتصف الليل|منتصف الليل"
_EVENING: Final = r"م|مساء?ا?|المساء|عصرا|العصر|بعد الظهر|p\.?m\.?"
_NOON: Final = r"ظهرا|الظهر"
_NIGHT: Final = r"ليلا"
_LONG: Final = (
    r"صباحا?|الصباح|فجرا|ضحي|قبل الظهر|بعد منتصف الليل|مساءا?|المساء|عصرا|بعد الظهر|ظهرا|ليلا"
    r"|a\.?m\.?|p\.?m\.?"
)
_END: Final = r"(?![^\W_])"
_HOUR_WORD: Final = r"(?:الساعه|ساعه|عند|at)\s*:?\s*"

_CLOCK = re.compile(
    rf"(?:(?<![\w\0])(?P<before>{_LONG}|(?<!\0 )[صم])\s?)?"
    r"(?<![\d:.])(?P<hour>\d{1,2})\s?:\s?(?P<minute>\d{2})(?:\s?:\s?(?P<second>\d{2})(?:[.,]\d{1,9})?)?(?![\d:])"
    rf"(?:\s?(?P<part>{_MORNING}|{_EVENING}|{_NOON}|{_NIGHT}){_END})?"
)
_DOTTED = re.compile(
    rf"(?P<word>{_HOUR_WORD}|\0[\s,|-]*)?(?<![\d:.])(?P<hour>\d{{1,2}})[.](?P<minute>\d{{2}})(?![\d.])"
    rf"(?:\s?(?P<part>{_MORNING}|{_EVENING}|{_NOON}|{_NIGHT}){_END})?"
)
_FRENCH = re.compile(r"(?<![\d:.])(?P<hour>\d{1,2})\s?h\s?(?P<minute>\d{2})(?!\d)")
_COMMAS = re.compile(r"\0\s(?P<hour>\d{2}),(?P<minute>\d{2}),(?P<second>\d{2})(?!\d)")
_HOUR = re.compile(
    rf"(?:{_HOUR_WORD}(?P<hour>\d{{1,2}})(?![\d:.])\s?(?P<part>{_MORNING}|{_EVENING}|{_NOON}|{_NIGHT}){_END}"
    rf"|\0[\s,|-]*(?P<hour2>\d{{1,2}})\s?(?P<part2>{_LONG}){_END})"
)
_IS_MORNING = re.compile(_MORNING)
_IS_EVENING = re.compile(_EVENING)
_IS_NOON = re.compile(_NOON)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, where it stands in the line, and the zone printed with it."""

    start: int
    end: int
    at: time
    zone: tzinfo | None


def _hour(hour: int, part: str | None) -> int:
    """The hour of the day that `hour` means beside a word for the part of the day."""
    if not part or hour > 12 or hour == 0:
        return hour
    if _IS_MORNING.fullmatch(part):
        return hour % 12
    if _IS_EVENING.fullmatch(part):
        return hour % 12 + 12
    if _IS_NOON.fullmatch(part):
        return hour if hour >= 10 else hour + 12
    return hour % 12 if hour == 12 or hour < 6 else hour + 12  # ليلا: 9 is 21:00, 1 is 01:00


def _read(match: re.Match[str]) -> tuple[int, int, time] | None:
    parts = match.groupdict()
    hour = _hour(
        int(parts.get("hour") or parts["hour2"]),
        parts.get("part") or parts.get("part2") or parts.get("before"),
    )
    minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    first = next(name for name in ("before", "hour", "hour2") if parts.get(name))
    return match.start(first), match.end(), time(hour, minute, second)


def _dotted_is_time(match: re.Match[str]) -> bool:
    return bool(match["word"] or match["part"]) or bool(ZONE.match(match.string[match.end() :].lstrip(" ([")))


def find_clocks(line: str) -> list[Clock]:
    """Every time of day in `line`, in order; days already read stand there as NULs."""
    found = [
        _read(match) for pattern in (_CLOCK, _COMMAS, _FRENCH, _HOUR) for match in pattern.finditer(line)
    ]
    found += [_read(match) for match in _DOTTED.finditer(line) if _dotted_is_time(match)]
    times: list[tuple[int, int, time]] = []
    for start, end, at in sorted(filter(None, found), key=lambda one: (one[0], -one[1])):
        if not times or start >= times[-1][1]:
            times.append((start, end, at))
    clocks = []
    for index, (start, end, at) in enumerate(times):
        floor = times[index - 1][1] if index else 0
        ceiling = times[index + 1][0] if index + 1 < len(times) else len(line)
        clocks.append(Clock(start, end, at, _zone_beside(line, floor, start, end, ceiling)))
    return clocks


def _zone_beside(line: str, floor: int, start: int, end: int, ceiling: int) -> tzinfo | None:
    """The zone printed with the time at `start:end`: an offset at its end, a name before or after it."""
    offset = OFFSET.match(line, end)
    if offset and (offset["sign"] != "-" or line.count(":", start, end) == 2):
        return zone_of(offset)  # 10:00-12:00 is a span of hours, 10:00:00-05:00 an instant
    for zone in ZONE.finditer(line, floor, start):
        if not re.search(r"\w", line[zone.end() : start]):
            return zone_of(zone)
    after = ZONE.search(line, end, ceiling)
    if after is None:
        return None
    leads_next = ceiling < len(line) and not line[after.end() : ceiling].strip(" (,|-")
    if leads_next and "\0" in line[end : after.start()]:
        return None  # it stands behind another day, before the next time
    return zone_of(after)
