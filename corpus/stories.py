"""Stories: who copied whom. Articles with the same or nearly the same text, over all outlets and crawls.

An article's MinHash signature is cut into bands; two articles that share a band meet. Those whose
signatures promise enough are compared truly, by the words of their folded bodies. A copy is linked to
its story and to the earliest article of it, the original; an earlier one found later takes its place.

The numbers below come from `python -m tests.benchmarks.corpus`, which prints recall by share of changed words, and
precision over what is alike and no copy.
"""

from __future__ import annotations

import logging
import math
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise

from psycopg2.extras import execute_values

from corpus.bulk import copy_rows, integers
from corpus.transaction import Connection, Cursor, in_transaction, transaction
from crawler.arabic.letters import fold

TELLING_WORDS = 25  # shorter texts (flashes) are alike without being copies
SAME_SHARE = 0.40  # Jaccard of 2-word shingles from which a text is a copy
PROMISED_SHARE = 0.25  # estimated by the signature, 3.5 standard errors below: not worth a true comparison
BANDS, ROWS = 42, 3
NUMBERS = 4  # of texts with at least so many numbers each, the numbers are compared too
MEETINGS = 50  # candidates compared truly for each article, those with most bands in common
CROWD = 400  # articles of one band that are met: a story of more is found by those
BATCH = 200
REBUILD_BATCH = 2_000
REBUILD_SECONDS = 10.0  # of one call; a crawl that finds the bands gone gives them no more at a time

logger = logging.getLogger(__name__)

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

    shingles: frozenset[tuple[str, str]]
    words: Counter[str]
    numbers: list[str]


@dataclass(slots=True)
class _Member:
    """An article that may belong to a story, as it stands."""

    id: int
    story: int | None
    original: int | None
    at: datetime


def link_new(connection: Connection, folded: Mapping[int, str] | None = None) -> list[Link]:
    """Links every article whose signature has not been looked at; returns those that joined a story.

    `folded` may hold folded bodies that are at hand. One linker works at a time (an advisory lock), so two
    workers that store two copies at once end in one story. A crash between storing and linking loses
    nothing: the next call finds the rows. Raises StorageUnavailable.
    """
    links: list[Link] = []
    while True:
        with transaction(connection) as cursor:
            cursor.execute(
                "SELECT (SELECT below FROM akhbar.bands_state), EXISTS (SELECT FROM akhbar.unlinked)"
            )
            below, any_new = cursor.fetchone()  # type: ignore[misc]
        if not any_new or (below != 0 and not _rebuild_bands(connection)):
            return links
        taken, linked = in_transaction(connection, lambda cursor: _link_next(cursor, folded or {}))
        links += linked
        if taken < BATCH:
            return links


