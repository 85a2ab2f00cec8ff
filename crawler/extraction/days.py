"""Calendar days in a printed line: by month name in four Gregorian sets and the Hijri one, and by number.

A line comes in unified spelling (`letters.unify_spelling`) with digits parted from letters. A month
needs a day beside it and a year of four digits, or it is the verb مارس, the carmaker نيسان, the verb آب.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from hijridate import Hijri

from crawler.arabic.months import GREGORIAN_MONTHS, HIJRI_MONTHS, ORDINALS, WEEKDAYS

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
HIJRI_YEARS: Final = range(1343, 1501)
"""The Umm al-Qura tables of `hijridate`; ARABIC.md 2.2: a year of 1300-1500 is Hijri in any form."""

Months = dict[str, int]


def _names(table: Months) -> str:
    names = sorted(table, key=len, reverse=True)
    return (
        "(?:"
        + "|".join(re.escape(name).replace(r"\ ", r"\s?" if name[-1].isdigit() else r"\s+") for name in names)
        + ")"
    )


_APART = r"[\s,./|-]{0,3}"
_END = r"(?![^\W\d_])"
_START = r"(?<![^\W\d_])"
_YEAR_WORD = r"(?:(?:من\s+)?(?:ال|ل|لل)?(?:عام|سنه)\s+)?"
_DAY = (
    r"(?<![\d:])(?P<day>\d{1,2})(?:(?P<join>\s?[-/]\s?|\s?و\s?|\s-\s)(?P<other>\d{1,2}))?(?!\d)"
    r"(?:\s?(?:st|nd|rd|th|er)\b)?"
)


def _named(table: Months) -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<month>{_names(table)}){_END}"
    twin = rf"(?:\s*(?:[-/(|,]|او)?\s*\(?{_START}(?P<twin>{_names(table)}){_END}\s?\)?)?"
    link = rf"{_APART}(?:(?:من|of|de)\s+)?(?:شهر\s+)?"
    return (
        re.compile(rf"{_DAY}{link}{_START}{month}{twin}{_APART}{_YEAR_WORD}(?P<year>\d{{4}})(?P<glued>\d*)"),
        re.compile(
            rf"{_START}{month}{twin}[\s,.-]{{1,3}}(?P<day>\d{{1,2}})(?:\s?(?:st|nd|rd|th)\b)?[\s,.-]{{1,3}}"
            rf"(?P<year>\d{{4}})(?P<glued>)(?!\d)"
        ),
        re.compile(
            rf"(?<!\d)(?P<year>\d{{4}})[\s,./-]{{1,3}}{_START}{month}{twin}[\s,./-]{{1,3}}(?P<day>\d{{1,2}})(?P<glued>)(?![\d:])"
        ),
        re.compile(  # «10:15 2024 الأحد, 12 أيار / مايو»
            rf"(?<!\d)(?P<year>\d{{4}})[\s,|-]{{1,3}}{_names(WEEKDAYS)}[\s,|-]{{1,3}}{_DAY}{link}{_START}{month}{twin}"
            rf"(?P<glued>)(?!{_APART}\d{{4}})"
        ),
    )


_GREGORIAN = _named(GREGORIAN_MONTHS)
_HIJRI = _named(HIJRI_MONTHS)
_WORDS = re.compile(r"[^\W\d_]+")
_CALENDARS: Final = tuple(
    (patterns, table, frozenset(name.split()[0] for name in table))
    for patterns, table in ((_GREGORIAN, GREGORIAN_MONTHS), (_HIJRI, HIJRI_MONTHS))
)
"""The patterns of each calendar, its months, and the first words of their names: without one no pattern is tried."""
_MONTH_ALONE = re.compile(
    rf"(?P<month>{_names(GREGORIAN_MONTHS)}){_END}(?:\s*[-/(|]?\s*(?P<twin>{_names(GREGORIAN_MONTHS)}){_END}\s?\)?)?"
    rf"[\s,-]{{0,2}}{_YEAR_WORD}(?P<year>\d{{4}})"
)
_MONTH_NUMBER = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})")
_ORDINAL = re.compile(
    rf"{_START}({'|'.join(sorted(ORDINALS, key=len, reverse=True))}){_END}"
    rf"(?=\s+(?:من\s+)?(?:شهر\s+)?(?:{_names(GREGORIAN_MONTHS)}|{_names(HIJRI_MONTHS)}){_END})"
)
_NUMBER_START = r"(?<!\d)(?<!\d[-/.])(?<!رقم )"
_NUMBER_END = r"(?!\d)(?!(?P=apart)\d+(?![\d:]))"
_YEAR_FIRST = re.compile(
    rf"{_NUMBER_START}(?P<year>\d{{4}})\s?(?P<apart>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=apart)\s?(?P<day>\d{{1,2}})"
    rf"{_NUMBER_END}"
)
_YEAR_LAST = re.compile(
    rf"{_NUMBER_START}(?<!\d:)(?P<first>\d{{1,2}})\s?(?P<apart>[-/.])\s?(?P<second>\d{{1,2}})\s?(?P=apart)\s?"
    rf"(?P<year>\d{{4}}){_NUMBER_END}"
)
_WEEKDAY = re.compile(rf"{_START}({'|'.join(sorted(WEEKDAYS, key=len, reverse=True))}){_END}")
_NEAR = 24


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """A day and where it stands; `or_else` is what M/D/Y order gives.

    One that `needs_witness` holds only if a weekday or a Hijri day of the line confirms it.
    """

    start: int
    end: int
    day: date
    hijri: bool = False
    or_else: date | None = None
    needs_witness: bool = False


def write_ordinals(line: str) -> str:
    """`line` with an ordinal before a month name as a number: السابع عشر من ايار → 17 من ايار."""
    return _ORDINAL.sub(lambda match: str(ORDINALS[" ".join(match[1].split())]), line)


def gregorian(year: int, month: int, day: int) -> date | None:
    """The day, None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def from_hijri(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Hijri one by Umm al-Qura.

    Outlets follow moon sightings that run a day or two off the tables (ARABIC.md 2.3), so the 30th of
    a month that has 29 days there is the day after its 29th.
    """
    if year not in HIJRI_YEARS or not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    late = day == 30 and Hijri(year, month, 1).month_length() == 29
    found = Hijri(year, month, day - late).to_gregorian()
    return date(found.year, found.month, found.day) + timedelta(days=late)


def find_days(line: str, *, last_year: int = LAST_YEAR) -> list[PrintedDay]:
    """Every calendar day in `line`, in order, Gregorian and Hijri; impossible ones are left out.

    Numbers are D/M/Y, or M/D/Y where only that is possible or only that agrees with the weekday
    printed beside it or with a Hijri day of the same line. A year of 1343-1500 is Hijri. Gregorian
    years run from 1900 to `last_year`.
    """
    days: list[PrintedDay] = []
    taken: list[tuple[int, int]] = []
    for start, end, found in _candidates(line, last_year):
        if all(end <= low or start >= high for low, high in taken):
            taken.append((start, end))
            if found is not None:
                days.append(found)
    days.sort(key=lambda day: day.start)
    moons = [day.day for day in days if day.hijri]
    return [decided for day in days if (decided := _decide(day, line, moons))]


def read_month(text: str) -> date | None:
    """The first day of the month that `text`, and nothing else in it, names: 2024-10 or أكتوبر 2024."""
    if number := _MONTH_NUMBER.fullmatch(text):
        year, month = int(number["year"]), int(number["month"])
    elif named := _MONTH_ALONE.fullmatch(text):
        year, month = int(named["year"]), _month(named, GREGORIAN_MONTHS)
    else:
        return None
    return gregorian(year, month, 1) if FIRST_YEAR <= year <= LAST_YEAR else None


def _month(match: re.Match[str], table: Months) -> int:
    """1…12, or 0 for two names that contradict each other (أيار/يونيو)."""
    numbers = {table[_key(name)] for name in (match["month"], match["twin"]) if name}
    return numbers.pop() if len(numbers) == 1 else 0


def _key(name: str) -> str:
    return " ".join(re.sub(r"(?<=\D)(?=\d)", " ", name).split())


def _candidates(line: str, last_year: int) -> Iterator[tuple[int, int, PrintedDay | None]]:
    """Spans that hold a day, the surest forms first; None for one that no calendar has."""
    for match in _YEAR_FIRST.finditer(line):
        yield *match.span(), _numeric(match, int(match["month"]), int(match["day"]), last_year)
    words = _WORDS.findall(line)
    for patterns, table, firsts in _CALENDARS:
        for pattern in () if firsts.isdisjoint(words) else patterns:
            for match in pattern.finditer(line):
                yield *match.span(), _by_name(match, table, last_year)
    for match in _YEAR_LAST.finditer(line):
        yield *match.span(), _numeric(match, int(match["second"]), int(match["first"]), last_year, swap=True)


def _by_name(match: re.Match[str], table: Months, last_year: int) -> PrintedDay | None:
    day, year, month = int(match["day"]), int(match["year"]), _month(match, table)
    start = match.start()
    groups = match.groupdict()
    if groups.get("other"):
        other = int(groups["other"])
        if other == day + 1:
            pass  # an issue for two days: the first is when it came out
        elif groups["join"] == " - ":
            day, start = other, match.start("other")  # a number of something else before the day
        else:
            return None  # a span of days
    if table is HIJRI_MONTHS:
        found = from_hijri(year, month, day) if not match["glued"] else None
        return PrintedDay(start, match.end(), found, hijri=True) if found else None
    found = gregorian(year, month, day) if FIRST_YEAR <= year <= last_year else None
    return PrintedDay(start, match.end("year"), found, needs_witness=bool(match["glued"])) if found else None


def _numeric(
    match: re.Match[str], month: int, day: int, last_year: int, *, swap: bool = False
) -> PrintedDay | None:
    year = int(match["year"])
    if 1300 <= year <= 1500:
        moon = from_hijri(year, month, day)
        return PrintedDay(*match.span(), moon, hijri=True) if moon else None
    if not FIRST_YEAR <= year <= last_year:
        return None
    usual = gregorian(year, month, day)
    other = gregorian(year, day, month) if swap and day != month else None
    if usual is None:
        return PrintedDay(*match.span(), other) if other else None
    return PrintedDay(*match.span(), usual, or_else=other)


def _decide(printed: PrintedDay, line: str, moons: list[date]) -> PrintedDay | None:
    """Settle the order of day and month, and drop a doubted day, by weekday or Hijri day."""
    if printed.or_else is None and not printed.needs_witness:
        return printed
    weekday = _weekday_beside(line, printed)

    def agrees(day: date) -> bool:
        return day.weekday() == weekday or any(abs(day - moon) <= timedelta(days=3) for moon in moons)

    if printed.needs_witness:
        return printed if agrees(printed.day) else None
    if printed.or_else and agrees(printed.or_else) and not agrees(printed.day):
        return replace(printed, day=printed.or_else)
    return printed


def _weekday_beside(line: str, printed: PrintedDay) -> int | None:
    before = [*_WEEKDAY.finditer(line, max(0, printed.start - _NEAR), printed.start)]
    match = before[-1] if before else _WEEKDAY.search(line, printed.end, printed.end + _NEAR)
    return WEEKDAYS[match[1]] if match else None
