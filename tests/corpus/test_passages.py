"""Paragraphs that stood in an earlier article, and those that recur on every page of an outlet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from corpus import articles, crawls, passages, rereading
from corpus.articles import Submission
from crawler.arabic.letters import fold, fold_paragraphs
from crawler.candidate import Candidate
from crawler.extraction.body import hash_of
from crawler.items import AppendedStory, Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)


WORDS = "قال", "الوزير", "امس", "في", "المدينة", "ان", "العمل", "بدأ", "على", "مشروع", "جديد", "يخدم", "الناس"


def paragraph(name: str) -> str:
    return " ".join(f"{word}{name}" for word in WORDS)


def keep(connection, slug, found):
    crawl = crawls.begin(connection, Outlet(slug, country="IQ", timezone="UTC", slug=slug))
    batch = [
        Article(
            url=f"https://{slug}/{name}", canonical_url=f"https://{slug}/{name}", headline=name,
            body="\n\n".join(body), published_at=NOW - timedelta(hours=hours),
        )
        for name, hours, body in found
    ]  # fmt: skip
    outcomes = articles.store(connection, crawl, [Submission(article=article) for article in batch])
    crawls.finish(connection, crawl)
    assert {outcome.state for outcome in outcomes} <= {"stored", "revised"}


def test_a_reprint_names_where_the_paragraph_stood_first(connection):
    keep(connection, "late", [("x", 1, [paragraph("أ"), "قصيرة", paragraph("ب")])])
    keep(connection, "early", [("y", 5, ["تمهيد", paragraph("ب")]), ("z", 3, [paragraph("ج")])])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT outlet, paragraph, first_outlet, first_paragraph, hours_behind FROM corpus.reprints"
        )
        assert cursor.fetchall() == [("late", 3, "early", 2, 4)]


def test_furniture_is_counted_and_bounded(connection):
    notice = paragraph("إشعار")
    for start in range(0, 60, 20):
        pages = [(f"p{n}", n, [paragraph(f"ص{n}"), notice]) for n in range(start, start + 20)]
        keep(connection, "site", pages)
    assert passages.furniture(connection, "site") == {hash_of(notice)}
    assert passages.furniture(connection, "other") == frozenset()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT max(n) FROM (SELECT count(*) AS n FROM akhbar.occurrences GROUP BY hash) x")
        (most,) = cursor.fetchone()
        assert most <= passages.CROWD


def test_an_article_edited_often_is_no_furniture_and_keeps_its_present_paragraphs(connection):
    for edition in range(passages.FURNITURE_SEEN + 5):
        keep(
            connection, "site", [("live", 1, [paragraph(f"ت{edition}"), paragraph("أصل"), paragraph("ثان")])]
        )
    assert passages.furniture(connection, "site") == frozenset()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT paragraph FROM akhbar.occurrences ORDER BY 1")
        assert cursor.fetchall() == [(1,), (2,), (3,)]


def test_an_appended_story_is_told_by_the_article_it_repeats(connection):
    older = [paragraph("أ"), paragraph("ب")]
    keep(connection, "site", [("older", 9, older), ("other", 8, [paragraph("ج")])])
    crawl = crawls.begin(connection, Outlet("x", country="IQ", timezone="UTC", slug="site"))
    page = Article(
        url="https://site/new", canonical_url="https://site/new", headline="جديد", body=paragraph("د"),
        published_at=NOW, appended=[
            AppendedStory(headline="older", body="\n\n".join([*older, paragraph("ه")])),
            AppendedStory(headline="unknown", body=paragraph("و")),
        ],
    )  # fmt: skip
    articles.store(connection, crawl, [Submission(article=page)])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, p.headline, e.headline, paragraphs_found, paragraphs FROM corpus.appended p"
            " LEFT JOIN corpus.articles e ON e.id = p.repeats ORDER BY 1"
        )
        assert cursor.fetchall() == [(1, "older", "older", 2, 3), (2, "unknown", None, 0, 1)]


def test_paragraphs_fold_as_the_whole_text_does():
    for body in ("أ.\n\n5\n\n.5\n\n%\n\nب", "ا\u0640\n\n\u0640ب 5.\n\n5", "\n\n\n\nكلمة\n\n"):
        assert " ".join(filter(None, fold_paragraphs(body))) == fold(body)


def test_a_body_that_was_read_again_is_known_by_its_present_passages(connection):
    keep(connection, "early", [("y", 5, ["تمهيد", paragraph("ب")])])
    keep(connection, "late", [("x", 1, [paragraph("أ"), paragraph("ج")])])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM corpus.articles WHERE outlet = 'late'")
        (late,) = cursor.fetchone()
        cursor.execute(f"SELECT {', '.join(f for f in rereading.FIELDS if f != 'credits')} FROM akhbar.articles"
                       " WHERE id = %s", (late,))  # fmt: skip
        known = dict(zip([c.name for c in cursor.description], cursor.fetchone(), strict=True))
    stored = rereading.StoredArticle(
        id=late, outlet="late", revision=1, archive={}, known={**known, "credits": [], "word_count": 26},
        candidate=Candidate(url="https://late/x", source="x"),
    )  # fmt: skip
    article = Article(
        url="https://late/x", canonical_url="https://late/x", headline="x",
        body=f"{paragraph('أ')}\n\n{paragraph('ب')}", published_at=known["published_at"],
    )  # fmt: skip
    assert rereading.keep(connection, stored, article, ["body"])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT outlet, paragraph, first_outlet FROM corpus.reprints")
        assert cursor.fetchall() == [("late", 2, "early")]
        cursor.execute("SELECT count(*) FROM akhbar.occurrences WHERE article_id = %s", (late,))
        assert cursor.fetchone() == (2,)
