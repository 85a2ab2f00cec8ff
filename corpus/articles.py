"""Keeping articles: one row an article, every version, in the transaction that ends its ledger row.

`store` takes a batch. A row that Postgres refuses is found by halving the batch and ends `rejected`
with its reason; its neighbours are stored. The articles of one outlet are written by one transaction
at a time (an advisory lock, free of contention where the outlet's lease is held), so writers neither
deadlock nor race for the same text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg2
from psycopg2.extras import execute_values

from corpus import passages, stories, tombstones
from corpus.bulk import copy_rows
from corpus.crawls import Crawl, fence
from corpus.drafts import TEXT_FIELDS, Draft, RefusedError, Submission, make_draft
from corpus.endings import Ending, close_rows
from corpus.room import require_room
from corpus.settlements import hold_rows, is_page_of, settle_rows
from corpus.text import mend, mend_url, url_hash
from corpus.transaction import Connection, Cursor, in_transaction, server_clock, transaction
from corpus.upkeep import Upkeep
from corpus.versions import Outcome, meet, meet_older, see_earlier, write_credits
from crawler.arabic.letters import fold
from crawler.items import Article

__all__ = ["Outcome", "Submission", "find_same", "store"]

TELLING_WORDS = 25  # below, an equal body alone does not make two articles one (flashes, prices)

OUTLET_LOCK = 1_634_428_003  # first key of the advisory locks of writers; the second is the outlet's id

_ARTICLE_COLUMNS = (
    "outlet_id", "url", "canonical_url", "canonical_hash", *TEXT_FIELDS, "body_truncated", "first_seen_at",
    "last_seen_at", "changed_at", "crawl_id", "search", "pairs", "pair_bits", "opt_out",
)  # fmt: skip


def store(
    connection: Connection,
    crawl: Crawl | None,
    submissions: Sequence[Submission],
    upkeep: Upkeep | None = None,
) -> list[Outcome]:
    """Keeps a batch (up to about 100 is the best size); one outcome a submission, in the order given.

    Article, revision, credits, addresses and ledger row are written in one transaction; copies are then
    linked to their stories in another, by `upkeep` beside the next batch where there is one. `crawl` is None
    for articles that come from no crawl (an import); their `outlet` must then be known to the corpus.
    What was taken down is refused with the reason `takedown`.
    Raises CrawlLost, StorageUnavailable (nothing, or a whole part of the batch, was then stored, and
    storing the batch again is safe); never an error of the data.
    """
    require_room()
    outcomes: list[Outcome | None] = [None] * len(submissions)
    drafts: list[Draft] = []
    refused: list[tuple[int, str]] = []
    now = server_clock(connection)
    for place, submission in enumerate(submissions):
        try:
            drafts.append(make_draft(place, submission, crawl, now))
        except RefusedError as error:
            refused.append((place, str(error)))
        except (TypeError, ValueError, AttributeError) as error:
            refused.append((place, f"storage:{type(error).__name__}"))

    def keep(part: list[Draft]) -> None:
        if not part:
            return
        try:
            found = in_transaction(connection, lambda cursor: _write(cursor, crawl, part, now))
        except (psycopg2.Error, TypeError, ValueError, OverflowError) as error:
            if len(part) == 1:
                refused.append((part[0].place, f"storage:{_short(error)}"))
                return
            middle = len(part) // 2
            keep(part[:middle])
            keep(part[middle:])
        else:
            for place, outcome in found.items():
                outcomes[place] = outcome

    for part in _rounds(drafts):
        keep(part)
    if refused:
        in_transaction(connection, lambda cursor: _refuse(cursor, crawl, submissions, refused))
        for place, reason in refused:
            outcomes[place] = Outcome("rejected", None, reason)
    if any(draft.signature for draft in drafts):
        ended = ((draft, outcomes[draft.place]) for draft in drafts)
        at_hand = {o.article_id: d.folded for d, o in ended if o and o.article_id and _is_new_text(o)}
        if upkeep is None:
            stories.link_new(connection, at_hand)
        else:
            upkeep.follow(at_hand)
    return [outcome for outcome in outcomes if outcome is not None]


def find_same(connection: Connection, crawl: Crawl, articles: Sequence[Article]) -> list[int | None]:
    """For each article, the one of the same outlet with the same text under another address, or None.

    Articles at an address that the corpus knows are left to `store`, which sees whether they changed;
    so are texts too short to tell by themselves. Raises StorageUnavailable.
    """
    hashes = [
        bytes(article.content_hash or hashlib.sha256(fold(mend(article.body)).encode()).digest())
        for article in articles
    ]
    keys = [url_hash(mend_url(article.canonical_url)) for article in articles]
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT url_hash FROM akhbar.addresses WHERE url_hash = ANY(%s) AND outlet_id = %s",
            (keys, crawl.outlet_id),
        )
        known = {bytes(key) for (key,) in cursor.fetchall()}
        cursor.execute(
            "SELECT content_hash, min(id) FROM akhbar.articles"
            " WHERE content_hash = ANY(%s) AND outlet_id = %s GROUP BY 1",
            (hashes, crawl.outlet_id),
        )
        held = {bytes(content_hash): id_ for content_hash, id_ in cursor.fetchall()}
    # most texts are new: only the few that are held are folded again, to see whether they are long enough to tell
    return [
        held[content_hash]
        if content_hash in held
        and key not in known
        and len(fold(mend(article.body)).split()) >= TELLING_WORDS
        else None
        for key, content_hash, article in zip(keys, hashes, articles, strict=True)
    ]


def _short(error: Exception) -> str:
    """A reason's word for an error: its kind, never its text, which quotes rows."""
    return type(error).__name__


