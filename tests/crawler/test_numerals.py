from __future__ import annotations

from crawler.arabic.numerals import to_ascii_digits


def test_digits_of_three_sets_in_one_number() -> None:
    assert to_ascii_digits("14٤٣هـ و۲۰۲۴ و٢٠٢٤") == "1443هـ و2024 و2024"


def test_other_signs_stay() -> None:
    assert to_ascii_digits("٫ ٪ ½ ² x") == "٫ ٪ ½ ² x"
