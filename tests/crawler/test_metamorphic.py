# ruff: noqa: E501  (pages are kept on their lines)
"""The same article however its page is dressed: encodings, attributes, wrappers, paragraph markup, frame."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from crawler.extraction.reader import read
from crawler.items import Article

URL = "https://naseem.example/local/9911"
TITLE = "مزارعو الهضبة يحصدون الزعفران للمرة الأولى منذ عقد"
LINES = [
    "بدأ مزارعو الهضبة، صباح السبت، حصاد الزعفران للمرة الأولى منذ عشرة أعوام بعد موسم مطر وفير أعاد الحياة إلى الحقول.",
    "وقالت المهندسة الزراعية ندى القاسم إن المحصول يفوق التوقعات، مشيرة إلى أن الجمعية التعاونية ستتولى التسويق.",
    "وأضافت أن أسعار الغرام ارتفعت هذا العام، وأن كثيرا من الأسر عادت إلى قراها للعمل في القطاف والتجفيف.",
    "يذكر أن زراعة الزعفران دخلت الهضبة قبل نصف قرن على يد معلم متقاعد جلب الأبصال الأولى معه من الشمال.",
]
LD = (
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"' + TITLE + '",'
    '"datePublished":"2024-11-02T10:30:00+03:00","author":{"@type":"Person","name":"ندى الحلو"}}</script>'
)
PAGE = f"""<!DOCTYPE html><html dir="rtl"><head><meta charset="utf-8"><title>{TITLE} | نسيم</title>
<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="نسيم"><link rel="canonical" href="{URL}">{LD}</head>
<body class="page" id="top"><nav class="menu" id="menu"><a href="/">الرئيسية</a></nav><div class="wrap" id="wrap"><article class="post" id="post">
<h1 class="title" dir="rtl">{TITLE}</h1><div class="byline" dir="rtl">كتبت: ندى الحلو</div><time class="date" datetime="2024-11-02T10:30:00+03:00">2 نوفمبر 2024</time>
<div class="entry-content" dir="rtl">{"".join(f"<p>{line}</p>" for line in LINES)}</div></article></div>
<div class="related" dir="rtl"><a href="/1">عنوان قديم عن السوق في المدينة الكبيرة</a></div><footer class="foot">جميع الحقوق محفوظة</footer></body></html>"""


def article_of(page: bytes, content_type: str | None = None) -> Article:
    found = read(page, URL, content_type=content_type)
    assert isinstance(found, Article), found
    return replace(found, provenance={}, timezone_assumed=False)


EXPECTED = article_of(PAGE.encode())


def test_the_plain_page_is_read_right() -> None:
    assert (EXPECTED.headline, EXPECTED.body, EXPECTED.authors) == (TITLE, "\n\n".join(LINES), ["ندى الحلو"])
    assert EXPECTED.published_at is not None
    assert EXPECTED.published_at.isoformat() == "2024-11-02T10:30:00+03:00"


@pytest.mark.parametrize("label", [None, "utf-8", "windows-1256", "iso-8859-6", "iso-8859-1"])
@pytest.mark.parametrize("codec", ["utf-8", "windows-1256", "iso-8859-6", "utf-16"])
def test_any_encoding_under_any_label(codec: str, label: str | None) -> None:
    meta = f'<meta charset="{label}">' if label else ""
    page = PAGE.replace('<meta charset="utf-8">', meta)
    header = f"text/html; charset={label}" if label else None
    assert article_of(page.encode(codec), header) == EXPECTED


def shuffled(page: str) -> str:
    dice = random.Random(7)

    def shuffle(tag: re.Match[str]) -> str:
        attributes = re.findall(r'[\w:-]+="[^"]*"', tag.group(2))
        dice.shuffle(attributes)
        return f"<{tag.group(1)} {' '.join(attributes)}>"

    return re.sub(r'<(\w+) ((?:[\w:-]+="[^"]*"\s*)+)>', shuffle, page)


CLOCK = '<header class="top"><div class="chairman"><span>رئيس مجلس الإدارة</span><strong>د. فاروق المهدي</strong></div><div>الأحد 1 ديسمبر 2024 11:59 م</div></header>'
CHANGES: dict[str, Callable[[str], str]] = {
    "attributes shuffled": shuffled,
    "wrapped in more divs": lambda p: p.replace('<div class="wrap"', "<div><div><div>" + '<div class="wrap"').replace(
        '<div class="related"', '</div></div></div><div class="related"'
    ),
    "text wrapped in more divs": lambda p: p.replace(f"<p>{LINES[0]}", f"<div><div><p>{LINES[0]}").replace(
        f"{LINES[3]}</p>", f"{LINES[3]}</p></div></div>"
    ),
    "paragraphs as breaks": lambda p: p.replace("</p><p>", "<br><br>").replace(f"<p>{LINES[0]}", LINES[0]).replace("</p></div>", "</div>"),
    "paragraphs as divs": lambda p: p.replace("<p>", "<div>").replace("</p>", "</div>"),
    "paragraphs as spans in divs": lambda p: p.replace("<p>", "<div><span>").replace("</p>", "</span></div>"),
    "without JSON-LD": lambda p: p.replace(LD, ""),
    "masthead and header clock": lambda p: p.replace('<nav class="menu"', CLOCK + '<nav class="menu"'),
    "comments and white space": lambda p: p.replace("><", ">\n  <!-- x -->  <"),
    "tatweel and bidi marks": lambda p: p.replace("الهضبة، صباح", "الهضـبة\u200f، صبـاح"),
    "presentation forms": lambda p: p.replace(" في ", " \ufed3\ufef2 "),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_dress_changes_nothing(change: str) -> None:
    changed = CHANGES[change](PAGE)
    assert changed != PAGE
    assert article_of(changed.encode()) == EXPECTED