def _link_next(cursor: Cursor, folded: Mapping[int, str]) -> tuple[int, list[Link]]:
    """Looks at the next articles; returns how many, and those of them that joined a story."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_STORIES_LOCK,))
    cursor.execute(
        """
        WITH taken AS (
            DELETE FROM akhbar.unlinked WHERE article_id IN (
                SELECT article_id FROM akhbar.unlinked ORDER BY article_id LIMIT %s)
            RETURNING article_id
        )
        SELECT t.article_id, s.signature FROM taken t LEFT JOIN akhbar.signatures s USING (article_id)
        """,
        (BATCH,),
    )
    taken = cursor.fetchall()
    signatures = {id_: bytes(signature) for id_, signature in taken if signature is not None}
    return len(taken), _link(cursor, signatures, folded)


def _rebuild_bands(connection: Connection) -> bool:
    """Makes the bands of all signatures again, newest first; False while some are still to be made.

    The table is not logged: a crash of the server empties it, and `bands_state` with it. Until it is whole, new
    articles wait to be linked; each call works for `REBUILD_SECONDS` and the next goes on from there.
    """
    ends = time.monotonic() + REBUILD_SECONDS
    while True:
        with transaction(connection) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_STORIES_LOCK,))
            cursor.execute("SELECT below FROM akhbar.bands_state")
            state = cursor.fetchone()
            begins = state is None
            if begins:
                cursor.execute("INSERT INTO akhbar.bands_state SELECT 2 ^ 62 RETURNING below")
                state = cursor.fetchone()
            if state == (0,):
                return True
            if time.monotonic() > ends:
                return False
            cursor.execute(
                "SELECT article_id, signature FROM akhbar.signatures WHERE article_id < %s"
                " ORDER BY article_id DESC LIMIT %s",
                (*state, REBUILD_BATCH),  # type: ignore[misc]
            )
            signatures = {id_: bytes(signature) for id_, signature in cursor.fetchall()}
            if begins and len(signatures) == REBUILD_BATCH:  # fewer take no time
                logger.info("The bands of near-duplicates are made anew; new copies are linked after that")
            _keep_bands(cursor, _pair_bands(signatures))
            cursor.execute("UPDATE akhbar.bands_state SET below = %s", (min(signatures, default=0),))


def look_again(cursor: Cursor, article_ids: Sequence[int]) -> None:
    """Has `link_new` look at these articles again: what their place in a story goes by has changed."""
    cursor.execute(
        "INSERT INTO akhbar.unlinked SELECT article_id FROM akhbar.signatures WHERE article_id = ANY(%s)"
        " ON CONFLICT DO NOTHING",
        (list(article_ids),),
    )


def settle(cursor: Cursor, stories: Sequence[int]) -> None:
    """Names the original of each of these stories anew, after articles were taken out of them."""
    if not stories:
        return
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_STORIES_LOCK,))
    cursor.execute("SELECT id FROM akhbar.articles WHERE story_id = ANY(%s)", (list(stories),))
    members = _members(cursor, [id_ for (id_,) in cursor.fetchall()])
    clusters: dict[int, list[_Member]] = {}
    for member in members.values():
        clusters.setdefault(member.story or member.id, []).append(member)
    _write(cursor, clusters.values(), set(), {})


def forget(cursor: Cursor, signatures: Iterable[tuple[int, bytes]]) -> None:
    """Takes the bands of (article, signature) pairs away, before the articles or their texts go."""
    rows = [(hash_, id_) for id_, signature in signatures for hash_ in band_hashes(signature)]
    if rows:
        execute_values(
            cursor,
            "DELETE FROM akhbar.bands b USING (VALUES %s) AS v (hash, article_id)"
            " WHERE b.hash = v.hash AND b.article_id = v.article_id",
            rows,
            page_size=len(rows),
        )


def band_hashes(signature: bytes) -> list[int]:
    """One signed 32-bit hash for each band of a signature (little-endian 32-bit numbers)."""
    # a band's place is where its checksum starts from: the same numbers in two places are two hashes
    width = 4 * ROWS
    return [
        zlib.crc32(signature[at : at + width], at) - 2**31
        for at in range(0, min(len(signature) - width + 1, BANDS * width), width)
    ]


def _link(cursor: Cursor, signatures: Mapping[int, bytes], folded: Mapping[int, str]) -> list[Link]:
    bands = _pair_bands(signatures)
    met = _meet(cursor, bands)
    _keep_bands(cursor, bands)
    known = _signatures(cursor, {other for others in met.values() for other in others}, signatures)
    promising = {
        id_: [o for o in others if o in known and _promise(signatures[id_], known[o]) >= PROMISED_SHARE]
        for id_, others in met.items()
    }
    promising = {id_: others for id_, others in promising.items() if others}
    texts: dict[int, _Text] = {}
    _read(cursor, {*promising, *(other for others in promising.values() for other in others)}, texts, folded)
    pairs = [
        (id_, other)
        for id_, others in promising.items()
        for other in others
        if id_ in texts and other in texts and _is_copy(texts[id_], texts[other])
    ]
    if not pairs:
        return []
    members = _members(cursor, sorted({id_ for pair in pairs for id_ in pair}))
    joined = {id_ for pair in pairs for id_ in pair} & signatures.keys()
    return _write(cursor, _clusters(members, pairs), joined, texts)


def _pair_bands(signatures: Mapping[int, bytes]) -> list[tuple[int, int]]:
    """(hash, article) of every band, in the order of the index."""
    return sorted({(hash_, id_) for id_, signature in signatures.items() for hash_ in band_hashes(signature)})


def _keep_bands(cursor: Cursor, bands: Sequence[tuple[int, int]]) -> None:
    """Writes (hash, article) pairs. All of an article are written at once: one of them tells whether they are here."""
    telling = {id_: hash_ for hash_, id_ in bands}
    cursor.execute(
        "SELECT t.id FROM unnest(%s::integer[], %s::integer[]) AS t (hash, id), LATERAL ("
        " SELECT FROM akhbar.bands b WHERE b.hash = t.hash AND b.article_id = t.id LIMIT 1) AS here",
        (integers(telling.values()), integers(telling)),
    )
    here = {id_ for (id_,) in cursor.fetchall()}
    copy_rows(cursor, "akhbar.bands", ("hash", "article_id"), (pair for pair in bands if pair[1] not in here))


def _meet(cursor: Cursor, bands: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """For each article of (hash, article) pairs those that share bands with it, most bands first.

    These are found in the corpus and among the pairs themselves, which need not be kept yet.
    """
    askers: dict[int, list[int]] = {}
    for hash_, id_ in bands:
        askers.setdefault(hash_, []).append(id_)
    cursor.execute(
        "SELECT h.hash, met.article_id FROM unnest(%s::integer[]) AS h (hash), LATERAL ("
        " SELECT b.article_id FROM akhbar.bands b WHERE b.hash = h.hash LIMIT %s) AS met",
        (integers(askers), CROWD),
    )
    sharing = {hash_: set(ids) for hash_, ids in askers.items() if len(ids) > 1}
    for hash_, other in cursor.fetchall():
        sharing.setdefault(hash_, set(askers[hash_])).add(other)
    shared: dict[int, Counter[int]] = {}
    for hash_, ids in sharing.items():
        for id_ in askers[hash_]:
            shared.setdefault(id_, Counter()).update(ids - {id_})
    return {
        id_: sorted(counts, key=lambda other: (-counts[other], other))[:MEETINGS]
        for id_, counts in shared.items()
    }


def _signatures(cursor: Cursor, ids: set[int], at_hand: Mapping[int, bytes]) -> dict[int, bytes]:
    found = {id_: at_hand[id_] for id_ in ids & at_hand.keys()}
    if missing := sorted(ids - found.keys()):
        cursor.execute(
            "SELECT article_id, signature FROM akhbar.signatures WHERE article_id = ANY(%s)", (missing,)
        )
        found.update((id_, bytes(signature)) for id_, signature in cursor.fetchall())
    return found


def _promise(one: bytes, other: bytes) -> float:
    """The share of equal numbers in two signatures: an estimate of the shingles in common (Broder 1997)."""
    # equal numbers leave zeros, which are counted more quickly than numbers are compared
    differing = int.from_bytes(one, "little") ^ int.from_bytes(other, "little")
    left = memoryview(differing.to_bytes(len(one), "little")).cast("I").tolist()
    return left.count(0) / max(len(left), 1)


def _read(cursor: Cursor, ids: Iterable[int], texts: dict[int, _Text], folded: Mapping[int, str]) -> None:
    missing = set(ids) - texts.keys()
    texts.update((id_, _text(folded[id_])) for id_ in missing & folded.keys())
    if missing := missing - folded.keys():
        cursor.execute("SELECT id, body FROM akhbar.articles WHERE id = ANY(%s)", (sorted(missing),))
        texts.update((id_, _text(fold(body))) for id_, body in cursor.fetchall())


def _text(folded: str) -> _Text:
    words = folded.split()
    numbers = [word for word in words if word[0].isdigit()]
    return _Text(
        frozenset(pairwise(words)), Counter(word for word in words if not word[0].isdigit()), numbers
    )


def _similarity(one: _Text, other: _Text) -> float:
    """The share of word shingles that two texts have in common (Jaccard)."""
    shared = len(one.shingles & other.shingles)
    union = len(one.shingles) + len(other.shingles) - shared
    return shared / union if union else 0.0


def _is_copy(one: _Text, other: _Text) -> bool:
    return _similarity(one, other) >= SAME_SHARE and not _is_another_edition(one, other)


def _is_another_edition(one: _Text, other: _Text) -> bool:
    """Whether the numbers differ far more than the words: tomorrow's prices, prayer times or table.

    An editor changes words and numbers alike, so the changed numbers of a copy are about as many as
    its share of changed words says, give or take three standard deviations (and one number, the toll).
    """
    fewest = min(len(one.numbers), len(other.numbers))
    if fewest < NUMBERS:
        return False
    kept_words = (one.words & other.words).total() / max(min(one.words.total(), other.words.total()), 1)
    matcher = SequenceMatcher(None, one.numbers[:400], other.numbers[:400], autojunk=False)
    changed = min(fewest, 400) - sum(block.size for block in matcher.get_matching_blocks())
    expected = fewest * (1 - kept_words)
    return changed > expected + 3 * math.sqrt(expected * kept_words) + 1


def _members(cursor: Cursor, ids: Sequence[int]) -> dict[int, _Member]:
    """These articles and every other one of the stories that they belong to, locked.

    An article counts from its printed time; where only a day is printed, from the end of that day or
    from its first sight, whichever was earlier; where none is, from its first sight.
    """
    cursor.execute(
        """
        WITH named AS (SELECT id, story_id FROM akhbar.articles WHERE id = ANY(%s)),
        wanted AS (
            SELECT id FROM named
            UNION SELECT a.id FROM named n JOIN akhbar.articles a ON a.story_id = n.story_id
        )
        SELECT a.id, a.story_id, a.copy_of,
               CASE WHEN a.published_precision = 'minute' THEN a.published_at
                    WHEN a.published_at IS NULL THEN a.first_seen_at
                    ELSE least(a.published_at + interval '1 day', a.first_seen_at) END
        FROM akhbar.articles a WHERE a.id IN (SELECT id FROM wanted)
        ORDER BY a.id FOR UPDATE OF a
        """,
        (list(ids),),
    )
    return {row[0]: _Member(*row) for row in cursor.fetchall()}


def _clusters(members: Mapping[int, _Member], pairs: Sequence[tuple[int, int]]) -> list[list[_Member]]:
    """The members in the sets that their stories and the new pairs make of them."""
    leader = {id_: id_ for id_ in members}

    def find(id_: int) -> int:
        while leader[id_] != id_:
            leader[id_] = leader[leader[id_]]
            id_ = leader[id_]
        return id_

    first_of_story: dict[int, int] = {}
    for id_, member in members.items():
        if member.story is not None:
            leader[find(id_)] = find(first_of_story.setdefault(member.story, id_))
    for one, other in pairs:
        leader[find(one)] = find(other)
    clusters: dict[int, list[_Member]] = {}
    for id_, member in members.items():
        clusters.setdefault(find(id_), []).append(member)
    return list(clusters.values())


def _write(
    cursor: Cursor, clusters: Iterable[list[_Member]], joined: set[int], texts: dict[int, _Text]
) -> list[Link]:
    """Gives each set its number and its original, the earliest; writes what that changes."""
    rows: list[tuple[int, int | None, int | None, float | None]] = []
    links = []
    for cluster in clusters:
        if len(cluster) == 1:
            if cluster[0].story is not None:
                rows.append((cluster[0].id, None, None, None))
            continue
        original = min(cluster, key=lambda member: (member.at, member.id)).id
        story = min((member.story for member in cluster if member.story is not None), default=None)
        story = min(member.id for member in cluster) if story is None else story
        # a member that had this original already, and whose text is as it was, keeps its similarity
        anew = [
            m.id
            for m in cluster
            if m.id != original and (m.original != original or {m.id, original} & joined)
        ]
        _read(cursor, [original, *anew], texts, {})
        shares = {id_: round(_similarity(texts[id_], texts[original]), 4) for id_ in anew}
        for member in cluster:
            if member.id == original:
                if (member.story, member.original) != (story, None):
                    rows.append((member.id, story, None, None))
            elif member.id in shares:
                rows.append((member.id, story, original, shares[member.id]))
            elif member.story != story:
                rows.append((member.id, story, original, -1.0))
            if member.id in joined:
                links.append(Link(member.id, story, original, shares.get(member.id)))
    if rows:
        execute_values(
            cursor,
            """
            WITH moved AS (
                UPDATE akhbar.articles a SET story_id = v.story, copy_of = v.original,
                    similarity = CASE WHEN v.share = -1 THEN a.similarity ELSE v.share END
                FROM (VALUES %s) AS v (id, story, original, share)
                WHERE a.id = v.id AND (a.story_id, a.copy_of, a.similarity) IS DISTINCT FROM
                    (v.story, v.original, CASE WHEN v.share = -1 THEN a.similarity ELSE v.share END)
                RETURNING a.id, a.story_id, a.copy_of, a.similarity
            )
            INSERT INTO akhbar.story_moves (article_id, story_id, copy_of, similarity) SELECT * FROM moved
            """,
            rows,
            template="(%s::bigint, %s::bigint, %s::bigint, %s::real)",
            page_size=len(rows),
        )
    return links
