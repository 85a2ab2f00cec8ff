"""Databases, crawls and articles that the measures of the corpus work with."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from corpus import crawls, database
from corpus.embedded import EmbeddedServer
from crawler.items import Article
from crawler.outlet import Outlet
from pipelines.fingerprint import Fingerprint
from pipelines.indexing import Indexing

NOW = datetime.now(UTC).replace(microsecond=0)
OUTLETS = [("alef", "IQ"), ("ba", "EG"), ("ta", "SA"), ("tha", "LB"), ("jim", "MA")]


def fresh(name: str, template: str = "template1") -> Any:
    """A connection to a database of its own in the embedded server."""
    first = other("postgres")
    first.autocommit = True
    with first.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    first.close()
    return other(name, migrated=True)


def other(name: str, *, migrated: bool = False) -> Any:
    """A connection to another database of the embedded server."""
    os.environ["AKHBAR_DATABASE_URL"] = EmbeddedServer().url(name)
    try:
        return database.connect(migrated=migrated)
    finally:
        del os.environ["AKHBAR_DATABASE_URL"]


def begin(connection: Any, slug: str, country: str = "IQ") -> crawls.Crawl:
    return crawls.begin(connection, Outlet(slug, country=country, timezone="UTC", slug=slug))


def made(number: int, body: str, hours: float, headline: str | None = None) -> Article:
    """An article as the pipelines hand it to the store."""
    url = f"https://x.example/{number}"
    article = Article(
        url=url, canonical_url=url, headline=headline or f"عنوان الخبر {number}", body=body, authors=["سالم الخطيب"],
        byline="كتب: سالم الخطيب", section="محليات", published_at=NOW - timedelta(hours=hours),
        published_precision="minute", fetched_at=NOW, language="ar",
    )  # fmt: skip
    return Indexing().process_item(Fingerprint().process_item(article))
