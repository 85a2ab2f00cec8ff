"""Names of months and weekdays as Arab outlets print them, with English and French beside them.

Four Gregorian sets live side by side: Egypt and the Gulf (يناير), the Levant and Iraq (كانون الثاني),
Tunisia and Algeria (جانفي), Morocco (يوليوز). No name of one set means another month in another set,
so one table holds them all. Keys are in search form (`letters.fold`), so hamza, alef and ta marbuta
variants need no rows of their own.
"""

from __future__ import annotations

from typing import Final

from crawler.arabic.letters import fold

_GREGORIAN: Final[tuple[str, ...]] = (
    # one row a month: names parted by |
    "يناير|ينائر|كانون الثاني|كانون ثاني|كانون ثان|كانون 2|ك 2|جانفي|january|jan|janvier|janv",
    "فبراير|شباط|فيفري|february|feb|février|fevrier|févr|fevr",
    "مارس|آذار|march|mar|mars",
    "أبريل|نيسان|أفريل|april|apr|avril|avr",
    "مايو|أيار|ماي|may|mai",
    "يونيو|يونيه|حزيران|جوان|june|jun|juin",
    "يوليو|يوليه|تموز|جويلية|جويليا|يوليوز|july|jul|juillet|juil",
    "أغسطس|آب|أوت|غشت|august|aug|août|aout",
    "سبتمبر|أيلول|شتنبر|september|sept|sep|septembre",
    "أكتوبر|أوكتوبر|أكتوير|تشرين الأول|تشرين أول|تشرين 1|ت 1|october|oct|octobre",
    "نوفمبر|تشرين الثاني|تشرين ثاني|تشرين ثان|تشرين 2|ت 2|نونبر|november|nov|novembre",
    "ديسمبر|دسمبر|كانون الأول|كانون أول|كانون 1|ك 1|دجنبر|december|dec|décembre|decembre|déc",
)

_HIJRI: Final[tuple[str, ...]] = (
    "محرم|المحرم|محرم الحرام",
    "صفر|صفر الخير",
    "ربيع الأول|ربيع أول|ربيع 1",
    "ربيع الآخر|ربيع الثاني|ربيع ثاني|ربيع ثان|ربيع آخر|ربيع 2",
    "جمادى الأولى|جمادى الأول|جمادى أولى|جمادى أول|جماد الأول|جماد الأولى|جماد أول|جمادى 1",
    "جمادى الآخرة|جمادى الآخر|جمادى الثانية|جمادى الثاني|جمادى ثانية|جماد الثاني|جماد الثانية|جماد الآخر"
    "|جماد الآخرة|جماد ثاني|جمادى آخرة|جمادى 2",
    "رجب|رجب الأصم|رجب الفرد",
    "شعبان",
    "رمضان|رمضان المبارك|رمضان الكريم",
    "شوال",
    "ذو القعدة|ذي القعدة|ذوالقعدة|ذيالقعدة|ذا القعدة|القعدة",
    "ذو الحجة|ذي الحجة|ذوالحجة|ذيالحجة|ذا الحجة|الحجة",
)

_WEEKDAYS: Final[tuple[str, ...]] = (
    # Monday first, as `datetime.weekday` counts
    "الاثنين|اثنين|monday|mon|lundi",
    "الثلاثاء|ثلاثاء|الثلاثا|الثلثاء|tuesday|tue|tues|mardi",
    "الأربعاء|أربعاء|الأربعا|الاربعاء|wednesday|wed|mercredi",
    "الخميس|خميس|thursday|thu|thur|thurs|jeudi",
    "الجمعة|جمعة|friday|fri|vendredi",
    "السبت|سبت|saturday|sat|samedi",
    "الأحد|أحد|sunday|sun|dimanche",
)

_UNITS: Final[tuple[str, ...]] = (
    "|الأول|أول",
    "الثاني|ثاني|ثان",
    "الثالث",
    "الرابع",
    "الخامس",
    "السادس",
    "السابع",
    "الثامن",
    "التاسع",
)


def _table(rows: tuple[str, ...], first: int) -> dict[str, int]:
    return {
        fold(name): number for number, names in enumerate(rows, first) for name in names.split("|") if name
    }


def _ordinals() -> dict[str, int]:
    """Ordinals of the days of a month in both cases: الأول … الحادي والثلاثون."""
    table: dict[str, int] = {}
    for unit, names in enumerate(_UNITS, 1):
        for name in filter(None, names.split("|")):
            table[name] = unit
            if unit > 1 and name.startswith("ال"):
                table[f"{name} عشر"] = 10 + unit
                table |= {f"{name} وال{tens}": base + unit for tens, base in _TENS if base + unit <= 31}
    for name in ("الحادي", "الواحد"):
        table[f"{name} عشر"] = 11
        table |= {f"{name} وال{tens}": base + 1 for tens, base in _TENS}
    table["العاشر"] = 10
    table |= {f"ال{tens}": base for tens, base in _TENS}
    return {fold(name): number for name, number in table.items()}


_TENS: Final = (("عشرين", 20), ("عشرون", 20), ("ثلاثين", 30), ("ثلاثون", 30))

GREGORIAN_MONTHS: Final = _table(_GREGORIAN, 1)
"""Folded name → 1…12; abbreviations كـ1 كـ2 ت1 ت2 stand with the digit apart ("ك 2")."""

HIJRI_MONTHS: Final = _table(_HIJRI, 1)
"""Folded name → 1 (محرم) … 12 (ذو الحجة)."""

WEEKDAYS: Final = _table(_WEEKDAYS, 0)
"""Folded name → 0 (Monday) … 6 (Sunday), as `datetime.weekday` counts."""

ORDINALS: Final = _ordinals()
"""Folded ordinal → 1…31: "السابع عشر" → 17."""
