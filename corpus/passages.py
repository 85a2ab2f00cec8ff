"""Passages: every telling paragraph is remembered by the hash of its folded text.

A passage in an earlier article is a reprint (`corpus.reprints`); one on many pages of an outlet is its
furniture, which the reader then leaves out. A passage seen more often than `CROWD` times on one outlet
is only counted on, so that nothing grows with every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from psycopg2.extras import execute_values

from corpus.transaction import Connection, Cursor, transaction
from crawler.arabic.letters import fold

TELLING_WORDS = 12  # shorter paragraphs recur in articles that have nothing to do with each other
CROWD = 20
FURNITURE_SEEN = 20  # articles of one outlet; background paragraphs of a running story recur less often


def passage_hashes(body: str) -> list[tuple[int, int]]:
    """(paragraph from 1, 64-bit hash) of each telling paragraph; a repeated one where it first stands."""
    found: dict[int, int] = {}
    for paragraph, text in enumerate(body.split("\n\n"), 1):
        folded = fold(text)
        if folded.count(" ") + 1 >= TELLING_WORDS:
            found.setdefault(_hash(folded), min(paragraph, 32_767))
    return [(paragraph, hash_) for hash_, paragraph in found.items()]


def remember(cursor: Cursor, outlet_id: int, articles: Sequence[tuple[int, str]]) -> None:
    """Counts and keeps the passages of (article, body) pairs of one outlet, within an open transaction."""
    occurrences = [
        (hash_, id_, paragraph) for id_, body in articles for paragraph, hash_ in passage_hashes(body)
    ]
    if not occurrences:
        return
    counts: dict[int, int] = {}
    for hash_, _, _ in occurrences:
        counts[hash_] = counts.get(hash_, 0) + 1
    seen = dict(
        execute_values(
            cursor,
            "INSERT INTO akhbar.passages AS p (outlet_id, hash, seen) VALUES %s"
            " ON CONFLICT (outlet_id, hash) DO UPDATE SET seen = p.seen + EXCLUDED.seen RETURNING hash, seen",
            [(outlet_id, hash_, counts[hash_]) for hash_ in sorted(counts)],
            page_size=len(counts),
            fetch=True,
        )
    )
    kept = sorted(row for row in occurrences if seen[row[0]] <= CROWD)
    if kept:
        execute_values(
            cursor,
            "INSERT INTO akhbar.occurrences (hash, article_id, paragraph) VALUES %s ON CONFLICT DO NOTHING",
            kept,
            page_size=len(kept),
        )


def furniture(connection: Connection, outlet: str) -> frozenset[int]:
    """The hashes of the paragraphs that recur on an outlet (slug), for `crawler.extraction.reader.read`."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT p.hash FROM akhbar.passages p JOIN akhbar.outlets o ON o.id = p.outlet_id"
            " WHERE o.slug = %s AND p.seen >= %s",
            (outlet, FURNITURE_SEEN),
        )
        return frozenset(hash_ for (hash_,) in cursor.fetchall())


def _hash(folded: str) -> int:
    # the same as the reader's `crawler.extraction.body`, which this room may not import
    return int.from_bytes(blake2b(folded.encode(), digest_size=8).digest(), "big", signed=True)
