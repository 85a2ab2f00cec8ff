"""Digits as Arabic pages print them: Arabic-Indic ٠-٩, Persian ۰-۹ and ASCII, even mixed in one number."""

from __future__ import annotations

from typing import Final

ARABIC_INDIC: Final = "٠١٢٣٤٥٦٧٨٩"
PERSIAN: Final = "۰۱۲۳۴۵۶۷۸۹"
ASCII: Final = "0123456789"

TO_ASCII: Final[dict[int, str]] = {
    ord(digit): ascii_digit
    for digits in (ARABIC_INDIC, PERSIAN)
    for digit, ascii_digit in zip(digits, ASCII, strict=True)
}
"""Code point of every Arabic-Indic and Persian digit → the ASCII digit; for `str.translate`."""


def to_ascii_digits(text: str) -> str:
    """`text` with Arabic-Indic and Persian digits as ASCII digits; everything else stays."""
    return text if text.isascii() else text.translate(TO_ASCII)
