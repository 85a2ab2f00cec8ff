"""Writes `corpus.fold(text)`, the SQL twin of `crawler.arabic.letters.fold`, from the same tables.

    python -m corpus.folding > corpus/schema/NNNN_fold.sql

makes the migration anew after a change of the letters' tables (a test says when that is due). The
function is the same on every text whose characters Unicode 14 knows; later characters follow the
Unicode version of the Python that wrote it.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable

from crawler.arabic import letters

_SURROGATES = range(0xD800, 0xE000)


def main() -> None:
    """Prints the migration."""
    sys.stdout.write(fold_migration())


def fold_migration() -> str:
    """The SQL text that creates `corpus.fold`."""
    unfolded: dict[str, str] = {}
    dropped, spaced = [], []
    for code in range(1, sys.maxunicode + 1):
        character = chr(code)
        if code in _SURROGATES or unicodedata.normalize("NFKC", character) != character:
            continue  # cannot stand in a text after NFKC
        folded = letters.FOLD_TABLE[code]
        if folded == "":
            dropped.append(code)
        elif not folded.strip():
            spaced.append(code)
        elif folded != character:
            unfolded[character] = folded
    common = {c: f for c, f in unfolded.items() if c in letters.SPELLINGS or c in "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"}
    latin = [c for c in unfolded if c.isascii()]
    cased = {c: f for c, f in unfolded.items() if c not in common and not c.isascii()}
    single = {c: f for c, f in cased.items() if len(f) == 1}
    wide = {c: f for c, f in cased.items() if len(f) > 1}
    assert "".join(latin) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    bare = [
        code
        for code, shown in letters.PRESENTATION_FORMS.items()
        if shown and all(unicodedata.category(mark) == "Mn" or mark == letters.TATWEEL for mark in shown)
    ]
    invisible = [ord(c) for c in letters.DROPPED if ord(c) not in _SURROGATES and c != "\0"]
    invisible += [ord(letters.ZWJ), ord(letters.ZWNJ)]
    letter, mark = f"[{_class(letters.ARABIC_LETTERS)}]", f"[{_class(letters.ARABIC_MARKS)}\\u0640]"
    lengthening = f"(?<={letter}{mark}*)\\u0640(?={mark}*{letter})"
    expand = "text"
    for sign, words in letters.EXPANDED.items():
        expand = f"replace({expand}, '{sign}', '{words}')"
    widen = "text"
    for character, folded in wide.items():
        widen = f"replace({widen}, '{character}', '{folded}')"
    return f"""\
-- Written by `python -m corpus.folding`; the tables are those of crawler/arabic/letters.py.

CREATE SCHEMA IF NOT EXISTS corpus;

CREATE OR REPLACE FUNCTION corpus.fold(text text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $fold$
BEGIN
    IF text !~ '[^ -~]' THEN
        text := lower(text COLLATE "C");
    ELSE
        -- what is never stored, and marks that stand alone
        text := regexp_replace(text, '[{_ranges([*invisible, *bare])}]+', '', 'g');
        IF strpos(text, '{letters.TATWEEL}') > 0 THEN
            text := regexp_replace(text, '{lengthening}', '', 'g');
        END IF;
        IF text ~ '[{_ranges(map(ord, letters.EXPANDED))}]' THEN
            text := {expand};
        END IF;
        text := lower(normalize(text, NFKC) COLLATE "C");
        IF text ~ '[{_ranges(map(ord, cased))}]' THEN
            text := translate(text, '{"".join(single)}', '{"".join(single.values())}');
            text := {widen};
        END IF;
        text := regexp_replace(text, '[{_ranges(dropped)}]+', '', 'g');
        text := translate(text, '{"".join(common)}', '{"".join(common.values())}');
        text := normalize(text, NFC);
    END IF;
    text := regexp_replace(text, '[{_ranges(spaced)}]+', ' ', 'g');
    IF text ~ '[.%]' THEN
        text := regexp_replace(text, '(?<![0-9])\\.|\\.(?![0-9])|(?<![0-9])%(?![0-9])', ' ', 'g');
        text := regexp_replace(text, '  +', ' ', 'g');
    END IF;
    RETURN btrim(text, ' ');
END
$fold$;

COMMENT ON FUNCTION corpus.fold(text) IS
    'The search form of a text: one spelling for each word, no vowels or tatweel, words one space apart.';
"""


def _class(python_class: str) -> str:
    """The inside of a regular expression class as ASCII escapes."""
    return "".join(c if c == "-" else f"\\u{ord(c):04X}" for c in python_class)


def _ranges(codes: Iterable[int]) -> str:
    """The inside of a regular expression class that holds exactly `codes`."""
    spans: list[list[int]] = []
    for code in sorted(set(codes)):
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return "".join(_escape(first) + ("" if first == last else f"-{_escape(last)}") for first, last in spans)


def _escape(code: int) -> str:
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


if __name__ == "__main__":
    main()
