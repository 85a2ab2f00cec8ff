"""What the web page shows, read from the corpus views; every answer comes with the SQL that gave it.

Nothing here writes: a `Library` hands out read-only connections in the role akhbar_reader, with a time
limit for each question. Values reach the server as parameters only, and the SQL of an answer is the
very statement that was run, with its values in place.
"""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg2
import psycopg2.errors
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from corpus.database import connect, is_embedded
from corpus.health import FIELDS, Fill
from corpus.search import cut_snippet, mark_matches, read_asked
from corpus.text import mend
from corpus.transaction import Connection, Cursor, is_outage
from corpus.unavailable import StorageUnavailable

ROLE = "akhbar_reader"
CONNECTIONS = 6
WAIT_SECONDS = 10.0  # for a connection that is free
ANSWER_SECONDS = 5.0
COUNT_LIMIT = 5_000  # newest matches that are counted: a common word matches half the corpus
PAGE_ROWS = 20
VERSIONS = 200
COPIES = 200
# what a field's fall is judged by, as `akhbar status` does (corpus/health.py)
_LATE, _BEFORE = timedelta(days=1), timedelta(days=14)
LEAST_ARTICLES = 20  # a share of fewer says nothing
_HAS = {"authors": "a.authors <> '{}'"}


class TooSlow(Exception):  # noqa: N818 - a state of things, not a fault
    """The answer took longer than its time limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a question, and the statement that gives them."""

    rows: list[dict[str, Any]]
    sql: str

    @property
    def first(self) -> dict[str, Any] | None:
        return self.rows[0] if self.rows else None

    def by(self, column: str) -> dict[Any, dict[str, Any]]:
        """The rows by what stands in a column."""
        return {row[column]: row for row in self.rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A search: the query and its filters, as `corpus.search` takes them."""

    query: str = ""
    outlet: str | None = None
    author: str | None = None
    section: str | None = None
    country: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: str = "rank"


class Library:
    """A few connections to the corpus that can only read, each lent to one reader at a time."""

    def __init__(self, size: int = CONNECTIONS) -> None:
        self._free: list[Connection] = []
        self._places = threading.BoundedSemaphore(size)

    def open(self) -> None:
        """Connects once, to fail early. A given database is not migrated: reading must not change it.

        Raises StorageUnavailable where the database is away, or has no corpus that this user may read.
        """
        with self.reading() as cursor:
            cursor.execute("SELECT to_regclass('corpus.articles') IS NOT NULL")
            (found,) = cursor.fetchone()  # type: ignore[misc]
        if not found:
            raise StorageUnavailable("the database holds no corpus; `akhbar db migrate` makes one")

    def close(self) -> None:
        """Closes the connections that are free."""
        while self._free:
            self._free.pop().close()

    @contextmanager
    def reading(self, seconds: float = ANSWER_SECONDS) -> Iterator[Cursor]:
        """A cursor in a read-only transaction that sees one state of the corpus throughout.

        Raises TooSlow where a statement takes longer than `seconds`, StorageUnavailable for an outage or
        where no connection becomes free.
        """
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise StorageUnavailable("too many readers at once")
        try:
            connection = self._ready(int(seconds * 1000))
            try:
                with connection, connection.cursor() as cursor:
                    yield cursor
            except psycopg2.errors.QueryCanceled as error:
                raise TooSlow from error
            except psycopg2.Error as error:
                if connection.closed or is_outage(error):
                    connection.close()
                    raise StorageUnavailable("The database went away.") from error
                raise
            finally:
                if not connection.closed:
                    self._free.append(connection)
        finally:
            self._places.release()

    def _ready(self, milliseconds: int) -> Connection:
        """A connection that answers, inside a new transaction."""
        while self._free:
            connection = self._free.pop()
            try:
                _limit(connection, milliseconds)
            except psycopg2.Error:  # the server was restarted since
                connection.close()
            else:
                return connection
        connection = _connect()
        _limit(connection, milliseconds)
        return connection


def _connect() -> Connection:
    connection = connect(application="akhbar web", migrated=is_embedded())
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {ROLE}")
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.InvalidParameterValue):
        pass  # no such role, or not ours to take: the transactions are read-only all the same
    connection.autocommit = False
    return connection


def _limit(connection: Connection, milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
            (str(milliseconds), str(milliseconds)),
        )


def ask(cursor: Cursor, sql: str, values: Mapping[str, Any] | None = None) -> Answer:
    """The answer to `sql` with its `values` as parameters."""
    statement = cursor.mogrify(textwrap.dedent(sql).strip(), mend(dict(values or {})))
    cursor.execute(statement)
    names = [column.name for column in cursor.description or ()]
    return Answer([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], statement.decode())


# ── search ──────────────────────────────────────────────────────────────────────────────────────────────

_FILTERS = ("outlet", "author", "section", "country", "since", "until")


def _call(wanted: Wanted) -> str:
    """The call of `corpus.search` with the filters that are set."""
    filters = "".join(f"{name} => %({name})s, " for name in _FILTERS if getattr(wanted, name) is not None)
    return f"corpus.search(%(query)s, {filters}max_rows => %(rows)s, order_by => %(order)s)"


def find(cursor: Cursor, wanted: Wanted, page: int = 1) -> tuple[Answer, bool]:
    """One page of the articles that match, and whether there are more.

    The rows have `headline_parts` and `snippet`: pieces of printed text, each with whether it matches.
    """
    answer = ask(
        cursor,
        f"""
        SELECT found.id, a.outlet, a.headline, a.lead, left(a.body, 20000) AS body, a.authors, a.agency, a.section,
               a.published_at, a.published_precision, a.timezone_assumed, a.first_seen_at, a.revision, a.story,
               a.copy_of, a.language
        FROM {_call(wanted)}
             WITH ORDINALITY AS found (id, outlet, headline, published_at, canonical_url, rank, place)
        JOIN corpus.articles a ON a.id = found.id
        WHERE place > %(skip)s ORDER BY place
        """,  # noqa: S608 - put together from constants
        {**asdict(wanted), "rows": page * PAGE_ROWS + 1, "skip": (page - 1) * PAGE_ROWS},
    )
    rows = answer.rows[:PAGE_ROWS]
    asked = _asked_words(cursor, wanted.query)
    for row in rows:
        lead, body = row.pop("lead"), row.pop("body")
        text = body if not lead or body.startswith(lead) else f"{lead}\n\n{body}"
        row["headline_parts"] = mark_matches(row["headline"], asked) if asked else [(row["headline"], False)]
        row["snippet"] = cut_snippet(text, asked) if asked else [(text[:240], False)]
    return Answer(rows, answer.sql), len(answer.rows) > PAGE_ROWS


def _asked_words(cursor: Cursor, query: str) -> Any:
    """The words to be marked; None where the login may read the views alone."""
    cursor.execute("SAVEPOINT words")
    try:
        cursor.execute("SET LOCAL ROLE NONE")
        return read_asked(cursor, mend(query))
    except psycopg2.errors.InsufficientPrivilege:
        return None
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT words")


def count_by_outlet_and_day(cursor: Cursor, wanted: Wanted, zone: str) -> Answer:
    """How many match per outlet, per day in `zone`, and in all: of the newest `COUNT_LIMIT` matches.

    A row has either `outlet` or `day` (which is empty for articles without a date), or neither: the sum.
    """
    return ask(
        cursor,
        f"""
        WITH matches AS (
            SELECT outlet_slug AS outlet, (published_at AT TIME ZONE %(zone)s)::date AS day
            FROM {_call(wanted)}
        )
        SELECT outlet, day, count(*) AS articles, grouping(outlet, day) AS kind
        FROM matches GROUP BY GROUPING SETS ((outlet), (day), ())
        ORDER BY kind, articles DESC, outlet, day
        """,  # noqa: S608 - put together from constants
        {**asdict(wanted), "order": "time", "rows": COUNT_LIMIT, "zone": zone},
    )


# ── one article, one story ──────────────────────────────────────────────────────────────────────────────


def read_article(cursor: Cursor, id_: int) -> Answer:
    """The article of a number, in its present form."""
    return ask(cursor, "SELECT * FROM corpus.articles WHERE id = %(id)s", {"id": id_})


def read_credits(cursor: Cursor, id_: int) -> Answer:
    """Who is credited in an article, in the order of its byline."""
    return ask(
        cursor,
        "SELECT name, role FROM corpus.credits WHERE article = %(id)s ORDER BY position",
        {"id": id_},
    )


def read_reprints(cursor: Cursor, id_: int) -> Answer:
    """Paragraphs of an article that stood in an earlier one, and where."""
    return ask(
        cursor,
        """
        SELECT paragraph, first_article, first_outlet, first_paragraph, hours_behind
        FROM corpus.reprints WHERE article = %(id)s ORDER BY paragraph LIMIT 100
        """,
        {"id": id_},
    )


def list_versions(cursor: Cursor, id_: int) -> Answer:
    """The versions of an article, the newest first, without their texts."""
    return ask(
        cursor,
        """
        SELECT revision, seen_at, changes, present, word_count, crawl, extractor_version
        FROM corpus.revisions WHERE article = %(id)s ORDER BY seen_at DESC, revision DESC LIMIT %(limit)s
        """,
        {"id": id_, "limit": VERSIONS},
    )


def read_versions(cursor: Cursor, id_: int, numbers: tuple[int, int]) -> Answer:
    """Two versions of an article whole, the earlier first."""
    return ask(
        cursor,
        "SELECT * FROM corpus.revisions WHERE article = %(id)s AND revision = ANY(%(numbers)s)"
        " ORDER BY seen_at, revision",
        {"id": id_, "numbers": list(numbers)},
    )


def read_story(cursor: Cursor, story: int) -> Answer:
    """A cluster of copies; no row where the story is a single article."""
    return ask(cursor, "SELECT * FROM corpus.stories WHERE story = %(story)s", {"story": story})


def list_members(cursor: Cursor, story: int) -> Answer:
    """The articles of a story in the order of time, with what each has in common with the original."""
    return ask(
        cursor,
        """
        SELECT a.id, a.outlet, a.headline, a.published_at, a.published_precision, a.timezone_assumed,
               a.first_seen_at, coalesce(a.published_at, a.first_seen_at) AS at, a.copy_of, a.similarity,
               a.agency, a.word_count, a.language
        FROM corpus.articles a WHERE a.story = %(story)s
        ORDER BY at, a.id LIMIT %(limit)s
        """,
        {"story": story, "limit": COPIES},
    )


def list_stories(cursor: Cursor, limit: int = 50) -> Answer:
    """The stories with the newest copies, these first."""
    return ask(
        cursor,
        """
        WITH newest AS (
            SELECT story FROM corpus.articles WHERE copy_of IS NOT NULL
            ORDER BY coalesce(published_at, first_seen_at) DESC LIMIT 500
        )
        SELECT s.* FROM corpus.stories s WHERE s.story = ANY(ARRAY(SELECT story FROM newest))
        ORDER BY s.last_at DESC LIMIT %(limit)s
        """,
        {"limit": limit},
    )


# ── outlets, crawls, coverage ───────────────────────────────────────────────────────────────────────────


def list_outlets(cursor: Cursor) -> Answer:
    """The outlets, for choosing and for their zones."""
    return ask(cursor, "SELECT outlet, name, country, timezone FROM corpus.outlets ORDER BY outlet")


def list_health(cursor: Cursor, outlet: str | None = None) -> Answer:
    """Each outlet (or one) with its articles and its latest crawl."""
    return ask(
        cursor,
        """
        SELECT o.outlet, o.name, o.country, o.timezone, o.hosts, o.added_at, o.articles, c.crawl, c.state,
               c.verdict, c.started_at, c.finished_at, c.counts
        FROM corpus.outlets o LEFT JOIN corpus.crawls c ON c.outlet = o.outlet AND c.started_at = o.last_crawl_at
        WHERE %(outlet)s::text IS NULL OR o.outlet = %(outlet)s
        ORDER BY o.outlet
        """,
        {"outlet": outlet},
    )


def read_schedule(cursor: Cursor, outlet: str | None = None) -> Answer:
    """When each outlet (or one) is crawled next."""
    return ask(
        cursor,
        """
        SELECT outlet, state, every, due_at, priority, started_at, ended_at, status, tries, note
        FROM corpus.schedule WHERE %(outlet)s::text IS NULL OR outlet = %(outlet)s ORDER BY outlet
        """,
        {"outlet": outlet},
    )


def count_fields(cursor: Cursor, outlet: str | None = None) -> Answer:
    """How many articles of each outlet (or of one) have a field: of the last day, and of the two weeks before."""
    counts = ",\n               ".join(
        f"count(*) FILTER (WHERE late AND {has}) AS {name}_late, "
        f"count(*) FILTER (WHERE NOT late AND {has}) AS {name}_before"
        for name, has in ((name, _HAS.get(name, f"a.{name} IS NOT NULL")) for name in FIELDS)
    )
    return ask(
        cursor,
        f"""
        SELECT a.outlet, count(*) FILTER (WHERE late) AS late, count(*) FILTER (WHERE NOT late) AS before,
               {counts}
        FROM corpus.articles a
        CROSS JOIN LATERAL (SELECT a.first_seen_at > now() - %(recent)s AS late) period
        WHERE a.first_seen_at > now() - %(before)s AND (%(outlet)s::text IS NULL OR a.outlet = %(outlet)s)
        GROUP BY a.outlet ORDER BY a.outlet
        """,  # noqa: S608 - put together from constants
        {"outlet": outlet, "recent": _LATE, "before": _BEFORE},
    )


def fill_of(row: Mapping[str, Any] | None) -> dict[str, Fill]:
    """The share of articles that have each field, by a row of `count_fields`; empty for no row."""
    if row is None:
        return {}

    def share(name: str, period: str) -> float | None:
        total = int(row[period])
        return row[f"{name}_{period}"] / total if total >= LEAST_ARTICLES else None

    return {name: Fill(share(name, "late"), share(name, "before")) for name in FIELDS}


def count_days(cursor: Cursor, days: int, outlet: str | None = None) -> Answer:
    """Articles per outlet and day of publication (in the outlet's zone) of the last `days` days."""
    return ask(
        cursor,
        """
        SELECT a.outlet, (coalesce(a.published_at, a.first_seen_at) AT TIME ZONE o.timezone)::date AS day,
               count(*) AS articles
        FROM corpus.articles a JOIN corpus.outlets o ON o.outlet = a.outlet
        WHERE coalesce(a.published_at, a.first_seen_at) >= now() - make_interval(days => %(days)s)
          AND (%(outlet)s::text IS NULL OR a.outlet = %(outlet)s)
        GROUP BY 1, 2
        """,
        {"days": days, "outlet": outlet},
    )


def list_crawls(
    cursor: Cursor, *, outlet: str | None = None, before: int | None = None, limit: int = 50
) -> Answer:
    """Crawls, the newest first, of those with a number below `before`."""
    return ask(
        cursor,
        """
        SELECT c.crawl, c.outlet, c.state, c.verdict, c.started_at, c.finished_at, c.counts
        FROM corpus.crawls c
        WHERE (%(outlet)s::text IS NULL OR c.outlet = %(outlet)s)
          AND (%(before)s::bigint IS NULL OR c.crawl < %(before)s)
        ORDER BY c.crawl DESC LIMIT %(limit)s
        """,
        {"outlet": outlet, "before": before, "limit": limit},
    )


def read_crawl(cursor: Cursor, crawl: int) -> Answer:
    """One crawl."""
    return ask(cursor, "SELECT * FROM corpus.crawls WHERE crawl = %(crawl)s", {"crawl": crawl})


_STATES = """sum(discovered)::bigint AS discovered, sum(stored)::bigint AS stored,
               sum(unchanged)::bigint AS unchanged, sum(duplicate)::bigint AS duplicate,
               sum(rejected)::bigint AS rejected, sum(failed)::bigint AS failed, sum(pending)::bigint AS pending"""


def sum_coverage(cursor: Cursor, since: date, until: date) -> Answer:
    """The ledger's sum per outlet, of the addresses discovered from `since` to `until`, both included."""
    return ask(
        cursor,
        f"""
        SELECT outlet, {_STATES}
        FROM corpus.coverage WHERE day BETWEEN %(since)s AND %(until)s
        GROUP BY outlet ORDER BY outlet
        """,  # noqa: S608 - put together from constants
        {"since": since, "until": until},
    )


def list_coverage(cursor: Cursor, outlet: str, since: date, until: date) -> Answer:
    """The ledger's sum of one outlet per day of discovery, the newest first."""
    return ask(
        cursor,
        """
        SELECT day, discovered, stored, unchanged, duplicate, rejected, failed, pending
        FROM corpus.coverage WHERE outlet = %(outlet)s AND day BETWEEN %(since)s AND %(until)s
        ORDER BY day DESC
        """,
        {"outlet": outlet, "since": since, "until": until},
    )
