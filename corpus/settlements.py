"""Settlements: how the ledger's rows end whose fetch gave an article (`corpus.endings`: those that gave none)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import Json, execute_values

from corpus.crawls import Crawl
from corpus.drafts import Draft
from corpus.endings import GONE, leave_rows, recheck_at, remember_pages
from corpus.movements import write_ended
from corpus.text import mend, url_hash
from corpus.transaction import Cursor
from corpus.versions import Outcome

NOARCHIVE = "noarchive"  # among an article's opt_out: its page is not kept


@dataclass(slots=True)
class Held:
    """The ledger row of a draft, held in `fetching` by this crawl."""

    article_id: int | None
    checks: int
    archive: Mapping[str, Any] | None
    next_check: datetime | None
    fetched_at: datetime | None
    reason: str | None


def hold_rows(cursor: Cursor, crawl: Crawl | None, drafts: Sequence[Draft]) -> dict[int, Held]:
    """The rows of these drafts that this crawl holds, locked, by their numbers; each draft learns its row's address."""
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
    return {id_: Held(*known) for id_, _, *known in rows}


def is_page_of(draft: Draft, ledger_row: Held) -> bool:
    """Whether a draft was read from the page to which the ledger's row leads, here or in a copy of it."""
    page, known = draft.submission.archive, ledger_row.archive
    return (
        page is not None
        and known is not None
        and all(page.get(name) == known.get(name) for name in ("digest", "at"))
    )


def settle_rows(
    cursor: Cursor,
    crawl: Crawl | None,
    drafts: Sequence[Draft],
    outcomes: Mapping[int, Outcome],
    held: Mapping[int, Held],
    now: datetime,
) -> None:
    """Ends the held rows of drafts by what became of each, with the next check where the address has its article.

    A replay is no check: it leaves an article's schedule as it is, and notes which pages it has read.
    """
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
    if crawl:
        states = [*(row[1] for row in rows), *("unchanged" for _ in left)]
        write_ended(cursor, crawl.outlet_id, crawl.id, states)
