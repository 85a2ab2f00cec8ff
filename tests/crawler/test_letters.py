"""clean and fold: the storage form and the search form."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.arabic.letters import FOLD_TABLE, SPELLING_TABLE, clean, clean_letters, fold

CASES = Path(__file__).parents[3] / "shared" / "data" / "normalise.jsonl"

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
TRICKY_TEXT = st.text(
    alphabet=st.sampled_from(
        "ابهوءأىةیکگ ـ\u064e\u0651\u0654\u200c\u200d\u200f\u00ad\u0000\ufeff\u00a0\n\r\u2028"
        "٣۴5.٪%,،ﷺﻻﹰﱠ👨🏽❤\ufe0f\ud83d\udc68a.é\u0301ß"
    )
)


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        ("الوزيــــر يفتتـح المعـرض", "الوزير يفتتح المعرض"),
        ("الشـَّـعب", "الشَّعب"),
        ("كشـ12 الـ7 لـ«النشرة»", "كشـ12 الـ7 لـ«النشرة»"),
        ("تونس ـ مراسلنا", "تونس ـ مراسلنا"),
        ("عام 1447هـ", "عام 1447هـ"),
        ("عام 1447 ه\u200d.", "عام 1447 هـ."),
        ("ﻣﻌﺮﺽ ﺍﻟﻜﺘﺎﺏ", "معرض الكتاب"),
        ("ﻻ ﷲ", "لا الله"),
        ("ﷺ ﷻ ﷽ ﷼ ﴾نص﴿", "ﷺ ﷻ ﷽ ﷼ ﴾نص﴿"),
        ("شد\ufe7c ة", "شد\u0651 ة"),
        ("سطر\u000bثان\u0085ثالث\u2029رابع", "سطر\nثان\nثالث\nرابع"),
        ("  أول \n\n\n\n ثان\t", "أول\n\nثان"),
        ("\u202bيوم\u202c \u20662024\u2069", "يوم 2024"),
        ("كلمة\u00adطويلة\u200bجدا\ufeff", "كلمةطويلةجدا"),
        ("a\u0000b\u0007c\x9fd", "abcd"),
        ("نص \ud83d مكسور \udfff", "نص مكسور"),
        ("نامه\u200cها", "نامه\u200cها"),
        ("نامه \u200cها", "نامه ها"),
        ("👩\u200d🚀 ❤\ufe0f\u200d🔥", "👩\u200d🚀 ❤\ufe0f\u200d🔥"),
        ("ا\u0653ب", "آب"),
        ("فى المسئول، الذى قال: «نعم» ٪١٢", "فى المسئول، الذى قال: «نعم» ٪١٢"),
        ("one   two\xa0\u2003three", "one two three"),
    ],
)
def test_clean(printed: str, stored: str) -> None:
    assert clean(printed) == stored


@pytest.mark.parametrize(
    ("printed", "folded"),
    [
        ("أحمد إبراهيم آدم ٱلرحمن", "احمد ابراهيم ادم الرحمن"),
        ("مبنى المكتبة في القرى", "مبني المكتبه في القري"),
        ("المسؤول والمسئول", "المسءول والمسءول"),
        ("شؤون شئون", "شءون شءون"),
        ("محمّدٌ هٰذا", "محمد هذا"),
        ("الـ9 و9٪ و٩٫٥", "ال9 و9% و9.5"),
        ("النبيﷺقال", "النبي صلي الله عليه وسلم قال"),
        ("١٬٢٠٠ و1,200", "1 200 و1 200"),
        ("نهاية. «بداية»؟", "نهايه بدايه"),
        ("12:30 - 14/5/2024", "12 30 14 5 2024"),
        ("BBC News_عربي", "bbc news عربي"),
        ("گوران چاي پارک ڤيينا", "گوران چاي پارك ڤيينا"),
        ("سعر $5 & 🙂", "سعر 5"),
        ("% وحدها . و 5 %", "وحدها و 5"),
        ("ＡＢＣ １２", "abc 12"),
    ],
)
def test_fold(printed: str, folded: str) -> None:
    assert fold(printed) == folded


@given(st.text(st.sampled_from(" \n\nاب،.9a…"), max_size=30) | ANY_TEXT)
@settings(max_examples=600, deadline=None)
def test_a_text_told_to_be_plain_has_no_letter_to_clean(text: str) -> None:
    assert clean(text) == clean(clean_letters(text))


@given(ANY_TEXT | TRICKY_TEXT)
@settings(max_examples=600, deadline=None)
def test_forms_are_stable(text: str) -> None:
    stored, folded = clean(text), fold(text)
    assert clean(stored) == stored
    assert fold(folded) == folded
    assert fold(stored) == folded
    assert clean(folded) == folded
    stored.encode("utf-8")
    assert "\0" not in stored


def test_every_character_folds_to_stable_characters() -> None:
    assigned = (
        code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) not in ("Cn", "Co")
    )
    for code in assigned:
        for table in (FOLD_TABLE, SPELLING_TABLE):
            for character in table[code]:
                assert table[ord(character)] == character, hex(code)


def test_kept_words_survive_cleaning() -> None:
    letters = [chr(code) for code in range(0x620, 0x6D4) if unicodedata.category(chr(code)) == "Lo"]
    assert clean(" ".join(letters)) == " ".join(unicodedata.normalize("NFC", letter) for letter in letters)


@pytest.mark.parametrize(
    "run", ["ـ", "\u064e", "\u200d", "\u200c", " ", "\n", "ﷺ", "ه\u200d", "لـ", "\u064eـ"]
)
def test_long_runs_take_linear_time(run: str) -> None:
    began = time.perf_counter()
    fold(run * 200_000)
    fold("ل" + run * 200_000 + "م")
    assert time.perf_counter() - began < 10


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")
@pytest.mark.parametrize("form", ["storage", "search"])
def test_shared_cases(form: str) -> None:
    read = {"storage": clean, "search": fold}[form]
    with CASES.open(encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            assert read(case["input"]) == case[form]
