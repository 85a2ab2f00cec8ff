"""Passages: every telling paragraph is remembered by the hash of its folded text.

A passage in an earlier article is a reprint (`corpus.reprints`); one on many pages of an outlet is its
furniture, which the reader then leaves out. A passage seen more often than `CROWD` times on one outlet
is only counted on, so that nothing grows with every page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from psycopg2.extras import execute_values

from corpus.bulk import integers
from corpus.transaction import Connection, Cursor, transaction
from crawler.arabic.letters import fold_paragraphs

TELLING_WORDS = 12  # shorter paragraphs recur in articles that have nothing to do with each other
CROWD = 20
FURNITURE_SEEN = 20  # articles of one outlet; background paragraphs of a running story recur less often


def passage_hashes(paragraphs: Sequence[str]) -> list[tuple[int, int]]:
    """(paragraph from 1, 64-bit hash) of each telling folded paragraph; a repeated one where it first stands."""
    found: dict[int, int] = {}
    for paragraph, folded in enumerate(paragraphs, 1):
        if folded.count(" ") + 1 >= TELLING_WORDS:
            found.setdefault(_hash(folded), min(paragraph, 32_767))
    return [(paragraph, hash_) for hash_, paragraph in found.items()]


@dataclass(frozen=True, slots=True)
class Printed:
    """What an article prints: its folded paragraphs and the stories below it.

    `is_new`: not seen before in any version.
    """

    article_id: int
    paragraphs: Sequence[str]
    appended: Sequence[str]
    is_new: bool = True


def remember(cursor: Cursor, outlet_id: int, printed: Sequence[Printed]) -> None:
    """Counts and keeps the passages of articles of one outlet, within an open transaction.

    An article's later version counts only what it adds: a text edited often is no furniture.
    """
    occurrences = [
        (hash_, text.article_id, paragraph)
        for text in printed
        for paragraph, hash_ in passage_hashes(text.paragraphs)
    ]
    known = _take_back(cursor, [text.article_id for text in printed if not text.is_new])
    if occurrences:
        counts = Counter(hash_ for hash_, id_, _ in occurrences if (hash_, id_) not in known)
        seen = _count(cursor, outlet_id, counts) if counts else {}
        _keep(cursor, outlet_id, sorted(row for row in occurrences if seen.get(row[0], 0) <= CROWD))
    appended = sorted(
        {
            (text.article_id, story, hash_)
            for text in printed
            for story, body in enumerate(text.appended, 1)
            for _, hash_ in passage_hashes(fold_paragraphs(body))
        }
    )
    if appended:
        execute_values(
            cursor,
            "INSERT INTO akhbar.appended_passages (article_id, story, hash) VALUES %s",
            appended,
            page_size=len(appended),
        )


def forget(cursor: Cursor, article_ids: Sequence[int]) -> None:
    """Takes the passages of articles away, counts too, before the articles go."""
    cursor.execute(
        """
        WITH gone AS (
            DELETE FROM akhbar.occurrences WHERE article_id = ANY(%(ids)s) RETURNING hash, article_id
        ),
        counted AS (
            SELECT a.outlet_id, g.hash, count(*) AS n FROM gone g JOIN akhbar.articles a ON a.id = g.article_id
            GROUP BY 1, 2
        ),
        less AS (
            UPDATE akhbar.passages p SET seen = p.seen - c.n FROM counted c
            WHERE p.outlet_id = c.outlet_id AND p.hash = c.hash AND p.seen > c.n RETURNING p.hash
        )
        DELETE FROM akhbar.passages p USING counted c
        WHERE p.outlet_id = c.outlet_id AND p.hash = c.hash AND p.seen <= c.n
        """,
        {"ids": list(article_ids)},
    )
    cursor.execute("DELETE FROM akhbar.appended_passages WHERE article_id = ANY(%s)", (list(article_ids),))


def _take_back(cursor: Cursor, article_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Removes what earlier versions of articles left; returns those (hash, article)."""
    if not article_ids:
        return set()
    cursor.execute("DELETE FROM akhbar.appended_passages WHERE article_id = ANY(%s)", (list(article_ids),))
    cursor.execute(
        "DELETE FROM akhbar.occurrences WHERE article_id = ANY(%s) RETURNING hash, article_id",
        (list(article_ids),),
    )
    return set(cursor.fetchall())


def _count(cursor: Cursor, outlet_id: int, counts: Mapping[int, int]) -> dict[int, int]:
    """Adds to how many articles of an outlet print each passage; returns the sums of those that more than one does.

    Nearly every passage stands in one article, which its occurrence tells; a sum is kept from the second on.
    """
    hashes = sorted(counts)  # one order for all writers: no deadlock
    cursor.execute(
        """
        WITH earlier AS (
            SELECT hash, max(seen) AS seen FROM (
                SELECT p.hash, p.seen FROM akhbar.passages p
                WHERE p.outlet_id = %(outlet)s AND p.hash = ANY(%(hashes)s::bigint[])
                UNION ALL
                SELECT x.hash, count(*) FROM akhbar.occurrences x
                WHERE x.outlet_id = %(outlet)s AND x.hash = ANY(%(hashes)s::bigint[]) GROUP BY 1
            ) known GROUP BY 1
        )
        INSERT INTO akhbar.passages AS p (outlet_id, hash, seen)
        SELECT %(outlet)s, c.hash, coalesce(e.seen, 0) + c.n
        FROM unnest(%(hashes)s::bigint[], %(counts)s::integer[]) AS c (hash, n) LEFT JOIN earlier e USING (hash)
        WHERE coalesce(e.seen, 0) + c.n > 1 ORDER BY c.hash
        ON CONFLICT (outlet_id, hash) DO UPDATE SET seen = EXCLUDED.seen RETURNING hash, seen
        """,
        {
            "outlet": outlet_id,
            "hashes": integers(hashes),
            "counts": integers(counts[hash_] for hash_ in hashes),
        },
    )
    return dict(cursor.fetchall())


def _keep(cursor: Cursor, outlet_id: int, occurrences: Sequence[tuple[int, int, int]]) -> None:
    cursor.execute(
        "INSERT INTO akhbar.occurrences (hash, article_id, paragraph, outlet_id)"
        " SELECT *, %s FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[]) ON CONFLICT DO NOTHING",
        (outlet_id, *(integers(row[column] for row in occurrences) for column in range(3))),
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
