"""Takedowns: articles that must go, and the tombstones that keep them from coming back.

What was taken down is gone from every table that holds text: articles, versions, credits, addresses, passages and
the headline that a source announced. What stays is the address in a tombstone (the ledger must know
what not to fetch), the takedown with its reason, and the place of the archived page until the archive
has erased it (`places_to_erase`, `outlets_to_erase`, `mark_erased`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg2

from corpus import passages, stories
from corpus.articles import OUTLET_LOCK, TELLING_WORDS
from corpus.movements import write_movements
from corpus.text import mend, mend_url, url_hash
from corpus.transaction import Connection, Cursor, is_outage, transaction
from corpus.unavailable import StorageUnavailable

_HOLD_TEXT = (
    "articles", "revisions", "credits", "addresses", "candidates", "signatures", "bands",
    "passages", "occurrences", "appended_passages",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Takedown:
    """What a takedown removed. `id` is None for one that was only tried out.

    `copies` are articles that stay although they copied one that went: (id, outlet, headline).
    """

    id: int | None
    articles: list[tuple[int, str, str]]
    addresses: int
    copies: list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was taken down and that the archive may hold, and where its page lies, as the ledger kept it.

    `outlet` is the slug of the outlet whose page it was.
    """

    tombstone: int
    outlet: str
    url: str
    archive: Mapping[str, Any] | None


def take_down(
    connection: Connection,
    *,
    why: str,
    urls: Sequence[str] = (),
    outlet: str | None = None,
    match: str | None = None,
    dry_run: bool = False,
) -> Takedown:
    """Removes the articles at `urls`, all of an `outlet` (slug), or all that `match` a search, for ever.

    Exactly one of the three is given. An address that the corpus does not know is closed all the same.
    `dry_run` only says what would go. Raises ValueError (nothing or too much named, an unknown outlet, a
    search without a word), StorageUnavailable.
    """
    if not why.strip():
        raise ValueError("a takedown needs its reason")
    if (bool(urls), outlet is not None, match is not None).count(True) != 1:
        raise ValueError("name either addresses, or an outlet, or a search")
    kind = "url" if urls else "outlet" if outlet is not None else "match"
    asked = mend("\n".join(urls) if urls else outlet or match or "")
    keys = {url_hash(mend_url(url)): mend_url(url) for url in urls}
    with transaction(connection) as cursor:
        outlet_id = _outlet_id(cursor, outlet) if outlet is not None else None
        if outlet_id is not None and not dry_run:
            _close_outlet(cursor, outlet_id)
        ids = _named(cursor, keys, outlet_id, match)
        found = _headlines(cursor, ids)
        copies = _headlines(cursor, _left_copies(cursor, ids))
        if dry_run:
            return Takedown(id=None, articles=found, addresses=len(keys), copies=copies)
        cursor.execute(
            "INSERT INTO akhbar.takedowns (kind, asked, why, articles, addresses) VALUES (%s, %s, %s, %s, 0)"
            " RETURNING id",
            (kind, asked, mend(why.strip()), len(ids)),
        )
        (takedown_id,) = cursor.fetchone()  # type: ignore[misc]
        _bury(cursor, takedown_id, ids, keys, outlet_id)
        _close(cursor, takedown_id)
        _remove(cursor, ids)
        cursor.execute(
            "UPDATE akhbar.takedowns t SET addresses = (SELECT count(*) FROM akhbar.tombstones b"
            " WHERE b.takedown_id = t.id AND b.url_hash IS NOT NULL) WHERE t.id = %s RETURNING t.addresses",
            (takedown_id,),
        )
        (addresses,) = cursor.fetchone()  # type: ignore[misc]
    return Takedown(id=takedown_id, articles=found, addresses=addresses, copies=copies)


def places_to_erase(connection: Connection) -> list[Place]:
    """Addresses of what was taken down that the archive has not erased yet, oldest first.

    Those of an outlet that went whole are not among them where its own folder holds them (`outlets_to_erase`).
    """
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT t.id, o.slug, t.url, t.archive FROM akhbar.tombstones t"
            " JOIN akhbar.outlets o ON o.id = t.outlet_id"
            " WHERE t.url_hash IS NOT NULL AND t.erased_at IS NULL"
            " AND (NOT o.taken_down OR NOT starts_with(t.archive ->> 'file', o.slug || '/')) ORDER BY t.id"
        )
        return [Place(*row) for row in cursor.fetchall()]


def outlets_to_erase(connection: Connection) -> list[str]:
    """The slugs of outlets that were taken down whole. Their folders of the archive go, and stay away."""
    with transaction(connection) as cursor:
        cursor.execute("SELECT slug FROM akhbar.outlets WHERE taken_down ORDER BY slug")
        return [slug for (slug,) in cursor.fetchall()]


