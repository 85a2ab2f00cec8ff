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

from corpus import passages, stories
from corpus.crawls import Crawl, fence
from corpus.ledger import Ending, close_rows, recheck_at
from corpus.movements import write_movements
from corpus.room import require_room
from corpus.text import mend, mend_url, url_hash, within_news_time
from corpus.transaction import Connection, Cursor, may_succeed_again, server_clock, transaction
from corpus.unavailable import StorageUnavailable
from corpus.vector import search_vector
from crawler.arabic.letters import fold, fold_paragraphs
from crawler.items import Article

HEADLINE_LIMIT = 1_000  # characters; longer ones are a page's text taken for its headline
BODY_LIMIT = 2_000_000
SHORT_LIMIT = 2_000  # of byline, dateline, section and the like, which are cut there
LIST_LIMIT = 100  # authors, tags, credits
TELLING_WORDS = 25  # below, an equal body alone does not make two articles one (flashes, prices)
NOARCHIVE = "noarchive"  # among an article's opt_out: its page is not kept
WORSE_SHARE = 0.5  # a new reading with fewer words than this share of the old one is not believed

Result = TypeVar("Result")

OUTLET_LOCK = 1_634_428_003  # first key of the advisory locks of writers; the second is the outlet's id
_TRIES = 5

TEXT_FIELDS = (
    "headline", "lead", "body", "appended", "byline", "authors", "agency", "dateline", "published_text",
    "published_at", "published_precision", "timezone_assumed", "updated_at", "section", "tags", "language",
    "image_url", "provenance", "extractor_version", "content_hash", "word_count",
)  # fmt: skip
_ARTICLE_COLUMNS = (
    "outlet_id", "url", "canonical_url", "canonical_hash", *TEXT_FIELDS, "body_truncated", "first_seen_at",
    "last_seen_at", "changed_at", "crawl_id", "search", "opt_out",
)  # fmt: skip
_CASTS = {
    "authors": "::text[]", "tags": "::text[]", "search": "::tsvector", "published_at": "::timestamptz",
    "updated_at": "::timestamptz", "appended": "::jsonb", "provenance": "::jsonb", "opt_out": "::text[]",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An article to keep, its ledger row (None: from no crawl) and the validators of the answer."""

    article: Article
    candidate_id: int | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    archive: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission.

    `state` is stored (new), revised (a new version, `changes` says of what), unchanged, duplicate (another
    address of an article that is already here) or rejected. `reason` says why a row is rejected, and
    `worse_reading` or `takedown` where that kept an article from being written.
    """

    state: str
    article_id: int | None = None
    reason: str | None = None
    changes: tuple[str, ...] = ()


class RefusedError(Exception):
    """A submission that cannot be stored, with its reason."""


@dataclass(slots=True)
class Draft:
    """A submission made ready for its row."""

    place: int
    submission: Submission
    outlet: str
    row: dict[str, Any]
    credits: list[tuple[str, str, list[str]]]
    addresses: dict[bytes, str]
    signature: bytes | None
    paragraphs: list[str]  # folded

    @property
    def folded(self) -> str:
        return " ".join(filter(None, self.paragraphs))

    @property
    def key(self) -> bytes:
        return bytes(self.row["canonical_hash"])


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


def make_draft(place: int, submission: Submission, crawl: Crawl | None, now: datetime) -> Draft:
    """The row of a submission, mended; raises RefusedError where there is no article in it."""
    article = submission.article
    headline, body = mend(article.headline).strip(), mend(article.body).strip()
    canonical, url = (
        mend_url(article.canonical_url or ""),
        mend_url(article.url or article.canonical_url or ""),
    )
    for value, reason in ((headline, "no_headline"), (body, "no_body"), (canonical, "no_canonical_url")):
        if not value:
            raise RefusedError(reason)
    if len(headline) > HEADLINE_LIMIT:
        raise RefusedError("headline_too_long")
    if len(body) > BODY_LIMIT:
        raise RefusedError("body_too_long")
    outlet = crawl.outlet if crawl else article.outlet
    if not outlet:
        raise RefusedError("unknown_outlet")
    lead = _cut(article.lead)
    # folded once, where the text was fingerprinted
    paragraphs = article.folded if article.folded and body == article.body else fold_paragraphs(body)
    folded = " ".join(filter(None, paragraphs))
    searched = folded if not lead or body.startswith(lead) else f"{fold(lead)} {folded}"
    published_at = within_news_time(article.published_at, now=now)
    published_text = _cut(article.published_text)
    if published_at is None and article.published_at is not None and not published_text:
        published_text = article.published_at.isoformat()
    fetched_at = min(within_news_time(article.fetched_at, now=now) or now, now)
    row: dict[str, Any] = {
        "url": url,
        "canonical_url": canonical,
        "canonical_hash": url_hash(canonical),
        "headline": headline,
        "lead": lead,
        "body": body,
        "appended": Json([{"headline": mend(s.headline), "body": mend(s.body)} for s in article.appended]),
        "byline": _cut(article.byline),
        "authors": _cut_all(article.authors),
        "agency": _cut(article.agency),
        "dateline": _cut(article.dateline),
        "published_text": published_text,
        "published_at": published_at,
        "published_precision": article.published_precision if published_at else None,
        "timezone_assumed": bool(article.timezone_assumed),
        "updated_at": within_news_time(article.updated_at, now=now),
        "section": _cut(article.section),
        "tags": _cut_all(article.tags),
        "language": _cut(article.language),
        "image_url": mend_url(article.image_url)[:8192] if article.image_url else None,
        "provenance": Json(
            {mend(name): {"rule": mend(e.rule), "raw": _cut(e.raw)} for name, e in article.provenance.items()}
        ),
        "extractor_version": mend(article.extractor_version),
        "content_hash": bytes(article.content_hash or hashlib.sha256(folded.encode()).digest()),
        "word_count": len(folded.split()),
        "body_truncated": bool(article.body_truncated),
        "first_seen_at": fetched_at,
        "last_seen_at": fetched_at,
        "changed_at": fetched_at,
        "crawl_id": crawl.id if crawl else None,
        "search": search_vector(fold(headline), searched),
        "opt_out": _cut_all(article.opt_out),
    }
    addresses = {url_hash(address): address for address in (canonical, url)}
    telling = row["word_count"] >= stories.TELLING_WORDS
    signature = bytes(article.signature) if article.signature and telling else None
    return Draft(place, submission, outlet, row, _credits(article), addresses, signature, paragraphs)


def _credits(article: Article) -> list[tuple[str, str, list[str]]]:
    """(name, role, folded words) of every credit; authors and agency too where the credits leave them out."""
    named = [(credit.name, credit.role) for credit in article.credits]
    known = {fold(name) for name, _ in named}
    named += [(name, "writer") for name in article.authors if fold(name) not in known]
    if article.agency and fold(article.agency) not in known:
        named.append((article.agency, "agency"))
    rows = []
    for name, role in named[:LIST_LIMIT]:
        name = _cut(name) or ""
        words = [word for word in fold(name).split() if len(word) <= 120][:50]
        if name and words:
            rows.append((name, mend(role), words))
    return rows


def _cut(text: str | None) -> str | None:
    return (mend(text)[:SHORT_LIMIT].strip() or None) if text else None


def _cut_all(texts: Sequence[str]) -> list[str]:
    return [cut for text in list(texts)[:LIST_LIMIT] if (cut := _cut(text))]


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
    removed = _removed(cursor, drafts)
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
            own = ledger_row is not None and ledger_row.article_id == match["id"]
            outcomes[draft.place] = _meet(cursor, crawl, draft, match, own or ledger_row is None, now)
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
        "SELECT id, url, article_id, checks FROM akhbar.candidates"
        " WHERE id = ANY(%s) AND state = 'fetching' AND crawl_id = %s ORDER BY id FOR UPDATE",
        (
            sorted(d.submission.candidate_id for d in drafts if d.submission.candidate_id is not None),
            crawl.id,
        ),
    )
    rows = cursor.fetchall()
    announced = {id_: url for id_, url, _, _ in rows}
    for draft in drafts:
        if url := announced.get(draft.submission.candidate_id or 0):
            draft.addresses.setdefault(url_hash(url), url)
    return {id_: _Held(article_id, checks) for id_, _, article_id, checks in rows}


