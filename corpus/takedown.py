"""Takedowns: articles that must go, and the tombstones that keep them from coming back.

What was taken down is gone from every table that holds text: articles, versions, credits, addresses, passages and
the headline that a source announced. What stays is the address in a tombstone (the ledger must know
what not to fetch), the takedown with its reason, and the place of the archived page until the archive
has erased it (`places_to_erase`, `mark_erased`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus import passages, stories
from corpus.articles import OUTLET_LOCK, TELLING_WORDS
from corpus.movements import write_movements
from corpus.text import mend, mend_url, url_hash
from corpus.transaction import Connection, Cursor, transaction


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
    """Where the archive holds a page that was taken down, as the ledger kept it."""

    tombstone: int
    url: str | None
    archive: Mapping[str, Any]


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
        if outlet_id is not None:
            cursor.execute("UPDATE akhbar.outlets SET taken_down = true WHERE id = %s", (outlet_id,))
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


def places_to_erase(connection: Connection, limit: int = 1000) -> list[Place]:
    """Archived pages of what was taken down that the archive has not erased yet, oldest first."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT id, url, archive FROM akhbar.tombstones WHERE archive IS NOT NULL AND erased_at IS NULL"
            " ORDER BY id LIMIT %s",
            (limit,),
        )
        return [Place(*row) for row in cursor.fetchall()]


def mark_erased(connection: Connection, tombstones: Sequence[int]) -> None:
    """Notes that the archive holds these pages no more."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.tombstones SET erased_at = now() WHERE id = ANY(%s)", (list(tombstones),)
        )


def _outlet_id(cursor: Cursor, outlet: str) -> int:
    cursor.execute("SELECT id FROM akhbar.outlets WHERE slug = %s", (outlet,))
    row = cursor.fetchone()
    if row is None:
        raise ValueError(f"the corpus has no outlet called {outlet!r}")
    return int(row[0])


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
