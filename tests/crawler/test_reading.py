"""Reader processes: what they are told of an outlet, what they judge there, and how sources come back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler.discovery import Sitemap
from crawler.items import Article, Rejection
from crawler.outlet import Layout, Outlet
from crawler.reading import Facts, Job, Readers
from crawler.settings import READER_JUDGES
from pipelines.fingerprint import Fingerprint
from pipelines.indexing import Indexing

OUTLET = Outlet("الضفة", country="IQ", timezone="Asia/Baghdad", slug="dhifa", hosts=("dhifa.example",))
URL = "https://dhifa.example/1"
TEXT = "رُفع الستار عن مكتبة للنباتات في بلدة الضفة، وفيها ألف بذرة لا يعرف أحد اسمها حتى اليوم."
PAGE = f"<html><head><title>مكتبة</title></head><body><h1>مكتبة للنباتات</h1><p>{TEXT}</p><p>{TEXT}!</p></body></html>"


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    readers = Readers(processes=1, time_limit=20)
    yield readers
    readers.close()


def read(readers: Readers, *judges: str) -> Article | Rejection:
    facts = Facts(outlet=OUTLET, layout=Layout(), judges=judges).pack()
    job = Job(
        body=PAGE.encode(),
        url=URL,
        content_type=None,
        candidate=None,
        fetched_at=datetime.now(UTC),
        facts=facts,
    )
    return asyncio.run(readers.read(job))


def test_a_reader_process_judges_what_it_has_read(readers: Readers) -> None:
    plain = read(readers)
    judged = read(readers, *READER_JUDGES)
    assert isinstance(plain, Article) and isinstance(judged, Article)
    assert plain.outlet == judged.outlet == "dhifa" and plain.content_hash is None
    Fingerprint().process_item(plain)
    assert (judged.content_hash, judged.signature) == (plain.content_hash, plain.signature)
    assert judged.content_hash and judged.signature
    assert plain.index_terms is None and judged.index_terms == Indexing().process_item(plain).index_terms


def test_a_large_source_comes_whole_and_in_order_from_a_reader_process(readers: Readers) -> None:
    urls = [f"https://dhifa.example/news/{number}" for number in range(2_500)]
    body = f"<urlset>{''.join(f'<url><loc>{url}</loc></url>' for url in urls)}</urlset>".encode()
    listing = asyncio.run(
        readers.read_source(
            Sitemap("https://dhifa.example/sitemap.xml"),
            body,
            "https://dhifa.example/sitemap.xml",
            content_type="application/xml",
            article_url=re.compile("/news/"),
        )
    )
    assert [candidate.url for candidate in listing.candidates] == urls
    assert (listing.listed, listing.damaged) == (2_500, None)