def _rounds(drafts: Sequence[Draft]) -> list[list[Draft]]:
    """`drafts` in as few parts as keep two of one address, or of one text, out of the same part."""
    rounds: list[tuple[list[Draft], set[tuple[str, bytes]]]] = []
    for draft in drafts:
        keys = {(draft.outlet, key) for key in (*draft.addresses, draft.row["content_hash"])}
        for part, taken in rounds:
            if not keys & taken:
                part.append(draft)
                taken |= keys
                break
        else:
            rounds.append(([draft], set(keys)))
    return [part for part, _ in rounds]


def _write(cursor: Cursor, crawl: Crawl | None, drafts: list[Draft], now: datetime) -> dict[int, Outcome]:
    if crawl:
        fence(cursor, crawl)
        outlets = {crawl.outlet: crawl.outlet_id}
    else:
        cursor.execute(
            "SELECT slug, id FROM akhbar.outlets WHERE slug = ANY(%s)", (sorted({d.outlet for d in drafts}),)
        )
        outlets = dict(cursor.fetchall())
    outcomes = {
        draft.place: Outcome("rejected", None, "unknown_outlet")
        for draft in drafts
        if draft.outlet not in outlets
    }
    drafts = [draft for draft in drafts if draft.outlet in outlets]
    for draft in drafts:
        draft.row["outlet_id"] = outlets[draft.outlet]
    for outlet_id in sorted(set(outlets.values())):
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (OUTLET_LOCK, outlet_id))

    held = hold_rows(cursor, crawl, drafts)
    removed = tombstones.meet(cursor, drafts)
    found = _find(cursor, drafts)
    new: list[Draft] = []
    for draft in drafts:
        if draft.place in removed:
            outcomes[draft.place] = Outcome("rejected", None, "takedown")
            continue
        match = found.get(draft.place)
        if match is None:
            new.append(draft)
        else:
            ledger_row = held.get(draft.submission.candidate_id or 0)
            own = ledger_row is None or ledger_row.article_id == match["id"]
            draft.is_older = draft.row["last_seen_at"] < match["last_seen_at"]
            # the very page that the row leads to, read again, shows how the reader changed
            known_page = ledger_row is not None and own and is_page_of(draft, ledger_row)
            see_earlier(cursor, draft, match)
            meeting = meet_older if draft.is_older and not known_page else meet
            outcomes[draft.place] = meeting(cursor, crawl, draft, match, own)
    outcomes |= _insert(cursor, crawl, new, now)
    _link(cursor, drafts, outcomes)
    sign_draft(cursor, drafts, outcomes)
    for outlet_id in sorted(set(outlets.values())):
        passages.remember(
            cursor,
            outlet_id,
            [
                passages.Printed(
                    outcomes[draft.place].article_id or 0,
                    draft.paragraphs,
                    [story["body"] for story in draft.row["appended"].adapted],
                    is_new=outcomes[draft.place].state == "stored",
                )
                for draft in drafts
                if draft.row["outlet_id"] == outlet_id and _is_new_text(outcomes[draft.place])
            ],
        )
    settle_rows(cursor, crawl, drafts, outcomes, held, now)
    return outcomes


def _find(cursor: Cursor, drafts: Sequence[Draft]) -> dict[int, dict[str, Any]]:
    """The article that each draft is already, by its canonical address or by its text, locked."""
    if not drafts:
        return {}
    outlet_ids = sorted({draft.row["outlet_id"] for draft in drafts})
    cursor.execute(
        "SELECT outlet_id, url_hash, article_id FROM akhbar.addresses"
        " WHERE url_hash = ANY(%s) AND outlet_id = ANY(%s)",
        ([draft.key for draft in drafts], outlet_ids),
    )
    by_address = {(outlet_id, bytes(key)): id_ for outlet_id, key, id_ in cursor.fetchall()}
    cursor.execute(
        "SELECT outlet_id, content_hash, id, word_count, headline FROM akhbar.articles"
        " WHERE content_hash = ANY(%s) AND outlet_id = ANY(%s) ORDER BY id DESC",
        ([draft.row["content_hash"] for draft in drafts], outlet_ids),
    )
    by_text: dict[tuple[int, bytes], list[tuple[int, int, str]]] = {}
    for outlet_id, content_hash, id_, words, headline in cursor.fetchall():
        by_text.setdefault((outlet_id, bytes(content_hash)), []).append((id_, words, headline))
    ids: dict[int, int] = {}
    for draft in drafts:
        outlet_id = draft.row["outlet_id"]
        if id_ := by_address.get((outlet_id, draft.key)):
            ids[draft.place] = id_
            continue
        for id_, words, headline in by_text.get((outlet_id, draft.row["content_hash"]), ()):
            if words >= TELLING_WORDS or fold(headline) == fold(draft.row["headline"]):
                ids[draft.place] = id_
    # in one order, which is that of `corpus.stories`: a writer and a linker wait for each other in no circle
    cursor.execute(
        f"SELECT id, revision, first_seen_at, last_seen_at, {', '.join(TEXT_FIELDS)} FROM akhbar.articles"  # noqa: S608
        " WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        (sorted(set(ids.values())),),
    )
    names = [column.name for column in cursor.description or ()]
    articles = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return {place: articles[id_] for place, id_ in ids.items()}


