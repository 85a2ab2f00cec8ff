"""Days told from the day of reading: منذ ساعتين, قبل 3 أيام, أمس 14:30, الثلاثاء الماضي, 2 hours ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from crawler.arabic.letters import fold
from crawler.arabic.months import WEEKDAYS
from crawler.extraction.clocks import find_clocks

Coarseness = Literal["minute", "day", "month", "year"]

UNITS: Final[dict[str, tuple[str, int]]] = {
    # printed unit → (what it counts, how many of it the bare word means)
    fold(name): (unit, count)
    for unit, count, names in (
        ("seconds", 1, "ثانية ثوان ثواني second seconds seconde secondes sec"),
        ("seconds", 2, "ثانيتين ثانيتان"),
        ("minutes", 1, "دقيقة دقائق دقايق minute minutes min mins"),
        ("minutes", 2, "دقيقتين دقيقتان"),
        ("hours", 1, "ساعة ساعات hour hours hr hrs heure heures h"),
        ("hours", 2, "ساعتين ساعتان"),
        ("days", 1, "يوم يوما أيام day days jour jours"),
        ("days", 2, "يومين يومان"),
        ("weeks", 1, "أسبوع أسبوعا أسابيع week weeks semaine semaines"),
        ("weeks", 2, "أسبوعين أسبوعان"),
        ("months", 1, "شهر شهرا أشهر شهور month months mois"),
        ("months", 2, "شهرين شهران"),
        ("years", 1, "سنة سنوات عام عاما أعوام year years an ans"),
        ("years", 2, "سنتين سنتان عامين عامان"),
    )
    for name in names.split()
}
_ALONE: Final = frozenset(
    fold(
        "ثانية ثانيتين ثانيتان دقيقة دقيقتين دقيقتان ساعة ساعتين ساعتان يوم يومين يومان"
        " أسبوع أسبوعين أسبوعان شهر شهرين شهران سنة سنتين سنتان عام عامين عامان"
    ).split()
)
"""Words that count themselves; منذ أيام says only that it is more than two."""

_NUMBERS: Final[dict[str, int]] = {
    fold(name): number
    for number, names in (
        (1, "واحد|واحدة|a|an|one|une|un"),
        (3, "ثلاث|ثلاثة"),
        (4, "أربع|أربعة"),
        (5, "خمس|خمسة"),
        (6, "ست|ستة"),
        (7, "سبع|سبعة"),
        (8, "ثمان|ثماني|ثمانية"),
        (9, "تسع|تسعة"),
        (10, "عشر|عشرة"),
        (11, "إحدى عشرة|أحد عشر"),
        (12, "اثنتي عشرة|اثنتا عشرة|اثني عشر|اثنا عشر"),
        (15, "خمس عشرة|خمسة عشر"),
        (20, "عشرين|عشرون"),
        (25, "خمس وعشرين|خمسة وعشرين"),
        (30, "ثلاثين|ثلاثون"),
        (40, "أربعين|أربعون"),
        (45, "خمس وأربعين|خمسة وأربعين"),
        (50, "خمسين|خمسون"),
    )
    for name in names.split("|")
}

_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_AMOUNT = rf"(?:(?P<count>\d{{1,3}}|{_NUMBER})\s+)?(?P<unit>{_UNIT})(?:\s+(?:واحده?|2))?"
_PREFIX = r"(?:منذ|قبل|من قبل|مضي|مضت|il y a|since|حوالي|نحو|تقريبا|about)"
_AGO = re.compile(
    rf"(?:(?P<prefix>{_PREFIX})\s+)?(?:(?:حوالي|نحو|تقريبا|about|environ)\s+)?{_AMOUNT}"
    rf"(?:\s*(?:,|و)\s*(?P<count2>\d{{1,3}})\s+(?P<unit2>{_UNIT})|\s+و?(?P<half>نصف))?"
    r"(?:\s+(?P<suffix>مضت|مضي|ago|تقريبا))?"
)
_PART_OF_HOUR: Final = {"نصف ساعه": 30, "ربع ساعه": 15, "ثلث ساعه": 20}
_JUST_NOW: Final = re.compile(
    r"الان|الحين|(?:منذ|قبل)\s+(?:لحظات|لحظه|ثوان|ثواني)(?:\s+قليله)?|just now|now|a l'instant"
)
_PARTS = r"(?:(?:صباح|مساء|ظهر|عصر|فجر|ليل|ليله|يوم|نهار)\s+)?"
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_NAMED_DAYS: Final[tuple[tuple[re.Pattern[str], int], ...]] = tuple(
    (re.compile(rf"{_PARTS}(?:{names})(?:\s*,?\s*\(?(?:{_WEEKDAY})\)?)?(?=$|[\s,:|-])"), days)
    for names, days in (
        (r"اول من امس|اول امس|امس الاول|قبل امس|اول البارحه|avant-hier", 2),
        (r"امس|البارحه|yesterday|hier", 1),
        (r"اليوم|today|aujourd'hui", 0),
    )
)
_LAST_WEEKDAY = re.compile(
    rf"(?:يوم\s+)?(?P<weekday>{_WEEKDAY})\s+(?:الماضي|الماضيه|الفاءت|المنصرم)(?=$|[\s,:|-])"
)
_CLOCK_LEAD = re.compile(r"[\s,:|@-]*(?:(?:علي|في|عند|at|a|تمام)\s+)?(?:تمام\s+)?(?:الساعه\s*)?[\s:]*")


def read_relative(text: str, base: datetime) -> tuple[datetime, Coarseness] | None:
    """(when, precision) told by `text`, all of it, for a reader at `base` (in the zone wanted).

    Hours and minutes are counted to the minute; days and weeks to the day, at midnight; months and
    years keep the day of `base` with precision "month" and "year". None for anything else.
    """
    if _JUST_NOW.fullmatch(text):
        return base.replace(second=0, microsecond=0), "minute"
    if re.fullmatch(r"(?:منذ|قبل)\s+قليل", text):
        return _midnight(base), "day"
    for words, minutes in _PART_OF_HOUR.items():
        if re.fullmatch(rf"(?:منذ|قبل)\s+{words}", text):
            return base - timedelta(minutes=minutes), "minute"
    if (ago := _AGO.fullmatch(text)) and (ago["prefix"] or ago["suffix"]):
        return _count_back(ago, base)
    return _named_day(text, base)


def _count_back(ago: re.Match[str], base: datetime) -> tuple[datetime, Coarseness] | None:
    unit, many = UNITS[ago["unit"]]
    if ago["count"] is None and ago["unit"] not in _ALONE:
        return None
    if ago["count"] is not None:
        many = int(ago["count"]) if ago["count"].isdigit() else _NUMBERS[ago["count"]]
    if unit in ("months", "years"):
        years = unit == "years"
        return _months_back(base, many * (12 if years else 1)), "year" if years else "month"
    back = timedelta(**{unit: many})
    if ago["half"]:
        back += timedelta(**{unit: 1}) / 2
    if ago["unit2"]:
        smaller = UNITS[ago["unit2"]][0]
        if smaller in ("months", "years"):
            return None
        back += timedelta(**{smaller: int(ago["count2"])})
    when = base - back
    return (_midnight(when), "day") if unit in ("days", "weeks") else (when, "minute")


def _months_back(base: datetime, months: int) -> datetime:
    year, month = divmod(base.year * 12 + base.month - 1 - months, 12)
    return _midnight(base).replace(year=max(year, 1), month=month + 1, day=min(base.day, 28))


def _named_day(text: str, base: datetime) -> tuple[datetime, Coarseness] | None:
    for pattern, days in _NAMED_DAYS:
        if named := pattern.match(text):
            return _with_clock(text[named.end() :], base - timedelta(days=days))
    if last := _LAST_WEEKDAY.match(text):
        days = (base.weekday() - WEEKDAYS[last["weekday"]] - 1) % 7 + 1
        return _with_clock(text[last.end() :], base - timedelta(days=days))
    return None


def _with_clock(rest: str, day: datetime) -> tuple[datetime, Coarseness] | None:
    """The time of day that is all that `rest` holds, on `day`; None where `rest` says something else."""
    clocks = find_clocks("\0" + rest)
    if not clocks:
        return (_midnight(day), "day") if not re.search(r"\w", rest) else None
    clock = clocks[0]
    if not _CLOCK_LEAD.fullmatch(rest[: clock.start - 1]) or re.search(r"\d", rest[clock.end - 1 :]):
        return None
    return datetime.combine(day.date(), clock.at), "minute"


def _midnight(when: datetime) -> datetime:
    return when.replace(hour=0, minute=0, second=0, microsecond=0)
