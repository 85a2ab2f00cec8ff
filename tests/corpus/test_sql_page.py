"""Every question of docs/sql.md is answered, by the reader role, and rightly on a corpus whose answers are known."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import announcements, articles, claims, crawls, endings
from corpus.articles import Submission
from crawler.arabic.letters import fold
from crawler.candidate import Candidate
from crawler.items import Article, Credit
from crawler.outlet import Outlet
from pipelines.fingerprint import sign_text

PAGE = Path(__file__).parents[2] / "docs" / "sql.md"
QUESTIONS = re.findall(r"^## (\d+)\..*?^```sql\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
STORY = " ".join(f"خبر{n} عن مدارس المدينة" for n in range(30))


def keep(connection, slug, country, found):
    crawl = crawls.begin(connection, Outlet(slug, country=country, timezone="Asia/Baghdad", slug=slug))
    with connection, connection.cursor() as cursor:  # known for longer than its articles
        cursor.execute(
            "UPDATE akhbar.outlets SET added_at = added_at - interval '1 day' WHERE slug = %s", (slug,)
        )
    urls = [f"https://{slug}.example/{n}" for n in range(len(found))]
    announcements.record(
        connection, crawl, [Candidate(url=url, source="rss") for url in (*urls, f"https://{slug}.example/x")]
    )
    due = {candidate.url: candidate.id for candidate in claims.claim(connection, crawl, 50)}
    for url, changes in zip(urls, found, strict=True):
        values = {
            "headline": "افتتاح المدارس",
            "body": STORY,
            "published_at": NOW + timedelta(minutes=5),
            "published_precision": "minute",
            "language": "ar",
            "fetched_at": NOW + timedelta(minutes=20),
        } | changes
        article = Article(url=url, canonical_url=url, signature=sign_text(fold(values["body"])), **values)
        articles.store(connection, crawl, [Submission(article=article, candidate_id=due.get(url))])
    if other := due.get(f"https://{slug}.example/x"):
        endings.end(connection, crawl, [endings.Ending(id=other, state="rejected", reason="listing")])
    crawls.finish(connection, crawl)


@pytest.fixture(scope="module")
def filled(shared_connection):
    writer = {
        "authors": ["أحمد العلي"],
        "credits": [Credit(name="أحمد العلي", role="writer")],
        "section": "محليات",
    }
    early = NOW + timedelta(minutes=5)
    keep(shared_connection, "agency", "IQ", [writer | {"agency": "واع", "published_at": early}])
    keep(
        shared_connection,
        "paper",
        "EG",
        [
            {"published_at": early + timedelta(hours=2), "fetched_at": early + timedelta(hours=3)},
            {
                "headline": "السوق",
                "body": "نص آخر عن السوق لا يشبهه شيء",
                "authors": ["احمد العلى"],
                "section": "محليات",
                "published_at": None,
            },
        ],
    )
    edit = {"headline": "عنوان معدل", "published_at": early + timedelta(hours=2)}
    keep(shared_connection, "paper", "EG", [edit | {"fetched_at": early + timedelta(hours=4)}])
    return shared_connection


def test_there_are_ten_questions():
    assert [number for number, _ in QUESTIONS] == [str(n) for n in range(1, 11)]


EXPECTED = {
    "1": lambda rows: sum(count for _, _, count in rows) == 3,
    "2": lambda rows: (
        [(first, then, float(hours)) for _, first, _, then, hours in rows] == [("agency", "paper", 2.0)]
    ),
    "3": lambda rows: [row[:3] for row in rows] == [("agency", "paper", 1)],
    "4": lambda rows: rows == [("paper", "واع", 1)],
    "5": lambda rows: (
        [(row[0], row[2], row[3]) for row in rows] == [("paper", "افتتاح المدارس", "عنوان معدل")]
    ),
    "6": lambda rows: (
        sorted((outlet, count) for _, outlet, _, count in rows) == [("agency", 1), ("paper", 1)]
    ),
    "7": lambda rows: [(country, count) for country, _, count in rows] == [("IQ", 1)],
    "8": lambda rows: {row[0]: (row[1], row[2]) for row in rows}["agency"] == (1, timedelta(minutes=15)),
    "9": lambda rows: {row[0]: tuple(map(int, row[1:])) for row in rows}["paper"] == (3, 0, 1, 0, 1, 1, 0),
    "10": lambda rows: len(rows) == 2,
}


@pytest.mark.parametrize(("number", "query"), QUESTIONS)
def test_a_question_is_answered(filled, number, query):
    with filled, filled.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1.1)" if number == "10" else "SELECT 1")
    with filled, filled.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE akhbar_reader")
        cursor.execute(query)
        rows = cursor.fetchall()
    assert EXPECTED[number](rows), rows


def test_every_view_and_function_stands_on_the_page(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'corpus'::regnamespace AND relkind = 'v' UNION"
            " SELECT proname FROM pg_proc WHERE pronamespace = 'corpus'::regnamespace AND proname <> 'is_settled'"
        )
        names = {name for (name,) in cursor.fetchall()}
    assert {name for name in names if f"`corpus.{name}" not in PAGE.read_text("utf-8")} == set()
