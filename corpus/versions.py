"""Versions: what a new reading of a known article comes to, a revision, a piece of its history, or nothing new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus import stories
from corpus.bulk import copy_rows
from corpus.crawls import Crawl
from corpus.drafts import TEXT_FIELDS, Draft
from corpus.transaction import Cursor

OLDER = "older"  # among a version's changes: its page was fetched before that of a version already kept
WORSE_SHARE = 0.5  # a new reading with fewer words than this share of the old one is not believed

# another address of an article adds to what is reserved and takes nothing back
_OPT_OUT = (
    "opt_out = CASE WHEN %(own)s THEN %(opt_out)s::text[]"
    " ELSE ARRAY(SELECT DISTINCT unnest(opt_out || %(opt_out)s::text[]) ORDER BY 1) END"
)
# a page from before its address was found gone does not bring it back
_GONE = "gone_at = CASE WHEN gone_at > %(last_seen_at)s THEN gone_at END"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission.

    `state` is stored (new), revised (a new version, `changes` says of what), unchanged, duplicate (another
    address of an article that is already here) or rejected. `reason` says why a row is rejected, and
    `worse_reading` or `takedown` where that kept an article from being written. `older_page` is that of a page
    that was fetched before the present version's and differs: kept as a version that never is the present one.
    """

    state: str
    article_id: int | None = None
    reason: str | None = None
    changes: tuple[str, ...] = ()


def see_earlier(cursor: Cursor, draft: Draft, known: Mapping[str, Any]) -> None:
    """An article was there when its earliest page was fetched, and may be its story's original by that."""
    if draft.row["first_seen_at"] < known["first_seen_at"]:
        values = (draft.row["first_seen_at"], known["id"])
        cursor.execute("UPDATE akhbar.articles SET first_seen_at = %s WHERE id = %s", values)
        stories.look_again(cursor, [known["id"]])


def meet(cursor: Cursor, crawl: Crawl | None, draft: Draft, known: dict[str, Any], own: bool) -> Outcome:
    """What a new reading of a known article comes to: a revision, or nothing new."""
    id_ = known["id"]
    same = "unchanged" if own else "duplicate"
    if bytes(known["content_hash"]) != draft.row["content_hash"] and (
        draft.row["word_count"] < known["word_count"] * WORSE_SHARE
    ):
        return Outcome(same, id_, "worse_reading")
    changes = _changes(draft, known)
    if not changes:
        cursor.execute(
            "UPDATE akhbar.articles SET last_seen_at = greatest(last_seen_at, %(last_seen_at)s),"  # noqa: S608
            f" {_GONE}, {_OPT_OUT} WHERE id = %(id)s",
            draft.row | {"id": id_, "own": own},
        )
        return Outcome(same, id_)
    if known["extractor_version"] != draft.row["extractor_version"]:
        changes = ("reread", *changes)  # it may be the reader that changed, and not the page
    revise_article(cursor, crawl, draft, known, changes)
    cursor.execute(
        f"UPDATE akhbar.articles SET {_OPT_OUT} WHERE id = %(id)s",  # noqa: S608 - a constant
        draft.row | {"id": id_, "own": own},
    )
    return Outcome("revised", id_, None, changes)


def meet_older(
    cursor: Cursor, crawl: Crawl | None, draft: Draft, known: dict[str, Any], own: bool
) -> Outcome:
    """What a reading of an older page comes to: a version in its place in history, or nothing new.

    The article stays as it is. Written down and replaced at one instant, the version is
    the present one at no time. `changes` begins with `older` and says what differs from the version seen before it;
    where there is none, from the first one.
    """
    id_, row, same = known["id"], draft.row, "unchanged" if own else "duplicate"
    cursor.execute(
        f"SELECT number, seen_at, present, {', '.join(TEXT_FIELDS)} FROM akhbar.revisions"  # noqa: S608
        " WHERE article_id = %s ORDER BY seen_at, number",
        (id_,),
    )
    names = [column.name for column in cursor.description or ()]
    kept = [dict(zip(names, version, strict=True)) for version in cursor.fetchall()]
    versions = [version | known if version["present"] else version for version in kept]
    # what a reading lacks is looked up in each version; the draft itself stays as it was read
    differing = [_changes(replace(draft, row=dict(row)), version) for version in versions]
    if not all(differing):
        return Outcome(same, id_)
    before = max(sum(version["seen_at"] <= row["changed_at"] for version in versions) - 1, 0)
    changes = differing[before]
    if versions[before]["extractor_version"] != row["extractor_version"]:
        changes = ("reread", *changes)
    changes = (OLDER, *changes)
    cursor.execute(
        "INSERT INTO akhbar.revisions (article_id, number, seen_at, recorded_at, replaced_at, crawl_id, changes,"  # noqa: S608
        f" present, {', '.join(TEXT_FIELDS)}) VALUES (%(id)s, %(number)s, %(changed_at)s, statement_timestamp(),"
        " statement_timestamp(), %(crawl_id)s, %(changes)s, false, "
        + ", ".join(f"%({field})s" for field in TEXT_FIELDS)
        + ")",
        row | {"id": id_, "number": max(v["number"] for v in versions) + 1, "changes": list(changes)},
    )
    return Outcome(same, id_, "older_page", changes)