def _removed(cursor: Cursor, drafts: Sequence[Draft]) -> set[int]:
    """The places of drafts that a takedown forbids, by one of their addresses or by their text.

    Their own addresses get tombstones too, with the places where the archive holds their pages.
    """
    cursor.execute(
        "SELECT outlet_id, coalesce(url_hash, content_hash), takedown_id FROM akhbar.tombstones"
        " WHERE url_hash = ANY(%s) OR content_hash = ANY(%s)",
        (
            [key for draft in drafts for key in draft.addresses],
            [draft.row["content_hash"] for draft in drafts],
        ),
    )
    closed = {(outlet_id, bytes(key)): takedown for outlet_id, key, takedown in cursor.fetchall()}
    if not closed:
        return set()
    removed: dict[int, int] = {}
    for draft in drafts:
        for key in (*draft.addresses, draft.row["content_hash"]):
            takedown = closed.get((None, key)) or closed.get((draft.row["outlet_id"], key))
            if takedown is not None:
                removed[draft.place] = takedown
    buried = [
        (removed[d.place], d.row["outlet_id"], url, key, Json(mend(d.submission.archive)))
        for d in drafts
        if d.place in removed and d.submission.archive
        for key, url in list(d.addresses.items())[:1]
    ]
    if buried:
        execute_values(
            cursor,
            "INSERT INTO akhbar.tombstones (takedown_id, outlet_id, url, url_hash, archive) VALUES %s",
            buried,
        )
    return set(removed)


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
        f"SELECT id, revision, {', '.join(TEXT_FIELDS)} FROM akhbar.articles WHERE id = ANY(%s)",  # noqa: S608
        (sorted(set(ids.values())),),
    )
    names = [column.name for column in cursor.description or ()]
    articles = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    return {place: articles[id_] for place, id_ in ids.items()}


