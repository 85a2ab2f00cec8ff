"""The part of a printed line that is its date: without label, section, writer and what else is glued to it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from crawler.arabic.letters import ARABIC_MARKS, TATWEEL, fold
from crawler.arabic.months import GREGORIAN_MONTHS, HIJRI_MONTHS, ORDINALS, WEEKDAYS
from crawler.extraction.dates import ReadDate, read_date
from crawler.extraction.relative import UNITS
from crawler.extraction.zones import ABBREVIATIONS, PLACES

_TOKEN: Final = re.compile(
    rf"(?P<number>\d+)|(?P<word>(?:[^\W\d_]|[{ARABIC_MARKS}{TATWEEL}])+)|(?P<sign>[^\w\s]|_)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for name in text.split() for word in fold(name).split())


_CORE: Final = (
    _words(" ".join((*GREGORIAN_MONTHS, *HIJRI_MONTHS, *WEEKDAYS, *ORDINALS, *UNITS, *ABBREVIATIONS)))
    | _words("ص م هـ ه صباحا الصباح صباح مساء مساءا المساء ظهرا الظهر عصرا العصر فجرا الفجر ليلا ضحى")
    | _words(
        "منتصف الليل am pm ت t h هجري هجرية الهجري ميلادي ميلادية الميلادي الموافق الموافقة الموافقه لـ ل"
    )
    | _words("الساعة ساعة مكة المكرمة غرينتش جرينتش غرينيتش جرينيتش")
    | _words("منذ قبل مضت مضى أمس اليوم البارحة أول الآن لحظات لحظة قليل نصف ربع ثلث ago yesterday today now")
    | _words("الماضي الماضية الفائت المنصرم st nd rd th")
) - _words("آخر")
_BETWEEN: Final = _words(
    "في من على عند يوم و شهر عام سنة لعام لسنة تمام بعد قبل بتوقيت توقيت حسب التوقيت المحلي تقريبا "
    "بتاريخ تاريخ of at the on de le la a à"
)
"""Words that belong to a date only between its parts, and «توقيت», whose place follows it."""
_UPDATE: Final = _words("آخر تحديث")
_ZONE_WORDS: Final = _words(" ".join(PLACES)) | _words("المحلي مدينة")
_OPENERS: Final = "(["
_CLOSERS: Final = {")": "(", "]": "["}


def printed_date(line: str, said: ReadDate, *, zone: str | None, base: datetime | None) -> str:
    """The span of `line` that prints `said`, as printed; the whole line where no span of it alone reads so.

    `zone` and `base` are those under which `said` was read.
    """
    same_day = None
    for joining in (_BETWEEN, _BETWEEN | _UPDATE):  # «7 حزيران، آخر تحديث 21:45» has its clock behind a label
        for start, end in _spans(line, joining):
            span = line[start:end]
            read = read_date(span, zone=zone, base=base)
            if read is None or read.at.date() != said.at.date():
                continue
            if read.precision == said.precision and read.at.time() == said.at.time():
                return span
            same_day = same_day or span
    return same_day or line.strip()


def _spans(line: str, joining: frozenset[str]) -> list[tuple[int, int]]:
    """The runs of a date's words, numbers and signs, without signs and `joining` words at their edges."""
    spans: list[tuple[int, int]] = []
    run: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(line):
        kind = _kind(match, run, joining)
        if kind is None:
            spans += _trimmed(line, run)
            run = []
        else:
            run.append((kind, match.start(), match.end()))
    return spans + _trimmed(line, run)


def _kind(match: re.Match[str], run: list[tuple[str, int, int]], joining: frozenset[str]) -> str | None:
    """What a token is to a date: its core, a zone's place, a joining word, a sign; None where it is foreign."""
    if match["number"]:
        return "core"
    word = fold(match["word"] or "")
    if not word:  # a sign, or a tatweel that stands for a dash
        return "sign"
    if word in _CORE:
        return "core"
    if word in _ZONE_WORDS and any(kind == "zone" for kind, _, _ in run[-3:]):
        return "core"
    if "توقيت" in word:
        return "zone"
    return "join" if word in joining else None


def _trimmed(line: str, run: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
    first = next((at for at, (kind, _, _) in enumerate(run) if kind == "core"), None)
    if first is None:
        return []
    last = max(at for at, (kind, _, _) in enumerate(run) if kind == "core")
    start, end = run[first][1], run[last][2]
    # «(آب) 2024 (بتوقيت مكة)»: a bracket belongs to the date if its other half does
    if first and line[run[first - 1][1]] in _OPENERS and _closes(line[start:end], 1):
        start = run[first - 1][1]
    if last + 1 < len(run) and line[run[last + 1][1]] in _CLOSERS and _closes(line[start:end], -1):
        end = run[last + 1][2]
    return [(start, end)]


def _closes(span: str, surplus: int) -> bool:
    """Whether `span` holds one closing (1) or opening (-1) bracket more than its counterparts."""
    closing = sum(span.count(sign) for sign in _CLOSERS)
    opening = sum(span.count(sign) for sign in _OPENERS)
    return closing - opening == surplus
