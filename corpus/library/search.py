"""The search page's questions: one page of what matches, and how many match by outlet and by day."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import psycopg2.errors

from corpus.library.answers import Answer, ask
from corpus.search import Query, cut_snippet, mark_matches, read_asked
from corpus.text import mend
from corpus.transaction import Cursor

COUNT_LIMIT = 5_000  # newest matches that are counted: a common word matches half the corpus
PAGE_ROWS = 20
_FILTERS = [field.name for field in fields(Query) if field.name != "query"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Query):
    """A search, and the order in which its articles are shown."""

    query: str = ""
    order: str = "rank"


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
