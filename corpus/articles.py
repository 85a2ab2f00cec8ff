"""Keeping articles: one row an article, every version, in the transaction that ends its ledger row.

`store` takes a batch. A row that Postgres refuses is found by halving the batch and ends `rejected`
with its reason; its neighbours are stored. The articles of one outlet are written by one transaction
at a time (an advisory lock, free of contention where the outlet's lease is held), so writers neither
deadlock nor race for the same text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import psycopg2
from psycopg2.extras import Json, execute_values

from corpus import passages, stories, tombstones
from corpus.crawls import Crawl, fence
from corpus.drafts import CASTS, TEXT_FIELDS, Draft, RefusedError, Submission, make_draft
from corpus.endings import GONE, Ending, close_rows, leave_rows, recheck_at, remember_pages
from corpus.movements import write_movements
from corpus.room import require_room
from corpus.text import mend, mend_url, url_hash
from corpus.transaction import Connection, Cursor, may_succeed_again, server_clock, transaction
from corpus.unavailable import StorageUnavailable
from corpus.versions import Outcome, meet, meet_older, see_earlier, write_credits
from crawler.arabic.letters import fold
from crawler.items import Article

__all__ = ["Outcome", "Submission", "find_same", "store"]

TELLING_WORDS = 25  # below, an equal body alone does not make two articles one (flashes, prices)
NOARCHIVE = "noarchive"  # among an article's opt_out: its page is not kept

Result = TypeVar("Result")

OUTLET_LOCK = 1_634_428_003  # first key of the advisory locks of writers; the second is the outlet's id
_TRIES = 5

_ARTICLE_COLUMNS = (
    "outlet_id", "url", "canonical_url", "canonical_hash", *TEXT_FIELDS, "body_truncated", "first_seen_at",
    "last_seen_at", "changed_at", "crawl_id", "search", "pairs", "opt_out",
)  # fmt: skip


def store(connection: Connection, crawl: Crawl | None, submissions: Sequence[Submission]) -> list[Outcome]:
    """Keeps a batch (up to about 100 is the best size); one outcome a submission, in the order given.

    Article, revision, credits, addresses and ledger row are written in one transaction; copies are then
    linked to their stories in another. `crawl` is None
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
            found = _in_transaction(connection, lambda cursor: _write(cursor, crawl, part, now))
        except (psycopg2.Error, ValueError, UnicodeError, OverflowError) as error:
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
        _in_transaction(connection, lambda cursor: _refuse(cursor, crawl, submissions, refused))
        for place, reason in refused:
            outcomes[place] = Outcome("rejected", None, reason)
    if any(draft.signature for draft in drafts):
        ended = ((draft, outcomes[draft.place]) for draft in drafts)
        at_hand = {o.article_id: d.folded for d, o in ended if o and o.article_id and _is_new_text(o)}
        stories.link_new(connection, at_hand)
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


def _in_transaction(connection: Connection, work: Callable[[Cursor], Result]) -> Result:
    for attempt in range(_TRIES):
        try:
            with transaction(connection) as cursor:
                return work(cursor)
        except psycopg2.Error as error:
            if not may_succeed_again(error) or attempt == _TRIES - 1:
                raise
    raise StorageUnavailable("The database kept breaking off the transaction.")


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


@dataclass(slots=True)
class _Held:
    """The ledger row of a draft, held in `fetching` by this crawl."""

    article_id: int | None
    checks: int
    archive: Mapping[str, Any] | None
    next_check: datetime | None
    fetched_at: datetime | None
    reason: str | None


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

    held = _held_rows(cursor, crawl, drafts)
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
            known_page = ledger_row is not None and own and _is_page_of(draft, ledger_row)
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
    _end_rows(cursor, crawl, drafts, outcomes, held, now)
    return outcomes


def _held_rows(cursor: Cursor, crawl: Crawl | None, drafts: Sequence[Draft]) -> dict[int, _Held]:
    if crawl is None:
        return {}
    cursor.execute(
        "SELECT id, url, article_id, checks, archive, next_check, fetched_at, reason FROM akhbar.candidates"
        " WHERE id = ANY(%s) AND state = 'fetching' AND crawl_id = %s ORDER BY id FOR UPDATE",
        (
            sorted(d.submission.candidate_id for d in drafts if d.submission.candidate_id is not None),
            crawl.id,
        ),
    )
    rows = cursor.fetchall()
    announced = {id_: url for id_, url, *_ in rows}
    for draft in drafts:
        if url := announced.get(draft.submission.candidate_id or 0):
            draft.addresses.setdefault(url_hash(url), url)
    return {id_: _Held(*known) for id_, _, *known in rows}


def _find(cursor: Cursor, drafts: Sequence[Draft]) -> dict[int, dict[str, Any]]:
    """The article that each draft is already, by its canonical address or by its text."""
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
    cursor.execute(
        f"SELECT id, revision, first_seen_at, last_seen_at, {', '.join(TEXT_FIELDS)} FROM akhbar.articles"  # noqa: S608
        " WHERE id = ANY(%s)",
        (sorted(set(ids.values())),),
    )
    names = [column.name for column in cursor.description or ()]
    articles = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return {place: articles[id_] for place, id_ in ids.items()}