def sources_of(connection: Connection, outlet: str) -> list[str]:
    """The addresses at which an outlet (slug) ever announced articles."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT s.url FROM akhbar.sources s JOIN akhbar.outlets o ON o.id = s.outlet_id WHERE o.slug = %s",
            (outlet,),
        )
        return [url for (url,) in cursor.fetchall()]


def sweep(connection: Connection) -> None:
    """Clears the pages of the tables, and the planner's statistics, of what was deleted. Outside a transaction.

    Rows that a transaction under way can still see stay for the server's own sweeping. Raises StorageUnavailable.
    """
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(f'akhbar.{table}' for table in _HOLD_TEXT)}")
    except psycopg2.Error as error:
        if connection.closed or is_outage(error):
            raise StorageUnavailable(f"The database went away: {error}.") from error
        raise
    finally:
        if not connection.closed:
            connection.autocommit = False


def mark_erased(connection: Connection, tombstones: Sequence[int] = (), *, outlet: str | None = None) -> None:
    """Notes that the archive holds these pages no more, or none of what an `outlet`'s folder held."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.tombstones SET erased_at = now() WHERE id = ANY(%s)", (list(tombstones),)
        )
        if outlet is not None:
            cursor.execute(
                "UPDATE akhbar.tombstones t SET erased_at = now() FROM akhbar.outlets o"
                " WHERE o.id = t.outlet_id AND o.slug = %s AND t.erased_at IS NULL"
                " AND t.url_hash IS NOT NULL AND coalesce(starts_with(t.archive ->> 'file', o.slug || '/'), true)",
                (outlet,),
            )


def _outlet_id(cursor: Cursor, outlet: str) -> int:
    cursor.execute("SELECT id FROM akhbar.outlets WHERE slug = %s", (outlet,))
    row = cursor.fetchone()
    if row is None:
        raise ValueError(f"the corpus has no outlet called {outlet!r}")
    return int(row[0])


def _close_outlet(cursor: Cursor, outlet_id: int) -> None:
    """No crawl of the outlet begins any more, and the one under way meets its fence at its next write.

    Before the lock of the outlet's writers, as they take theirs: first the crawl's row, then that lock.
    """
    cursor.execute("UPDATE akhbar.outlets SET taken_down = true WHERE id = %s", (outlet_id,))
    cursor.execute(
        "UPDATE akhbar.crawls SET state = 'died', finished_at = now()"
        " WHERE outlet_id = %s AND state = 'running'",
        (outlet_id,),
    )


def closed_hosts(connection: Connection) -> dict[str, str]:
    """The hosts of outlets that were taken down whole, and their slugs."""
    with transaction(connection) as cursor:
        cursor.execute("SELECT unnest(hosts), slug FROM akhbar.outlets WHERE taken_down")
        return dict(cursor.fetchall())


def _named(cursor: Cursor, keys: Mapping[bytes, str], outlet_id: int | None, match: str | None) -> list[int]:
    """The articles meant, with their outlets locked against writers until the transaction ends."""
    if keys:
        query = (
            "SELECT article_id FROM akhbar.addresses WHERE url_hash = ANY(%(keys)s) UNION"
            " SELECT article_id FROM akhbar.candidates WHERE url_hash = ANY(%(keys)s) AND article_id IS NOT NULL"
        )
    elif match is not None:
        cursor.execute(
            "SELECT akhbar.search_condition(%s, NULL, NULL, NULL, NULL, NULL, NULL)", (mend(match),)
        )
        (condition,) = cursor.fetchone()  # type: ignore[misc]
        if condition == "true":
            raise ValueError("the search has no word in it")
        query = f"SELECT a.id FROM akhbar.articles a WHERE {condition.replace('%', '%%')}"  # noqa: S608 - quoted by the server
    else:
        query = "SELECT id FROM akhbar.articles WHERE outlet_id = %(outlet)s"
    values = {"keys": list(keys), "outlet": outlet_id}
    cursor.execute(query, values)
    named = [id_ for (id_,) in cursor.fetchall()]
    cursor.execute("SELECT DISTINCT outlet_id FROM akhbar.articles WHERE id = ANY(%s) ORDER BY 1", (named,))
    for (id_,) in [*cursor.fetchall(), *([(outlet_id,)] if outlet_id is not None else [])]:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (OUTLET_LOCK, id_))
    cursor.execute(query, values)  # a writer may have added some before it let the outlet go
    return sorted(id_ for (id_,) in cursor.fetchall())


