from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.arabic.script import arabic_share, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("افتتح وزير النقل جسرا جديدا شمال العاصمة", "ar"),
        ("انفجار قرب كركوك", "ar"),
        ("زار رئيس الإقليم مدینة کرکوک مع وفد من گرميان وچمچمال", "ar"),
        ("كلمة", "ar"),
        ("ولاية ڤالمة تكرم الفائزين", "ar"),
        ("مُحَمَّدٌ رَسُولُ اللَّهِ", "ar"),
        ("وزیر راه گفت که این پروژه در سال آینده برای مردم افتتاح می‌شود", "fa"),
        ("وزير گفت كه اين پروژه در سال آينده افتتاح خواهد شد", "fa"),
        ("وزیر اعلیٰ نے کہا ہے کہ شہر میں نئی سڑک بنائی جائے گی", "ur"),
        ("وەزیری گواستنەوە ڕایگەیاند پردێکی نوێ لە باکووری شار دەکرێتەوە", "ckb"),
        ("د ټولګټو وزیر وویل چې نوی سړک به پرانیستل شي", "ps"),
        ("قاتناش مىنىستىرى يېڭى كۆۋرۈكنىڭ ئېچىلغانلىقىنى ئېيتتى", "ug"),
        ("The minister opened a bridge. وزير", "und"),
        ("министр открыл мост", "und"),
        ("2024 - 12:30 !", None),
        ("", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_arabic_share_counts_letters_only() -> None:
    assert arabic_share("ab اب 12 ...") == 0.5
    assert arabic_share("12") == 0.0


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_never_raises(text: str) -> None:
    assert language_of(text) in {"ar", "fa", "ur", "ckb", "ps", "ug", "und", None}
