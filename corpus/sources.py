"""Sources: what each feed, sitemap and section page answered last."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from corpus.announcements import URL_LIMIT
from corpus.crawls import Crawl, fence
from corpus.text import mend, mend_url, url_hash
from corpus.transaction import Connection, transaction


@dataclass(frozen=True, slots=True)
class Validators:
    """What a source's last good answer said of itself, for a conditional request, and its place in the archive."""

    etag: str | None
    last_modified: str | None
    fetched_at: datetime | None
    archive: Mapping[str, Any] | None


def source_validators(connection: Connection, outlet: str) -> dict[str, Validators]:
    """The validators of every source of the outlet (slug) that answered before."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT s.url, s.etag, s.last_modified, s.fetched_at, s.archive FROM akhbar.sources s"
            " JOIN akhbar.outlets o ON o.id = s.outlet_id WHERE o.slug = %s",
            (outlet,),
        )
        return {url: Validators(*rest) for url, *rest in cursor.fetchall()}


def keep_source(
    connection: Connection,
    crawl: Crawl,
    url: str,
    *,
    kind: str | None = None,
    status: int | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    damaged: str | None = None,
    listed: int = 0,
    new: int = 0,
    listing: Collection[int] = (),
    archive: Mapping[str, Any] | None = None,
) -> None:
    """Keeps what a source answered. A 304 keeps the validators, counts and `listing` that a 200 left.

    `listing` are the ids of the candidates that it listed, `archive` is the place of its document where one came.

    What a crawl of archives reads is not kept: no source answered.
    Validators of a damaged document are not kept, so that it is read whole next time.
    """
    if crawl.replay:
        return
    url = mend_url(url)[:URL_LIMIT]
    # a source without a document (a range of numbers) has no status, and still lists something
    fresh = listed > 0 if status is None else 200 <= status < 300
    good = fresh and not damaged
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        cursor.execute(
            """
            INSERT INTO akhbar.sources AS s (outlet_id, url, url_hash, kind, status, etag, last_modified,
                damaged, listed, new, fetches, fetched_at, changed_at, crawl_id, listing, archive)
            VALUES (%(outlet)s, %(url)s, %(hash)s, %(kind)s, %(status)s, %(etag)s, %(last_modified)s,
                %(damaged)s, %(listed)s, %(new)s, 1, now(), CASE WHEN %(fresh)s THEN now() END, %(crawl)s,
                %(listing)s::bigint[], %(archive)s)
            ON CONFLICT (outlet_id, url_hash) DO UPDATE SET
                kind = coalesce(EXCLUDED.kind, s.kind), status = EXCLUDED.status,
                etag = CASE WHEN %(fresh)s THEN EXCLUDED.etag ELSE s.etag END,
                last_modified = CASE WHEN %(fresh)s THEN EXCLUDED.last_modified ELSE s.last_modified END,
                damaged = CASE WHEN %(fresh)s THEN EXCLUDED.damaged ELSE s.damaged END,
                listed = CASE WHEN %(fresh)s THEN EXCLUDED.listed ELSE s.listed END,
                new = EXCLUDED.new, fetches = s.fetches + 1, fetched_at = now(),
                changed_at = CASE WHEN %(fresh)s THEN now() ELSE s.changed_at END,
                listing = CASE WHEN %(fresh)s THEN EXCLUDED.listing ELSE s.listing END,
                crawl_id = EXCLUDED.crawl_id, archive = coalesce(EXCLUDED.archive, s.archive)
            """,
            {
                "listing": sorted(listing), "archive": Json(mend(archive)) if archive else None,
                "outlet": crawl.outlet_id, "url": url, "hash": url_hash(url),
                "kind": kind, "status": status,
                "etag": mend(etag) if good else None, "last_modified": mend(last_modified) if good else None,
                "damaged": mend(damaged), "listed": listed, "new": new, "fresh": fresh, "crawl": crawl.id,
            },
        )  # fmt: skip
