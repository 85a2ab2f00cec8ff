"""Search over folded words, snippets as printed, and one article shown whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from corpus import articles, crawls, search
from corpus.articles import Submission
from crawler.items import Article, Credit
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
VIEWS = ("articles", "originals", "stories", "copies", "credits", "revisions", "crawls", "coverage")
TEXTS = {
    1: (
        "المسؤول يفتتح الجسر",
        "قال المسئولُ إنّ القــاهرة تستعدُّ للموسم، وبالقاهرة جسر جديد طوله 12.5 كيلومتر.",
    ),
    2: ("بغداد تستضيف المعرض", "وصل الوفد إلى العاصمة العراقية بغداد أمس لحضور معرض الكتاب الدولي."),
    3: ("وزارة الصحة توضح", "أعلنت وزارة الصحة أن اللقاح متوفر، ودعت بوزارة الصحة المواطنين للمراجعة."),
    4: ("ولد في القرية", "حكاية ولد صغير من القرية، وكتابه الأول عن الليل ولليل سحره."),
    5: ("صحة الوزارة", "بيان حول صحة العاملين في وزارة النقل رقم ١٤٤٦هـ."),
}


def fill(connection):
    for slug, country, numbers in (("one", "EG", (1, 2)), ("two", "IQ", (3, 4, 5))):
        crawl = crawls.begin(connection, Outlet(slug, country=country, timezone="UTC", slug=slug))
        batch = [
            Article(
                url=f"https://{slug}.example/{n}",
                canonical_url=f"https://{slug}.example/{n}",
                headline=TEXTS[n][0],
                body=TEXTS[n][1],
                authors=["أحمد العلي"] if n == 2 else [],
                credits=[Credit(name="ليلى حسن", role="editor")] if n == 3 else [],
                section="الثقافة" if n in (2, 4) else None,
                published_at=NOW - timedelta(days=n),
            )
            for n in numbers
        ]
        articles.store(connection, crawl, [Submission(article=a) for a in batch])
        crawls.finish(connection, crawl)
    return connection


@pytest.fixture(scope="module")
def filled(shared_connection):
    """Two outlets and five articles, to be read only."""
    return fill(shared_connection)


@pytest.fixture
def own(connection):
    """The same in a database of the test's own."""
    return fill(connection)


def found(connection, query, **filters):
    hits = search.search(connection, query, **filters)
    return {int(hit.url.rsplit("/", 1)[1]) for hit in hits}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("مسئول", {1}),
        ("مسؤول", {1}),
        ("القاهره", {1}),
        ("قاهرة", {1}),
        ("بغداد", {2}),
        ("وزارة", {3, 5}),
        ('"وزارة الصحة"', {3}),
        ("«وزارة الصحة»", {3}),
        ("وزارة صحة", {3, 5}),
        ("وزارة -نقل", {3}),
        ('وزارة -"وزارة الصحة"', {5}),
        ("كتا*", {2, 4}),
        ("الليل", {4}),
        ("12.5", {1}),
        ("1446", set()),
        ("1446ه", {5}),
        ("لد", set()),
        ("ولد", {4}),
        ("كُتِب*", set()),
        ("", {1, 2, 3, 4, 5}),
        ("!!! ()", {1, 2, 3, 4, 5}),
        ("-بغداد", {1, 3, 4, 5}),
        ("' | & ! \\ : <-> بغداد", {2}),
        ("بغداد\x00", {2}),
    ],
)
def test_queries(filled, query, numbers):
    assert found(filled, query) == numbers


def test_filters(filled):
    assert found(filled, "", outlet="one") == {1, 2}
    assert found(filled, "", country="iq") == {3, 4, 5}
    assert found(filled, "", outlet="one", country="IQ") == set()
    assert found(filled, "", author="علي") == set()
    assert found(filled, "", author="العلى") == {2}
    assert found(filled, "", author="ليلى") == {3}
    assert found(filled, "", section="الثقافه") == {2, 4}
    assert found(filled, "", since=NOW - timedelta(days=2)) == {1, 2}
    assert found(filled, "", until=NOW - timedelta(days=4)) == {4, 5}
    assert [hit.article_id for hit in search.search(filled, "", order="time", limit=2)] == [1, 2]
    with pytest.raises(ValueError, match="order"):
        search.search(filled, "", order="x")


def test_headline_ranks_before_body(own):
    crawl = crawls.begin(own, Outlet("x", country="EG", timezone="UTC", slug="third"))
    later = Article(
        url="u", canonical_url="u", headline="ع", body=TEXTS[2][1] + " بغداد بغداد", published_at=NOW
    )
    articles.store(own, crawl, [Submission(article=later)])
    assert [hit.headline for hit in search.search(own, "بغداد")] == [TEXTS[2][0], "ع"]
    assert [hit.headline for hit in search.search(own, "بغداد", order="time")] == ["ع", TEXTS[2][0]]