def _headlines(cursor: Cursor, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    cursor.execute(
        "SELECT a.id, o.slug, a.headline FROM akhbar.articles a JOIN akhbar.outlets o ON o.id = a.outlet_id"
        " WHERE a.id = ANY(%s) ORDER BY a.id",
        (list(ids),),
    )
    return [(int(id_), str(slug), str(headline)) for id_, slug, headline in cursor.fetchall()]


def _left_copies(cursor: Cursor, ids: Sequence[int]) -> list[int]:
    cursor.execute(
        "SELECT id FROM akhbar.articles WHERE id <> ALL(%(ids)s) AND story_id IN"
        " (SELECT story_id FROM akhbar.articles WHERE id = ANY(%(ids)s))",
        {"ids": list(ids)},
    )
    return [id_ for (id_,) in cursor.fetchall()]


def _bury(
    cursor: Cursor, takedown_id: int, ids: Sequence[int], keys: Mapping[bytes, str], outlet_id: int | None
) -> None:
    """Writes the tombstones: every address and telling text of the articles, and the addresses named."""
    cursor.execute(
        """
        INSERT INTO akhbar.tombstones (takedown_id, outlet_id, url, url_hash, archive)
        SELECT %(takedown)s, coalesce(c.outlet_id, d.outlet_id), coalesce(c.url, d.url),
               coalesce(c.url_hash, d.url_hash), c.archive
        FROM (SELECT * FROM akhbar.addresses WHERE article_id = ANY(%(ids)s)) d
        FULL JOIN (SELECT * FROM akhbar.candidates WHERE article_id = ANY(%(ids)s) OR url_hash = ANY(%(keys)s)
                   OR outlet_id = %(outlet)s) c
            ON c.outlet_id = d.outlet_id AND c.url_hash = d.url_hash
        """,
        {"takedown": takedown_id, "ids": list(ids), "keys": list(keys), "outlet": outlet_id},
    )
    cursor.execute(
        """
        INSERT INTO akhbar.tombstones (takedown_id, outlet_id, content_hash)
        SELECT DISTINCT %s::bigint, a.outlet_id, t.content_hash
        FROM akhbar.articles a,
             LATERAL (SELECT a.content_hash, a.word_count UNION
                      SELECT r.content_hash, r.word_count FROM akhbar.revisions r
                      WHERE r.article_id = a.id AND NOT r.present) AS t (content_hash, word_count)
        WHERE a.id = ANY(%s) AND t.word_count >= %s
        """,
        (takedown_id, list(ids), TELLING_WORDS),
    )
    for key, url in keys.items():  # for every outlet: it may be announced by one that does not know it yet
        cursor.execute(
            "INSERT INTO akhbar.tombstones (takedown_id, url, url_hash) VALUES (%s, %s, %s)",
            (takedown_id, url, key),
        )


def _close(cursor: Cursor, takedown_id: int) -> None:
    """Ends the ledger rows of the buried addresses, and forgets what was announced of them."""
    cursor.execute(
        """
        WITH buried AS (
            SELECT c.id, c.state FROM akhbar.candidates c
            WHERE c.url_hash IN (SELECT url_hash FROM akhbar.tombstones WHERE takedown_id = %(takedown)s)
              AND EXISTS (SELECT FROM akhbar.tombstones t WHERE t.takedown_id = %(takedown)s
                          AND t.url_hash = c.url_hash AND (t.outlet_id IS NULL OR t.outlet_id = c.outlet_id))
            ORDER BY c.id FOR UPDATE OF c
        )
        UPDATE akhbar.candidates c
        SET state = 'rejected', reason = 'takedown', detail = NULL, headline = NULL, etag = NULL,
            last_modified = NULL, next_check = NULL, article_id = NULL, archive = NULL
        FROM buried b WHERE c.id = b.id
        RETURNING c.outlet_id, b.state
        """,
        {"takedown": takedown_id},
    )
    moved: dict[int, dict[str, int]] = {}
    for outlet_id, state in cursor.fetchall():
        changes = moved.setdefault(outlet_id, {})
        changes[state] = changes.get(state, 0) - 1
        changes["rejected"] = changes.get("rejected", 0) + 1
    for outlet_id, changes in sorted(moved.items()):
        write_movements(cursor, outlet_id, None, changes)


def _remove(cursor: Cursor, ids: Sequence[int]) -> None:
    cursor.execute(
        "SELECT DISTINCT story_id FROM akhbar.articles WHERE id = ANY(%s) AND story_id IS NOT NULL",
        (list(ids),),
    )
    touched = [story for (story,) in cursor.fetchall()]
    cursor.execute(
        "SELECT article_id, signature FROM akhbar.signatures WHERE article_id = ANY(%s)", (list(ids),)
    )
    stories.forget(cursor, [(id_, bytes(signature)) for id_, signature in cursor.fetchall()])
    passages.forget(cursor, ids)
    cursor.execute("DELETE FROM akhbar.articles WHERE id = ANY(%s)", (list(ids),))
    stories.settle(cursor, touched)
