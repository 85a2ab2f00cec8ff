"""The printed date cut out of its line; the lines are invented in the shapes of real ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extraction.dates import read_date
from crawler.extraction.printed_date import printed_date

BASE = datetime(2025, 2, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("نشر: الأحد 02-02-2025 05:20 م", "الأحد 02-02-2025 05:20 م"),
        ("اقتصاد | 2-2-2025, 17:20 | ", "2-2-2025, 17:20"),
        ("ثقافة2-2-2025 | 21:51", "2-2-2025 | 21:51"),
        ("رنا كنعان 2 شباط/فبراير 2025، 09:30", "2 شباط/فبراير 2025، 09:30"),
        ("نُشر: 12:40-2 فبراير 2025 م ـ 3 شَعبان 1446 هـ", "12:40-2 فبراير 2025 م ـ 3 شَعبان 1446 هـ"),
        ("تاريخ النشر:02.02.2025 | 07:30 GMT", "02.02.2025 | 07:30 GMT"),
        ("صدر 2 فبراير 2025 - 09:13 بتوقيت أبوظبي، الجسر", "2 فبراير 2025 - 09:13 بتوقيت أبوظبي"),
        ("٢ فبراير ٢٠٢٥ https://jisr.example/p", "٢ فبراير ٢٠٢٥"),
        ("كتب في 2 فبراير 2025 على الساعة 16:30", "2 فبراير 2025 على الساعة 16:30"),
        ("نشرت في: 02/02/2025 - 14:10آخر تحديث: 02/02/2025 - 17:55", "02/02/2025 - 14:10"),
        (
            "الأحد، 02 شباط/فبراير 2025، آخر تحديث 21:45 (GMT+0400)",
            "الأحد، 02 شباط/فبراير 2025، آخر تحديث 21:45 (GMT+0400)",
        ),
        ("نشر منذ ساعتين", "منذ ساعتين"),
        ("(2 شباط 2025)", "2 شباط 2025"),
    ],
)
def test_span(line: str, printed: str) -> None:
    said = read_date(line, zone="Asia/Baghdad", base=BASE)
    assert said is not None
    assert printed_date(line, said, zone="Asia/Baghdad", base=BASE) == printed


def test_whole_line_where_no_span_alone_reads_so() -> None:
    said = read_date("2025-02-02")
    assert said is not None
    assert printed_date(" سطر بلا يوم ", said, zone=None, base=None) == "سطر بلا يوم"