# another address of an article adds to what is reserved and takes nothing back
_OPT_OUT = (
    "opt_out = CASE WHEN %(own)s THEN %(opt_out)s::text[]"
    " ELSE ARRAY(SELECT DISTINCT unnest(opt_out || %(opt_out)s::text[]) ORDER BY 1) END"
)


def _meet(
    cursor: Cursor, crawl: Crawl | None, draft: Draft, known: dict[str, Any], own: bool, now: datetime
) -> Outcome:
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
            f" gone_at = NULL, {_OPT_OUT} WHERE id = %(id)s",
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
    if row["published_at"] is None:
        row |= {field: known[field] for field in times if known["published_at"] is not None}
    elif row["published_at"] != known["published_at"] and not is_relative(draft):
        changes.append("published")
    return tuple(changes)


def is_relative(draft: Draft) -> bool:
    """Whether the date was printed as a distance (منذ ساعتين), which reads differently at every fetch."""
    evidence = draft.submission.article.provenance.get("published_at")
    return evidence is not None and "relative" in evidence.rule


def revise_article(
    cursor: Cursor, crawl: Crawl | None, draft: Draft, known: dict[str, Any], changes: tuple[str, ...]
) -> None:
    id_, number, row = known["id"], known["revision"], draft.row
    fields = ", ".join(f"{field} = a.{field}" for field in TEXT_FIELDS)
    cursor.execute(
        f"UPDATE akhbar.revisions r SET present = false, replaced_at = clock_timestamp(), {fields}"  # noqa: S608
        " FROM akhbar.articles a WHERE a.id = %s AND r.article_id = a.id AND r.number = a.revision"
        " RETURNING r.replaced_at",
        (id_,),
    )
    (recorded_at,) = cursor.fetchone()  # type: ignore[misc]
    columns = (*TEXT_FIELDS, "body_truncated", "search")
    assignments = ", ".join(f"{column} = %({column})s" for column in columns)
    cursor.execute(
        f"UPDATE akhbar.articles SET {assignments}, revision = revision + 1, changed_at = %(changed_at)s,"  # noqa: S608
        " last_seen_at = greatest(last_seen_at, %(last_seen_at)s), gone_at = NULL WHERE id = %(id)s",
        row | {"id": id_},
    )
    cursor.execute(
        "INSERT INTO akhbar.revisions (article_id, number, seen_at, recorded_at, crawl_id, changes, present)"
        " VALUES (%s, %s, %s, %s, %s, %s, true)",
        (id_, number + 1, row["changed_at"], recorded_at, crawl.id if crawl else None, list(changes)),
    )
    if draft.credits:
        cursor.execute("DELETE FROM akhbar.credits WHERE article_id = %s", (id_,))
        _write_credits(cursor, [(id_, draft)])


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
        template="("
        + ", ".join(f"%({column})s{_CASTS.get(column, '')}" for column in _ARTICLE_COLUMNS)
        + ")",
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
    _write_credits(cursor, stored)
    return {draft.place: Outcome("stored", id_) for id_, draft in stored}


