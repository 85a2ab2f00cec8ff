"""`corpus.fold` in SQL says what `letters.fold` says."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from corpus.database import migrations
from corpus.folding import fold_migration
from crawler.arabic.letters import fold

SHARED = Path(__file__).parents[3] / "shared" / "data" / "normalise.jsonl"
CASES = [
    "إننا سنواصل العمـل بقـوة", "مُـؤَسَّسَة ۱۲٫۵٪ و ١٢.٥%", "ﷺ والنبيﷺ", "ﻻ إله ﺇلا", "Straße İSTANBUL ǅ ﬁ",
    "1446 ه‍ 1446هـ", "می‌خواهم کتاب", "a.b 1.5 .5 5. %5 5% % 5%5", "الـ21 كشـ24 | و.م.ع", "ؤئءأإآٱىیةہەۀۂ",
    "و\u0640\u0654ل ﹰ ﹱ ّ ﱞ", "👨‍👩‍👧 x²½①", "", " ", "İ", "ΑΣ ς", "Ⅷ Ω", "\u0130\u0307", "اۥۦ",
    "\x01\x0b\x85ا\u2028ب", "가각 한글", "ſt ẞ", "\u1e9e", "ᾳ ᾼ", "\U00010400\U0001e900", "هٔ ۓ یٔ",
]  # fmt: skip


def in_sql(connection, texts):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT corpus.fold(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n", (texts,)
        )
        return [row[0] for row in cursor.fetchall()]


def test_named_cases(connection):
    assert in_sql(connection, CASES) == [fold(text) for text in CASES]


def test_shared_cases(connection):
    if not SHARED.exists():
        pytest.skip("no shared data here")
    texts = [
        value.replace("\0", "")
        for line in SHARED.read_text(encoding="utf-8").strip().split("\n")
        for value in json.loads(line).values()
        if isinstance(value, str)
    ]
    assert in_sql(connection, texts) == [fold(text) for text in texts]


def test_every_character(connection):
    """Each code point of the first plane, alone and between letters."""
    codes = [*range(1, 0xD800), *range(0xE000, 0x11000)]
    texts = [f"{chr(code)}|ا{chr(code)}ب{chr(code)}1" for code in codes]
    assert [t for t, s in zip(texts, in_sql(connection, texts), strict=True) if s != fold(t)] == []


def test_random_texts(connection):
    chance = random.Random(20_241_219)
    pool = [*range(0x600, 0x700), *range(0x750, 0x780), *range(0x8A0, 0x8C8), *range(0xFB50, 0xFBC0)]
    pool += [
        *range(0xFE70, 0xFEFD),
        *range(0x20, 0x7F),
        0x640,
        0x640,
        0x200C,
        0x200D,
        0x200F,
        0xA0,
        10,
        0xFDFA,
    ]
    texts = ["".join(chr(chance.choice(pool)) for _ in range(chance.randint(1, 40))) for _ in range(20_000)]
    assert [t for t, s in zip(texts, in_sql(connection, texts), strict=True) if s != fold(t)] == []


def test_the_migration_follows_the_tables():
    newest = [migration for migration in migrations() if migration.name == "fold"][-1]
    assert newest.text == fold_migration(), "run python -m corpus.folding > corpus/schema/NNNN_fold.sql"