def _is_page_of(draft: Draft, ledger_row: _Held) -> bool:
    """Whether a draft was read from the page to which the ledger's row leads, here or in a copy of it."""
    page, known = draft.submission.archive, ledger_row.archive
    return (
        page is not None
        and known is not None
        and all(page.get(name) == known.get(name) for name in ("digest", "at"))
    )


def _insert(
    cursor: Cursor, crawl: Crawl | None, drafts: Sequence[Draft], now: datetime
) -> dict[int, Outcome]:
    if not drafts:
        return {}
    written = execute_values(
        cursor,
        f"INSERT INTO akhbar.articles ({', '.join(_ARTICLE_COLUMNS)}) VALUES %s"  # noqa: S608
        " RETURNING outlet_id, canonical_hash, id",
        [draft.row for draft in drafts],
        template="(" + ", ".join(f"%({column})s{CASTS.get(column, '')}" for column in _ARTICLE_COLUMNS) + ")",
        page_size=len(drafts),
        fetch=True,
    )
    ids = {(outlet_id, bytes(key)): id_ for outlet_id, key, id_ in written}
    stored = [(ids[draft.row["outlet_id"], draft.key], draft) for draft in drafts]
    execute_values(
        cursor,
        "INSERT INTO akhbar.revisions (article_id, number, seen_at, crawl_id, changes, present) VALUES %s",
        [(id_, 1, d.row["first_seen_at"], crawl.id if crawl else None, [], True) for id_, d in stored],
        template="(%s, %s, %s, %s, %s::text[], %s)",
        page_size=len(stored),
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


def _end_rows(
    cursor: Cursor,
    crawl: Crawl | None,
    drafts: Sequence[Draft],
    outcomes: Mapping[int, Outcome],
    held: Mapping[int, _Held],
    now: datetime,
) -> None:
    replay = crawl is not None and crawl.replay
    rows, left, read = [], list[int](), list[tuple[int, datetime]]()
    for draft in drafts:
        submission, outcome = draft.submission, outcomes[draft.place]
        id_, ledger_row = submission.candidate_id, held.get(submission.candidate_id or 0)
        if id_ is None or ledger_row is None:
            continue
        known = ledger_row.article_id is not None
        if replay and known and submission.article.fetched_at:
            read.append((id_, submission.article.fetched_at))
        own = outcome.article_id == ledger_row.article_id
        # of an archive's pages only one that was fetched later, and is as good, replaces that to which the row leads
        if known and (draft.is_older or (replay and not (own and outcome.reason is None))):
            left.append(id_)
            continue
        state, reason = outcome.state, outcome.reason
        if state == "revised":
            state, reason = ("stored" if own else "duplicate"), "revised"
        fetched_at = draft.row["last_seen_at"]
        checks = ledger_row.checks + 1 if state == "unchanged" else 0
        fresh = draft.row["published_at"] or draft.row["first_seen_at"]
        next_check = recheck_at(checks, fresh, now) if state in ("stored", "unchanged") else None
        # what a check found since stands, and the schedule that came of it
        past = replay and known and ledger_row.fetched_at is not None and fetched_at < ledger_row.fetched_at
        if past or (replay and known and ledger_row.reason != GONE):
            checks, next_check = ledger_row.checks, ledger_row.next_check
        rows.append(
            (
                id_, "unchanged" if past else state, reason, submission.status, mend(submission.etag),
                mend(submission.last_modified), fetched_at, outcome.article_id, checks,
                next_check, Json(mend(submission.archive)) if submission.archive else None,
                # the row must not lead to an older page that the archive kept
                NOARCHIVE in submission.article.opt_out, past,
            )
        )  # fmt: skip
    if left:
        # an older page says nothing of how the address answers now; a live crawl, which asked, asks again at once
        leave_rows(cursor, left, next_check=None if replay else now)
    remember_pages(cursor, read)
    if rows:
        execute_values(
            cursor,
            """
            UPDATE akhbar.candidates c
            SET state = v.state, etag = v.etag, last_modified = v.last_modified, article_id = v.article_id,
                reason = CASE WHEN v.past THEN c.reason ELSE v.reason END,
                detail = CASE WHEN v.past THEN c.detail END,
                status = CASE WHEN v.past THEN c.status ELSE v.status END,
                fetched_at = CASE WHEN v.past THEN c.fetched_at ELSE v.fetched_at END,
                checks = v.checks, next_check = v.next_check, attempts = 0,
                archive = CASE WHEN NOT v.unkept THEN coalesce(v.archive, c.archive) END
            FROM (VALUES %s) AS v (id, state, reason, status, etag, last_modified, fetched_at, article_id,
                checks, next_check, archive, unkept, past)
            WHERE c.id = v.id
            """,
            rows,
            template="(%s::bigint, %s, %s, %s::int, %s, %s, %s::timestamptz, %s::bigint, %s::smallint,"
            " %s::timestamptz, %s::jsonb, %s, %s)",
            page_size=len(rows),
        )
    moved = Counter([*(row[1] for row in rows), *("unchanged" for _ in left)])
    if moved and crawl:
        write_movements(cursor, crawl.outlet_id, crawl.id, moved, fetching=-moved.total())


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
