"""`corpus.as_of` gives the same answer for ever: after edits, re-readings, later originals and later crawls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from rensa import RMinHash

from corpus import articles, crawls, database
from corpus.articles import Submission
from crawler.arabic.letters import fold
from crawler.items import Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
TEXT = " ".join(f"كلمة{place} من النص" for place in range(40))


def sign(body: str) -> bytes:
    words = fold(body).split()
    minhash = RMinHash(num_perm=128, seed=1)
    minhash.update([" ".join(words[at : at + 2]) for at in range(len(words) - 1)])
    return b"".join(value.to_bytes(4, "little") for value in minhash.digest())


def keep(connection, slug, number=1, *, headline="عنوان", body=TEXT, hours=5, version="1"):
    crawl = crawls.begin(connection, Outlet(slug, country="IQ", timezone="UTC", slug=slug))
    url = f"https://{slug}.example/{number}"
    article = Article(
        url=url, canonical_url=url, headline=headline, body=body, published_at=NOW - timedelta(hours=hours),
        published_precision="minute", signature=sign(body), extractor_version=version,
    )  # fmt: skip
    (outcome,) = articles.store(connection, crawl, [Submission(article=article)])
    crawls.finish(connection, crawl)
    return outcome


def clock(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def as_of(connection, at):
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM corpus.as_of(%s) ORDER BY id", (at,))
        return cursor.fetchall()


def test_the_answer_for_a_time_never_changes(connection):
    before = clock(connection)
    keep(connection, "copier", hours=2)
    first = clock(connection)
    answers = {before: [], first: as_of(connection, first)}
    assert len(answers[first]) == 1

    keep(connection, "copier", headline="عنوان معدل", hours=2)  # an edit
    answers[at] = as_of(connection, at) if (at := clock(connection)) else []
    keep(connection, "origin", hours=9)  # found later, published earlier: the copier's original
    answers[at] = as_of(connection, at) if (at := clock(connection)) else []
    keep(
        connection, "copier", headline="عنوان", body=TEXT + "\n\nسطر قرأه القارئ الجديد", hours=2, version="2"
    )
    answers[at] = as_of(connection, at) if (at := clock(connection)) else []
    keep(connection, "copier", 2, body="نص آخر لا صلة له بما سبق")

    assert len({str(answer) for answer in answers.values()}) == len(answers)
    for at, answer in answers.items():
        assert as_of(connection, at) == answer
    with connection, connection.cursor() as cursor:
        columns = "headline, revision, copy_of"
        cursor.execute(f"SELECT {columns} FROM corpus.as_of(%s) WHERE outlet = 'copier'", (first,))
        assert cursor.fetchall() == [("عنوان", 1, None)]
        cursor.execute(
            f"SELECT {columns} FROM corpus.as_of(clock_timestamp()) WHERE outlet = 'copier' ORDER BY id"
        )
        (changed, _) = cursor.fetchall()
        assert changed[:2] == ("عنوان", 3)
        assert changed[2] is not None


def test_a_time_that_is_not_settled_is_refused(connection, database_url):
    keep(connection, "one")
    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState, match="future"):
        as_of(connection, datetime.now(UTC) + timedelta(days=1))
    writer = database.connect()
    with writer.cursor() as cursor:
        cursor.execute("UPDATE akhbar.revisions SET crawl_id = crawl_id")
        with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState, match="being written"):
            as_of(connection, clock(connection))
        assert as_of(connection, NOW - timedelta(days=1)) == []  # before that writer began
    writer.rollback()
    writer.close()
    assert len(as_of(connection, clock(connection))) == 1


def test_the_reader_may_ask_and_postgres_plans_into_it(connection):
    keep(connection, "one")
    with connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE akhbar_reader")
        cursor.execute("SELECT headline, story FROM corpus.as_of(clock_timestamp()) WHERE id = 1")
        assert len(cursor.fetchall()) == 1
        cursor.execute("EXPLAIN SELECT headline FROM corpus.as_of('2026-01-01') WHERE id = 1")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET ROLE")
    assert "Function Scan" not in plan