def _write_credits(cursor: Cursor, stored: Sequence[tuple[int, Draft]]) -> None:
    rows = [
        (id_, position, name, role, words)
        for id_, draft in stored
        for position, (name, role, words) in enumerate(draft.credits, 1)
    ]
    if rows:
        execute_values(
            cursor,
            "INSERT INTO akhbar.credits (article_id, position, name, role, words) VALUES %s",
            rows,
            page_size=len(rows),
        )


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
    return outcome.state == "stored" or "body" in outcome.changes


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
        elif "published" in outcome.changes:
            redated.append(outcome.article_id)
    if revised:
        cursor.execute(
            "SELECT article_id, signature FROM akhbar.signatures WHERE article_id = ANY(%s)", (revised,)
        )
        stories.forget(cursor, [(id_, bytes(signature)) for id_, signature in cursor.fetchall()])
    if rows:
        execute_values(
            cursor,
            "INSERT INTO akhbar.signatures (article_id, signature) VALUES %s"
            " ON CONFLICT (article_id) DO UPDATE SET signature = EXCLUDED.signature, linked = false",
            rows,
            page_size=len(rows),
        )
    if redated:
        cursor.execute("UPDATE akhbar.signatures SET linked = false WHERE article_id = ANY(%s)", (redated,))


def _end_rows(
    cursor: Cursor,
    crawl: Crawl | None,
    drafts: Sequence[Draft],
    outcomes: Mapping[int, Outcome],
    held: Mapping[int, _Held],
    now: datetime,
) -> None:
    rows = []
    for draft in drafts:
        submission, outcome = draft.submission, outcomes[draft.place]
        ledger_row = held.get(submission.candidate_id or 0)
        if ledger_row is None:
            continue
        state, reason = outcome.state, outcome.reason
        if state == "revised":
            own = ledger_row.article_id == outcome.article_id
            state, reason = ("stored" if own else "duplicate"), "revised"
        checks = ledger_row.checks + 1 if state == "unchanged" else 0
        fresh = draft.row["published_at"] or draft.row["first_seen_at"]
        next_check = recheck_at(checks, fresh, now) if state in ("stored", "unchanged") else None
        rows.append(
            (
                submission.candidate_id, state, reason, submission.status, mend(submission.etag),
                mend(submission.last_modified), draft.row["last_seen_at"], outcome.article_id, checks,
                next_check, Json(mend(submission.archive)) if submission.archive else None,
                # the row must not lead to an older page that the archive kept
                NOARCHIVE in submission.article.opt_out,
            )
        )  # fmt: skip
    if rows:
        execute_values(
            cursor,
            """
            UPDATE akhbar.candidates c
            SET state = v.state, reason = v.reason, detail = NULL, status = v.status, etag = v.etag,
                last_modified = v.last_modified, fetched_at = v.fetched_at, article_id = v.article_id,
                checks = v.checks, next_check = v.next_check, attempts = 0,
                archive = CASE WHEN NOT v.unkept THEN coalesce(v.archive, c.archive) END
            FROM (VALUES %s) AS v (id, state, reason, status, etag, last_modified, fetched_at, article_id,
                checks, next_check, archive, unkept)
            WHERE c.id = v.id
            """,
            rows,
            template="(%s::bigint, %s, %s, %s::int, %s, %s, %s::timestamptz, %s::bigint, %s::smallint,"
            " %s::timestamptz, %s::jsonb, %s)",
            page_size=len(rows),
        )
    if rows and crawl:
        moved = Counter(row[1] for row in rows)
        write_movements(cursor, crawl.outlet_id, crawl.id, moved, fetching=-len(rows))


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
