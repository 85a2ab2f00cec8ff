"""One reader for every form in which Arab outlets print a date.

It reads or refuses. A wrong day is worse than none, so a month name without day and year, an
impossible day, two month names that contradict each other and a bare number are no dates.
The forms, and why no library reads them: ARABIC.md section 2 and its measurements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from crawler.arabic.letters import unify_spelling
from crawler.arabic.months import WEEKDAYS
from crawler.extraction.clocks import Clock, find_clocks
from crawler.extraction.days import FIRST_YEAR, LAST_YEAR, PrintedDay, find_days, read_month, write_ordinals
from crawler.extraction.relative import Coarseness, read_relative
from crawler.extraction.zones import ZONE, at_offset

Precision = Coarseness

LONGEST: Final = 1000
"""No outlet prints a date in more characters; a longer text is prose."""
LONGEST_IN_WORDS: Final = 60
"""The same for a date without a digit: آخر تحديث: أول من أمس."""

_SIGNS = str.maketrans(
    {"،": ",", "؛": ";", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "⁄": "/", "∕": "/", "\0": " "}
)
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_GLUED_CLOCK = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d?:\d\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?: ?t ?(\d\d)(\d\d)(\d\d)?)?((?: ?z|[+-]\d\d:?\d\d)?)")
_SPACED = re.compile(r"(\d{4}) (\d\d) (\d\d)(?=$| \D| \d\d?:)")
_C_STYLE = re.compile(r"([a-z]{3} {1,2}\d{1,2}) (\d\d:\d\d(?::\d\d)?) ((?:[a-z]{2,5} )?)(\d{4})(?!\d)")
_EPOCH = re.compile(r"([12]\d{9})(?:\d{3})?")
_SPACE = re.compile(r"\s+")

_UPDATE_WORDS: Final = (
    r"(?:اخر|اخر\s+)?(?:تحديث|التحديث|محدثه?|حدثت?|تعديل|التعديل|عدلت?)|updated?|modified|mise a jour"
)
_PUBLISH_WORDS: Final = r"نشرت?|نشره|النشر|الاضافه|اضيفت?|published|posted|publie"
_UPDATE = re.compile(rf"(?<!\w)(?:{_UPDATE_WORDS})(?!\w)")
_PUBLISH = re.compile(rf"(?<!\w)(?:{_PUBLISH_WORDS})(?!\w)")
_LABEL = re.compile(
    rf"^(?:[\s:|,()\[\]/*.•·-]+|(?:{_UPDATE_WORDS}|{_PUBLISH_WORDS}|تم|اخر|تاريخ|التاريخ|بتاريخ|في|يوم|كتب|on|date|last|le|the)(?!\w))+"
)
_CUES: Final = re.compile(
    r"(?<!\w)(?:الساعه|ساعه|علي|عند|في|تمام|الموافق|الموافقه|يوم|ل|م|ه|هجري|هجريه|ميلادي|ميلاديه|at|a|à|t|ad|le|التوقيت|بتوقيت|حسب"
    rf"|{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})(?!\w)"
)
_LETTER = re.compile(r"[^\W_]")
_DIGIT = re.compile(r"[0-9٠-٩۰-۹]")


@dataclass(frozen=True, slots=True)
class ReadDate:
    """What a printed date says.

    `at` is aware, with the offset printed or assumed; a day without a time stands at local midnight,
    a month at its first day. `timezone_assumed` is True where the text itself names no zone.
    """

    at: datetime
    precision: Precision
    timezone_assumed: bool


def read_date(raw: str, *, zone: str | None = None, base: datetime | None = None) -> ReadDate | None:
    """Read one printed or machine-written date; None where `raw` holds none that is certain.

    `zone` is the IANA name that holds where `raw` names no zone (UTC without it; an unknown name raises
    `zoneinfo.ZoneInfoNotFoundError`). `base` is the aware instant at which the page was fetched: relative
    forms (منذ ساعتين) are refused without it, and years after the next are refused with it.

    Of several days the one labelled as published wins, then the first; a Gregorian half wins over a
    Hijri one. 00:00:00 is no time of day but a placeholder.
    """
    if len(raw) > LONGEST or (not _DIGIT.search(raw) and (base is None or len(raw) > LONGEST_IN_WORDS)):
        return None
    assumed: tzinfo = ZoneInfo(zone) if zone else UTC
    line = _prepare(raw)
    last_year = base.year + 1 if base else LAST_YEAR
    bare = _LABEL.sub("", line).rstrip(" .,;:|)(-")
    bare_line = _rewrite_bare(bare)
    if bare_line != bare:
        line = bare_line
    days = find_days(line, last_year=last_year)
    if days:
        return _assemble(line, days, assumed)
    if epoch := _EPOCH.fullmatch(bare):
        local = datetime.fromtimestamp(int(epoch[1]), tz=UTC).astimezone(assumed)
        if local.year > last_year:
            return None
        return ReadDate(at_offset(local.replace(tzinfo=None), assumed), "minute", False)
    month = read_month(bare)
    if month and month.year <= last_year:
        return ReadDate(at_offset(datetime.combine(month, time()), assumed), "month", True)
    if base is not None:
        local = base.astimezone(assumed if zone else base.tzinfo)
        told = read_relative(bare, local.replace(tzinfo=None))
        if told and told[0].year >= FIRST_YEAR:
            when, precision = told
            return ReadDate(at_offset(when, local.tzinfo or assumed), precision, precision != "minute")
    return None


def _prepare(raw: str) -> str:
    """`raw` in one spelling, one line, with digits apart from letters and ordinals as numbers."""
    line = _SPACE.sub(" ", unify_spelling(raw.replace("\0", "")).translate(_SIGNS))
    line = _GLUED_CLOCK.sub(r"\1 \2", _GLUED.sub(" ", line))
    return _C_STYLE.sub(r"\1 \4 \2 \3", write_ordinals(line)).strip()


def _rewrite_bare(bare: str) -> str:
    """Forms that are dates only when nothing else is printed: 20241017T093000Z and 2015 05 14."""
    if compact := _COMPACT.fullmatch(bare):
        year, month, day, hour, minute, second, offset = compact.groups()
        clock = f" {hour}:{minute}:{second or '00'}{offset}" if hour else ""
        return f"{year}-{month}-{day}{clock}"
    return _SPACED.sub(r"\1-\2-\3", bare, count=1) if _SPACED.match(bare) else bare


def _assemble(line: str, days: list[PrintedDay], assumed: tzinfo) -> ReadDate:
    """The wanted day of `days` with its time and zone."""
    blank = line
    for day in days:
        blank = blank[: day.start] + "\0" * (day.end - day.start) + blank[day.end :]
    solar = [day for day in days if not day.hijri]
    candidates = solar or days
    chosen = min(enumerate(candidates), key=lambda one: (_label_rank(blank, candidates, one[0]), one[0]))[0]
    day = candidates[chosen]
    floor = candidates[chosen - 1].end if chosen else 0
    ceiling = candidates[chosen + 1].start if chosen + 1 < len(candidates) else len(line)
    clock = _clock_of(blank, day, floor, ceiling)
    if clock is None or clock.at == time():
        zone = clock.zone if clock and clock.zone else None
        return ReadDate(_place(day.day, time(), zone or assumed), "day", zone is None)
    return ReadDate(_place(day.day, clock.at, clock.zone or assumed), "minute", clock.zone is None)


def _place(day: date, at: time, zone: tzinfo) -> datetime:
    return at_offset(datetime.combine(day, at), zone)


def _label_rank(blank: str, days: list[PrintedDay], index: int) -> int:
    """0 for a day labelled as published, 1 without label, 2 as updated, by the nearest label before it."""
    floor = days[index - 1].end if index else 0
    published = [match.start() for match in _PUBLISH.finditer(blank, floor, days[index].start)]
    updated = [match.start() for match in _UPDATE.finditer(blank, floor, days[index].start)]
    if not published and not updated:
        return 1
    return 0 if max(published, default=-1) > max(updated, default=-1) else 2


def _clock_of(blank: str, day: PrintedDay, floor: int, ceiling: int) -> Clock | None:
    """The time printed with `day`: right behind it, right before it, or behind it after an update label."""
    clocks = [clock for clock in find_clocks(blank) if floor <= clock.start and clock.end <= ceiling]
    behind = next((clock for clock in clocks if clock.start >= day.end), None)
    before = next((clock for clock in reversed(clocks) if clock.end <= day.start), None)
    if behind and _is_bare(blank[day.end : behind.start]):
        return behind
    if before and _is_bare(blank[before.end : day.start]):
        return before
    if behind and _is_bare(_UPDATE.sub(" ", blank[day.end : behind.start])):
        return behind
    return None


def _is_bare(gap: str) -> bool:
    """Whether nothing but signs, zones, weekdays and words such as الساعة stands in `gap`."""
    return not _LETTER.search(_CUES.sub(" ", ZONE.sub(" ", gap)))