def _changes(draft: Draft, known: dict[str, Any]) -> tuple[str, ...]:
    """Which of headline, lead, body, byline and published differ. What is only lost is kept as it was."""
    row = draft.row
    row["lead"] = row["lead"] or known["lead"]
    changes = [field for field in ("headline", "lead", "body") if row[field] != known[field]]
    if "lead" in changes and known["lead"] is None:
        changes.remove("lead")
    credit = ("byline", "authors", "agency")
    if any(row[field] for field in credit):
        if any(row[field] != known[field] for field in credit):
            changes.append("byline")
    elif any(known[field] for field in credit):
        row |= {field: known[field] for field in credit}
        draft.credits = []
    times = ("published_text", "published_at", "published_precision", "timezone_assumed")
    dated = known["published_at"] is not None
    if dated and (row["published_at"] is None or is_relative(draft)):
        row |= {field: known[field] for field in times}
    elif row["published_at"] is not None and row["published_at"] != known["published_at"]:
        changes.append("published")
    return tuple(changes)


def is_relative(draft: Draft) -> bool:
    """Whether the date was printed as a distance (منذ ساعتين), which reads differently at every fetch."""
    evidence = draft.submission.article.provenance.get("published_at")
    return evidence is not None and "relative" in evidence.rule


def revise_article(
    cursor: Cursor, crawl: Crawl | None, draft: Draft, known: dict[str, Any], changes: tuple[str, ...]
) -> None:
    id_, row = known["id"], draft.row
    fields = ", ".join(f"{field} = a.{field}" for field in TEXT_FIELDS)
    cursor.execute(
        f"UPDATE akhbar.revisions r SET present = false, replaced_at = clock_timestamp(), {fields}"  # noqa: S608
        " FROM akhbar.articles a WHERE a.id = %s AND r.article_id = a.id AND r.number = a.revision"
        " RETURNING r.replaced_at, (SELECT max(v.number) + 1 FROM akhbar.revisions v WHERE v.article_id = a.id)",
        (id_,),
    )
    recorded_at, number = cursor.fetchone()  # type: ignore[misc]
    columns = (*TEXT_FIELDS, "body_truncated", "search", "pairs", "pair_bits")
    assignments = ", ".join(f"{column} = %({column})s" for column in columns)
    cursor.execute(
        f"UPDATE akhbar.articles SET {assignments}, revision = %(number)s, changed_at = %(changed_at)s,"  # noqa: S608
        f" last_seen_at = greatest(last_seen_at, %(last_seen_at)s), {_GONE} WHERE id = %(id)s",
        row | {"id": id_, "number": number},
    )
    cursor.execute(
        "INSERT INTO akhbar.revisions (article_id, number, seen_at, recorded_at, crawl_id, changes, present)"
        " VALUES (%s, %s, %s, %s, %s, %s, true)",
        (id_, number, row["changed_at"], recorded_at, crawl.id if crawl else None, list(changes)),
    )
    if draft.credits:
        cursor.execute("DELETE FROM akhbar.credits WHERE article_id = %s", (id_,))
        write_credits(cursor, [(id_, draft)])


def write_credits(cursor: Cursor, stored: Sequence[tuple[int, Draft]]) -> None:
    copy_rows(
        cursor,
        "akhbar.credits",
        ("article_id", "position", "name", "role", "words"),
        (
            (id_, position, name, role, words)
            for id_, draft in stored
            for position, (name, role, words) in enumerate(draft.credits, 1)
        ),
    )
