"""Stories: who copied whom. Articles with the same or nearly the same text, over all outlets and crawls.

An article's MinHash signature is cut into bands; two articles that share a band meet, and are then
compared truly, by the words of their folded bodies. A copy is linked to its story and to the earliest
article of it, the original; an earlier one found later takes the original's place.

Measured on invented texts of 40 to 400 words with changed, dropped and added words (250 pairs a row), with
signatures over 2-word shingles: at 15 % of words edited the median Jaccard is .60 and the second
percentile .47, and 42 bands of 3 bring together .996 of the pairs (32 of 4: .964; 21 of 6: .62); none
of 79,800 unrelated pairs met. Over 3-word shingles 42 bands of 3 find .93 at 15 % and .99 at 10 %.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extras import execute_values

from corpus.transaction import Connection, Cursor, transaction
from crawler.arabic.letters import fold

TELLING_WORDS = 25  # shorter texts (flashes) are alike without being copies
SHINGLE_WORDS = 2
SAME_SHARE = 0.40  # Jaccard of shingles from which a text is a copy; see above
BANDS, ROWS = 42, 3
NUMBERS = 4  # texts with at least so many numbers each …
NUMBERS_SHARE = 0.5  # … of which they share less than this are two editions of one table, not copies
MEETINGS = 50  # candidates compared truly for each article, those with most bands in common
CROWD = 400  # a band that more articles share says boilerplate, and brings nobody together
BATCH = 100

_STORIES_LOCK = 1_634_428_004


@dataclass(frozen=True, slots=True)
class Link:
    """An article that turned out to belong to a story with others."""

    article_id: int
    story: int
    original: int
    similarity: float | None


@dataclass(slots=True)
class _Text:
    """What is compared of an article."""

    shingles: frozenset[str]
    numbers: frozenset[str]


@dataclass(slots=True)
class _Member:
    """An article of a story."""

    id: int
    at: datetime


def link_new(connection: Connection) -> list[Link]:
    """Links every article whose signature has not been looked at; returns those that joined a story.

    One linker works at a time (an advisory lock), so two workers that store two copies at once end in
    one story. A crash between storing and linking loses nothing: the next call finds the rows.
    Raises StorageUnavailable.
    """
    links: list[Link] = []
    while True:
        with transaction(connection) as cursor:
            cursor.execute("SELECT 1 FROM akhbar.signatures WHERE NOT linked LIMIT 1")
            if cursor.fetchone() is None:
                return links
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_STORIES_LOCK,))
            cursor.execute(
                "SELECT article_id, signature FROM akhbar.signatures WHERE NOT linked"
                " ORDER BY article_id LIMIT %s",
                (BATCH,),
            )
            rows = [(id_, bytes(signature)) for id_, signature in cursor.fetchall()]
            texts: dict[int, _Text] = {}
            for id_, signature in rows:
                if link := _link(cursor, id_, band_hashes(signature), texts):
                    links.append(link)
            cursor.execute(
                "UPDATE akhbar.signatures SET linked = true WHERE article_id = ANY(%s)",
                ([id_ for id_, _ in rows],),
            )


def band_hashes(signature: bytes) -> list[int]:
    """One signed 64-bit hash for each band of a signature (little-endian 32-bit numbers)."""
    width = 4 * ROWS
    return [
        int.from_bytes(
            hashlib.blake2b(signature[at : at + width], digest_size=8, salt=bytes([at // width])).digest(),
            "little",
            signed=True,
        )
        for at in range(0, min(len(signature) - width + 1, BANDS * width), width)
    ]


def similarity(one: str, other: str) -> float:
    """The share of word shingles that two bodies have in common (Jaccard), 0 for tables of other numbers."""
    return _similarity(_text(one), _text(other))


def _link(cursor: Cursor, id_: int, bands: Sequence[int], texts: dict[int, _Text]) -> Link | None:
    cursor.execute("DELETE FROM akhbar.bands WHERE article_id = %s", (id_,))
    met = _meet(cursor, id_, bands)
    execute_values(
        cursor,
        "INSERT INTO akhbar.bands (hash, article_id) VALUES %s",
        [(band, id_) for band in sorted(set(bands))],
        page_size=BANDS,
    )
    _read(cursor, [id_, *met], texts)
    if id_ not in texts:
        return None
    alike = [other for other in met if other in texts and _similarity(texts[id_], texts[other]) >= SAME_SHARE]
    if not alike:
        return None
    members = _join(cursor, [id_, *alike])
    original = min(members, key=lambda member: (member.at, member.id)).id
    _read(cursor, [member.id for member in members], texts)
    shares = {
        member.id: round(_similarity(texts[member.id], texts[original]), 4)
        for member in members
        if member.id != original
    }
    story = min(member.id for member in members)
    _write(cursor, story, original, shares)
    return Link(id_, story, original, shares.get(id_))


def _meet(cursor: Cursor, id_: int, bands: Sequence[int]) -> list[int]:
    cursor.execute(
        """
        SELECT met.article_id
        FROM unnest(%s::bigint[]) AS b (hash),
             LATERAL (SELECT article_id FROM akhbar.bands WHERE bands.hash = b.hash LIMIT %s) AS met
        WHERE met.article_id <> %s
        GROUP BY met.article_id ORDER BY count(*) DESC, met.article_id LIMIT %s
        """,
        (list(bands), CROWD, id_, MEETINGS),
    )
    return [other for (other,) in cursor.fetchall()]


def _read(cursor: Cursor, ids: Sequence[int], texts: dict[int, _Text]) -> None:
    missing = sorted(set(ids) - texts.keys())
    if missing:
        cursor.execute("SELECT id, body FROM akhbar.articles WHERE id = ANY(%s)", (missing,))
        texts.update((id_, _text(body)) for id_, body in cursor.fetchall())


def _text(body: str) -> _Text:
    words = fold(body).split()
    shingles = (" ".join(words[at : at + SHINGLE_WORDS]) for at in range(len(words) - SHINGLE_WORDS + 1))
    return _Text(frozenset(shingles), frozenset(word for word in words if word[0].isdigit()))


def _similarity(one: _Text, other: _Text) -> float:
    if min(len(one.numbers), len(other.numbers)) >= NUMBERS:
        shared = len(one.numbers & other.numbers) / len(one.numbers | other.numbers)
        if shared < NUMBERS_SHARE:
            return 0.0
    union = len(one.shingles | other.shingles)
    return len(one.shingles & other.shingles) / union if union else 0.0


def _join(cursor: Cursor, ids: Sequence[int]) -> list[_Member]:
    """Every article of the stories that these articles belong to.

    An article counts from its printed time; where only a day is printed, from the end of that day or
    from its first sight, whichever was earlier; where none is, from its first sight.
    """
    cursor.execute(
        """
        WITH named AS (SELECT id, story_id FROM akhbar.articles WHERE id = ANY(%s))
        SELECT a.id, CASE WHEN a.published_precision = 'minute' THEN a.published_at
                          WHEN a.published_at IS NULL THEN a.first_seen_at
                          ELSE least(a.published_at + interval '1 day', a.first_seen_at) END
        FROM akhbar.articles a
        WHERE a.id IN (SELECT id FROM named) OR a.story_id IN (SELECT story_id FROM named)
        ORDER BY a.id FOR UPDATE
        """,
        (list(ids),),
    )
    return [_Member(id_, at) for id_, at in cursor.fetchall()]


def _write(cursor: Cursor, story: int, original: int, shares: Mapping[int, float]) -> None:
    rows = [(original, None, None), *((id_, original, share) for id_, share in shares.items())]
    execute_values(
        cursor,
        """
        UPDATE akhbar.articles a SET story_id = v.story, copy_of = v.original, similarity = v.share
        FROM (VALUES %s) AS v (id, original, share, story)
        WHERE a.id = v.id
          AND (a.story_id, a.copy_of, a.similarity) IS DISTINCT FROM (v.story, v.original, v.share)
        """,
        [(*row, story) for row in rows],
        template="(%s::bigint, %s::bigint, %s::real, %s::bigint)",
        page_size=len(rows),
    )
