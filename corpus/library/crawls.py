"""Crawls, and the ledger's sum of what they discovered."""

from __future__ import annotations

from datetime import date

from corpus.library.answers import Answer, ask
from corpus.transaction import Cursor

_STATES = """sum(discovered)::bigint AS discovered, sum(stored)::bigint AS stored,
               sum(unchanged)::bigint AS unchanged, sum(duplicate)::bigint AS duplicate,
               sum(rejected)::bigint AS rejected, sum(failed)::bigint AS failed, sum(pending)::bigint AS pending"""


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