def test_snippets_are_marked_in_the_text_as_printed(filled):
    (hit,) = search.search(filled, "قاهرة مسؤول")
    assert "".join(text for text, _ in hit.snippet) == TEXTS[1][1]
    assert [text for text, marked in hit.snippet if marked] == ["المسئولُ", "القــاهرة", "وبالقاهرة"]
    assert hit.headline_parts == [("المسؤول", True), (" يفتتح الجسر", False)]


def test_long_bodies_are_cut_around_the_matches(own):
    crawl = crawls.begin(own, Outlet("x", country="EG", timezone="UTC", slug="long"))
    body = "كلمة " * 300 + "الهدف المنشود هنا." + " كلمة" * 300
    articles.store(
        own, crawl, [Submission(article=Article(url="u", canonical_url="u", headline="ع", body=body))]
    )
    (hit,) = search.search(own, "منشود")
    assert hit.snippet[0] == ("… ", False)
    assert hit.snippet[-1] == (" …", False)
    assert ("المنشود", True) in hit.snippet


def test_sql_gives_the_same_answer_and_the_reader_may_ask(filled):
    with filled, filled.cursor() as cursor:
        cursor.execute("SELECT id FROM corpus.search('وزارة')")
        rows = [id_ for (id_,) in cursor.fetchall()]
    assert rows == [hit.article_id for hit in search.search(filled, "وزارة")]
    with filled, filled.cursor() as cursor:
        cursor.execute("SET ROLE akhbar_reader")
        cursor.execute("SELECT count(*) FROM corpus.search('وزارة', outlet => 'two')")
        assert cursor.fetchone() == (2,)
        for view in VIEWS:
            cursor.execute(f"SELECT * FROM corpus.{view}")
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM akhbar.articles",
        "DELETE FROM corpus.crawls",
        "UPDATE corpus.credits SET name = 'x'",
        "CREATE TABLE corpus.x (i int)",
        "CREATE TABLE public.x (i int)",
        "SELECT akhbar.search_query('x')",
        "SELECT akhbar.grant_reader()",
        "COPY (SELECT 1) TO '/tmp/x'",
    ],
)
def test_the_reader_may_nothing_else(filled, statement):
    refused = (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectNotInPrerequisiteState)
    with pytest.raises(refused), filled, filled.cursor() as cursor:
        cursor.execute("SET ROLE akhbar_reader")
        cursor.execute(statement)


def test_every_view_and_column_has_a_comment(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            WHERE n.nspname = 'corpus' AND c.relkind = 'v'
              AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)
            UNION ALL
            SELECT p.proname, NULL FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'corpus' AND obj_description(p.oid) IS NULL
            """
        )
        assert cursor.fetchall() == []


def test_show_an_article_with_its_versions(own):
    hit = search.search(own, "بغداد")[0]
    crawl = crawls.begin(own, Outlet("one", country="EG", timezone="UTC", slug="one"))
    edited = Article(
        url="https://one.example/amp/2",
        canonical_url="https://one.example/2",
        headline="بغداد تستضيف معرض الكتاب",
        body=TEXTS[2][1].replace("أمس", "اليوم"),
        published_at=NOW - timedelta(days=2),
    )
    assert articles.store(own, crawl, [Submission(article=edited)])[0].state == "revised"
    for reference in (
        hit.article_id,
        str(hit.article_id),
        "https://one.example/2",
        "https://one.example/amp/2",
    ):
        shown = search.show(own, reference)
        assert shown is not None
        assert shown.article["headline"] == "بغداد تستضيف معرض الكتاب"
    assert shown.article["authors"] == ["أحمد العلي"]
    assert shown.addresses == ["https://one.example/2", "https://one.example/amp/2"]
    assert shown.credits == [{"name": "أحمد العلي", "role": "writer"}]
    first, second = shown.revisions
    assert (first.changes, second.changes) == ([], ["headline", "body"])
    assert [(c.kind, c.text.strip()) for c in second.headline] == [
        ("same", "بغداد تستضيف"),
        ("removed", "المعرض"),
        ("added", "معرض الكتاب"),
    ]
    assert ("removed", "أمس") in [(c.kind, c.text.strip()) for c in second.body]
    assert search.show(own, 999_999) is None
    assert search.show(own, "https://nowhere.example/") is None
    assert search.show(own, "9" * 30) is None


def test_common_and_rare_words_are_told_apart_by_the_statistics(own):
    own.autocommit = True
    with own.cursor() as cursor:
        cursor.execute("ANALYZE akhbar.articles")
        cursor.execute("SELECT akhbar.note_common_words()")
        cursor.execute(
            "SELECT akhbar.word_share('وزارة'), akhbar.word_share('نادرة'), akhbar.word_share('وزار*')"
        )
        common, rare, prefix = cursor.fetchone()
    own.autocommit = False
    assert common > 0.3 and rare == 0 and prefix >= common
    assert found(own, "وزارة") == {3, 5} and found(own, "نادرة") == set()
