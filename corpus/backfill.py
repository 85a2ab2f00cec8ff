"""What the ledger knows of addresses that are counted, for a backfill by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from corpus.crawls import Crawl
from corpus.text import mend_url, url_hash
from corpus.transaction import Connection, transaction

# whether an address gave an article (None: not known yet, it waits or failed in a way that may pass), and its time
Met = tuple[bool | None, datetime | None]

_MET = """
    CASE WHEN a.id IS NOT NULL THEN true
         WHEN c.state IN ('pending', 'fetching', 'failed') THEN NULL ELSE false END, a.published_at
    FROM akhbar.candidates c LEFT JOIN akhbar.articles a ON a.id = c.article_id
    WHERE c.outlet_id = %(outlet)s
"""


def known_numbers(connection: Connection, crawl: Crawl, pattern: str, limit: int) -> dict[int, Met]:
    """The `limit` highest numbers of the outlet's addresses; `pattern` has the number as its group.

    Reads all addresses of the outlet. Raises StorageUnavailable.
    """
    with transaction(connection) as cursor:
        cursor.execute(
            f"SELECT substring(c.url FROM %(pattern)s)::bigint, {_MET} AND c.url ~ %(pattern)s"  # noqa: S608
            " ORDER BY 1 DESC, a.id DESC NULLS LAST LIMIT %(limit)s",
            {"pattern": pattern, "outlet": crawl.outlet_id, "limit": limit},
        )
        met: dict[int, Met] = {}
        for number, is_article, at in cursor.fetchall():
            met.setdefault(int(number), (is_article, at))
    return met


def met_addresses(connection: Connection, crawl: Crawl, urls: Sequence[str]) -> dict[str, Met]:
    """What became of these addresses of the outlet. Raises StorageUnavailable."""
    keys = {url_hash(mend_url(url)): url for url in urls}
    with transaction(connection) as cursor:
        cursor.execute(
            f"SELECT c.url_hash, {_MET} AND c.url_hash = ANY(%(keys)s)",
            {"outlet": crawl.outlet_id, "keys": list(keys)},
        )
        return {keys[bytes(key)]: (is_article, at) for key, is_article, at in cursor.fetchall()}