def _insert(
    cursor: Cursor, crawl: Crawl | None, drafts: Sequence[Draft], now: datetime
) -> dict[int, Outcome]:
    if not drafts:
        return {}
    cursor.execute("SELECT nextval('akhbar.articles_id_seq') FROM generate_series(1, %s)", (len(drafts),))
    stored = [(id_, draft) for (id_,), draft in zip(cursor.fetchall(), drafts, strict=True)]
    copy_rows(
        cursor,
        "akhbar.articles",
        ("id", *_ARTICLE_COLUMNS),
        ((id_, *(draft.row[column] for column in _ARTICLE_COLUMNS)) for id_, draft in stored),
    )
    copy_rows(
        cursor,
        "akhbar.revisions",
        ("article_id", "number", "seen_at", "crawl_id", "changes", "present"),
        (
            (id_, 1, draft.row["first_seen_at"], crawl.id if crawl else None, [], True)
            for id_, draft in stored
        ),
    )
    write_credits(cursor, stored)
    return {draft.place: Outcome("stored", id_) for id_, draft in stored}


def _link(cursor: Cursor, drafts: Sequence[Draft], outcomes: Mapping[int, Outcome]) -> None:
    """Writes the addresses that lead to each article; an address that already leads somewhere stays."""
    rows: dict[tuple[bytes, int], tuple[Any, ...]] = {}
    for draft in drafts:
        id_ = outcomes[draft.place].article_id
        if id_ is None:
            continue
        for key, address in draft.addresses.items():
            rows.setdefault((key, draft.row["outlet_id"]), (key, draft.row["outlet_id"], address, id_))
    if rows:
        execute_values(
            cursor,
            "INSERT INTO akhbar.addresses (url_hash, outlet_id, url, article_id) VALUES %s"
            " ON CONFLICT DO NOTHING",
            [rows[key] for key in sorted(rows)],
            page_size=len(rows),
        )


def _is_new_text(outcome: Outcome) -> bool:
    return outcome.state == "stored" or (outcome.state == "revised" and "body" in outcome.changes)


def sign_draft(cursor: Cursor, drafts: Sequence[Draft], outcomes: Mapping[int, Outcome]) -> None:
    """Keeps the signatures of new texts, from which `stories.link_new` then finds their copies.

    A changed time of publication may make another article the original, so it is looked at again too.
    """
    rows, revised, redated = [], [], []
    for draft in drafts:
        outcome = outcomes[draft.place]
        if draft.signature and _is_new_text(outcome):
            rows.append((outcome.article_id, draft.signature))
            if outcome.state == "revised":
                revised.append(outcome.article_id)
        elif outcome.state == "revised" and "published" in outcome.changes:
            redated.append(outcome.article_id or 0)
    if revised:
        cursor.execute(
            "SELECT article_id, signature FROM akhbar.signatures WHERE article_id = ANY(%s)", (revised,)
        )
        stories.forget(cursor, [(id_, bytes(signature)) for id_, signature in cursor.fetchall()])
    if rows:
        execute_values(
            cursor,
            "WITH signed AS (INSERT INTO akhbar.signatures (article_id, signature) VALUES %s"
            " ON CONFLICT (article_id) DO UPDATE SET signature = EXCLUDED.signature RETURNING article_id)"
            " INSERT INTO akhbar.unlinked SELECT article_id FROM signed ON CONFLICT DO NOTHING",
            rows,
            page_size=len(rows),
        )
    if redated:
        stories.look_again(cursor, redated)


def _refuse(
    cursor: Cursor, crawl: Crawl | None, submissions: Sequence[Submission], refused: Sequence[tuple[int, str]]
) -> None:
    if crawl is None:
        return
    fence(cursor, crawl)
    endings = []
    for place, reason in refused:
        submission = submissions[place]
        if submission.candidate_id is not None:
            endings.append(
                Ending(
                    id=submission.candidate_id, state="rejected", reason=reason, status=submission.status,
                    etag=submission.etag, last_modified=submission.last_modified, archive=submission.archive,
                )
            )  # fmt: skip
    close_rows(cursor, crawl, endings)
