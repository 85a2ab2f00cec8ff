"""Search by spans of days or along words: whatever way it looks, it finds what reading every article finds."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from corpus import articles, crawls
from corpus.articles import Submission
from crawler.items import Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
ARTICLES = 900
YEARS = 5  # more than have a marker for each 32 days
OUTLETS = {"one": "EG", "two": "IQ", "three": "IQ", "four": "EG"}
SECTIONS = ("رياضة", "اقتصاد", None)

QUERIES = {
    "a word of nearly all": "w0",
    "a common word": "w5",
    "a rare word": "w160",
    "an unknown word": "لايوجد",
    "two common words": "w1 w2",
    "a common and a rare word": "w0 w150",
    "a phrase of common words": '"w0 w1"',
    "a phrase with a rare word": '"w0 w140"',
    "a phrase of three": '"w0 w1 w2"',
    "a phrase that ends in a beginning": '"w0 w1*"',
    "a beginning": "b3*",
    "a word without another": "w3 -w0",
    "a phrase without a phrase": '"w1 w0" -"w0 w1"',
    "no word": "",
}


@pytest.fixture(scope="module")
def words():
    chance = random.Random(4)
    made = {"".join(chance.choices("مصنعرتحخجدذرزسشطظغق", k=chance.randint(3, 6))): None for _ in range(200)}
    return list(made)


@pytest.fixture
def filled(connection, words):
    chance = random.Random(9)
    weights = [1 / (rank + 1) for rank in range(len(words))]
    crawl_of = {slug: crawls.begin(connection, Outlet(slug, country=country, timezone="UTC", slug=slug))
                for slug, country in OUTLETS.items()}  # fmt: skip
    batches = {slug: [] for slug in OUTLETS}
    for number in range(ARTICLES):
        # one outlet tells little, and of late; times are no order of storing
        slug = chance.choices(list(OUTLETS), (10, 6, 1, 8))[0]
        age = timedelta(minutes=chance.randrange(YEARS * 365 * 1440 if slug != "three" else 20 * 1440))
        body = chance.choices(words, weights, k=40)
        body[0] = chance.choice(("", "و", "ال", "بال")) + body[0]
        url = f"https://{slug}.example/{number}"
        batches[slug].append(
            Article(
                url=url, canonical_url=url, headline=f"خبر {number}", body=" ".join(body),
                section=chance.choice(SECTIONS), published_at=NOW - age, published_precision="minute",
            )
        )  # fmt: skip
    for slug, batch in batches.items():
        outcomes = articles.store(connection, crawl_of[slug], [Submission(article=a) for a in batch])
        assert {outcome.state for outcome in outcomes} == {"stored"}
        crawls.finish(connection, crawl_of[slug])
    connection.autocommit = True
    with connection.cursor() as cursor:
        # as of a corpus that is older than the column
        cursor.execute("UPDATE akhbar.articles SET pair_bits = NULL WHERE id % 3 = 0")
        cursor.execute("ANALYZE akhbar.articles")
        cursor.execute("SELECT akhbar.note_common_words()")
    connection.autocommit = False
    return connection


FILTERS = (
    {}, {"outlet": "one"}, {"outlet": "three"}, {"country": "IQ"}, {"section": "رياضة"}, {"outlet": "nowhere"},
    {"since": NOW - timedelta(days=400), "until": NOW - timedelta(days=200)}, {"until": NOW - timedelta(days=900)},
    {"country": "IQ", "section": "اقتصاد", "since": NOW - timedelta(days=100)},
    {"outlet": "one", "section": "رياضة"}, {"country": "EG", "section": "رياضة"},
    {"country": "EG", "since": NOW - timedelta(days=9_999)},
)  # fmt: skip

_READ_ALL = """
    SELECT a.id FROM akhbar.articles a JOIN akhbar.outlets o ON o.id = a.outlet_id
    WHERE (akhbar.search_query(%(query)s) IS NULL OR a.search @@ akhbar.search_query(%(query)s))
      AND (%(outlet)s IS NULL OR o.slug = %(outlet)s) AND (%(country)s IS NULL OR o.country = %(country)s)
      AND (%(section)s IS NULL OR a.section = %(section)s)
      AND (%(since)s::timestamptz IS NULL OR a.published_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR a.published_at <= %(until)s)
    ORDER BY a.published_at DESC, a.id LIMIT %(rows)s
"""
_SEARCH = """
    SELECT id FROM corpus.search(%(query)s, %(outlet)s, NULL, %(section)s, %(country)s, %(since)s, %(until)s,
                                 %(rows)s, 'time')
"""


def test_every_search_finds_the_newest_of_all_that_match(filled, words):
    found = 0
    with filled, filled.cursor() as cursor:
        for name, pattern in QUERIES.items():
            query = " ".join(pattern.split())
            for rank in sorted(range(len(words)), reverse=True):
                query = query.replace(f"w{rank}", words[rank]).replace(f"b{rank}", words[rank][:2])
            for filters in FILTERS:
                for rows in (5, 1_000):
                    values = dict.fromkeys(("outlet", "country", "section", "since", "until"))
                    values |= {"query": query, "rows": rows, **filters}
                    cursor.execute(_READ_ALL, values)
                    expected = cursor.fetchall()
                    cursor.execute(_SEARCH, values)
                    assert cursor.fetchall() == expected, (name, query, filters, rows)
                    found += len(expected)
    assert found > 5_000
