"""500 scripted edits on a loopback outlet are 500 revisions; counters, advertisements and related lists are none."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from corpus import database
from crawler.arabic.letters import fold
from crawler.extraction import reader

ARTICLES, EDITIONS = 50, 10
WORDS = [
    "الوزير",
    "المدينة",
    "المشروع",
    "العمل",
    "الناس",
    "الماء",
    "الطريق",
    "المدرسة",
    "السوق",
    "النهر",
    "الجسر",
    "المجلس",
    "القانون",
    "العام",
    "الاتفاق",
    "الشركة",
    "البلدية",
    "الحديقة",
    "الكهرباء",
    "المستشفى",
    "الجامعة",
    "المصنع",
    "الميناء",
    "القطار",
    "الأطباء",
    "الموسم",
    "المحافظة",
    "السكان",
    "الدعم",
    "الخطة",
]
VERBS = ["أعلن", "أكد", "افتتح", "ناقش", "دعا", "قرر", "واصل", "أنجز", "عرض", "طلب"]
NAMES = ["سالم الخطيب", "ليلى حسن", "عمر الجبوري", "هدى منصور", "كريم العلي", "نور الدين صالح"]

PAGE = """<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>{headline} | صحيفة السرو</title><link rel="canonical" href="{url}"><meta property="og:type" content="article">
</head><body><header><nav><a href="/">الرئيسية</a> <span class="clock">{clock}</span></nav></header>
<main><article><h1>{headline}</h1><div class="meta"><span class="author">كتب: {author}</span>
<time datetime="{date}">{date}</time> <span class="views">عدد القراءات: {views}</span></div>
<div class="article-body">{paragraphs}{inset}</div>
<aside class="ad">إعلان: خصم {discount} بالمئة على كل المعروضات اليوم فقط</aside>
<div class="share">شارك: فيسبوك ({shares}) تويتر</div></article>
<aside class="related"><h3>اقرأ أيضا</h3><ul>{related}</ul></aside></main>
<footer>جميع الحقوق محفوظة {clock}</footer></body></html>"""


class Draft:
    """An article as its outlet has it, and as its page shows it: with something else around it every time."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)
        self.headline = f"{self.chance.choice(VERBS)} {' '.join(self.chance.sample(WORDS, 4))} رقم {number}"
        self.author = self.chance.choice(NAMES)
        self.date = datetime(2026, 11, 1 + number % 20, 9, 30, tzinfo=UTC)
        self.paragraphs = [self.sentence() for _ in range(4)]

    def sentence(self) -> str:
        clauses = [f"{self.chance.choice(VERBS)} {' '.join(self.chance.sample(WORDS, 6))}" for _ in range(4)]
        return "، و".join(clauses) + "."

    def edit(self, edition: int) -> str:
        """Changes one thing; returns what it is called among a revision's changes."""
        kind = ("headline", "body", "byline", "published", "body")[edition % 5]
        if kind == "headline":
            self.headline = f"تحديث {edition}: {self.headline.split(': ')[-1]}"
        elif kind == "body":
            deed = self.chance.randrange(3)
            if deed == 0:
                self.paragraphs.append(self.sentence())
            else:
                place = self.chance.randrange(len(self.paragraphs))
                words = self.paragraphs[place].split()
                words[self.chance.randrange(1, len(words) - 1)] = (
                    f"{self.chance.choice(WORDS)} الجديد{edition}"
                )
                self.paragraphs[place] = " ".join(words)
        elif kind == "byline":
            self.author = NAMES[(NAMES.index(self.author) + 1) % len(NAMES)]
        else:
            self.date += timedelta(hours=1)
        return kind

    def page(self, url: str, inset: str = "") -> str:
        return PAGE.format(
            headline=self.headline, url=url, inset=inset, author=self.author, date=self.date.isoformat(),
            paragraphs="".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs),
            clock=f"{self.chance.randrange(24)}:{self.chance.randrange(10, 60)}", views=self.chance.randrange(10**6),
            discount=self.chance.randrange(5, 90), shares=self.chance.randrange(999),
            related="".join(f'<li><a href="/news/r{n}">{self.sentence()[:60]}</a></li>' for n in range(5)),
        )  # fmt: skip


def test_an_advertisement_within_the_body_is_no_text() -> None:
    advertisements = [
        f'<div class="ad">إعلان: خصم {n} بالمئة على كل المعروضات اليوم فقط</div>' for n in (10, 20)
    ]
    read = [
        reader.read(Draft(1).page("https://a.example/news/1", ad).encode(), "https://a.example/news/1")
        for ad in advertisements
    ]
    assert read[0].body == read[1].body


@pytest.mark.drill
def test_every_edit_is_a_revision_and_nothing_else_is(
    outlet: Any, akhbar: Callable[..., Any], database_url: str
) -> None:
    drafts = [Draft(number) for number in range(ARTICLES)]
    start = datetime.now(UTC) - timedelta(days=15)
    truth: dict[str, list[str]] = {}

    def crawl(edition: int) -> None:
        urls = [
            outlet.publish(n, html=draft.page(f"{outlet.root}/news/{n}")) for n, draft in enumerate(drafts)
        ]
        outlet.announce(urls, start + timedelta(days=edition))
        ended = akhbar("crawl", "sarw")
        assert ended.status == 0, ended.notes

    crawl(0)
    for edition in range(1, EDITIONS + 1):
        for number, draft in enumerate(drafts):
            truth.setdefault(f"{outlet.root}/news/{number}", []).append(draft.edit(edition))
        crawl(edition)
    crawl(EDITIONS + 1)  # only counters, clocks, advertisements and related lists have changed
    assert outlet.fetched("/news/7") == EDITIONS + 2

    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT canonical_url, headline, body FROM corpus.articles")
        stored = {url: (headline, body) for url, headline, body in cursor.fetchall()}
        cursor.execute(
            # an edit of the first paragraph is one of the lead, too
            "SELECT a.canonical_url, array_agg((array_remove(r.changes, 'lead'))[1] ORDER BY r.revision),"
            " max(cardinality(array_remove(r.changes, 'lead')))"
            " FROM corpus.revisions r JOIN corpus.articles a ON a.id = r.article WHERE r.revision > 1 GROUP BY 1"
        )
        seen = {url: changes for url, changes, most in cursor.fetchall() if most == 1}
    assert seen == truth
    assert sum(map(len, seen.values())) == ARTICLES * EDITIONS
    for number, draft in enumerate(drafts):
        headline, body = stored[f"{outlet.root}/news/{number}"]
        assert headline == draft.headline
        assert fold(body) == fold(" ".join(draft.paragraphs))
