"""Sitemaps, indexes and news sitemaps, gzipped, cut, mislabelled and hostile."""

from __future__ import annotations

import gzip
import re
import time
import tracemalloc
import zlib
from datetime import UTC, date, datetime

import pytest

from crawler.discovery import NewsSitemap, Sitemap

URL = "https://example.com/sitemap.xml"
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def read(text: str | bytes, kind: type[Sitemap] = Sitemap, **arguments):
    return kind(URL).read(text.encode() if isinstance(text, str) else text, URL, **arguments)


def urlset(*entries: str, attributes: str = XMLNS) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {attributes}>{"".join(entries)}</urlset>\n'


def entry(n: int, more: str = "") -> str:
    return f"<url><loc>https://example.com/{n}</loc>{more}</url>"


def urls(listing) -> list[str]:
    return [candidate.url for candidate in listing.candidates]


def test_urlset_with_lastmod() -> None:
    listing = read(
        urlset(entry(1, "<lastmod>2024-10-17T07:05:00Z</lastmod>"), entry(2, "<lastmod>2024-10-17</lastmod>"))
    )
    first, second = listing.candidates
    assert (first.url, first.source) == ("https://example.com/1", URL)
    assert first.updated_at == datetime(2024, 10, 17, 7, 5, tzinfo=UTC)
    assert first.published_at is None
    assert second.updated_at is None
    assert (listing.damaged, listing.listed, listing.sources) == (None, 2, [])


def test_an_index_gives_its_sitemaps_latest_first() -> None:
    rows = [
        ("a", "<lastmod>2024-10-01</lastmod>"),
        ("b", ""),
        ("c.xml.gz", "<lastmod>2024-10-17T00:00:00+03:00</lastmod>"),
    ]
    body = "".join(f"<sitemap><loc>/{name}</loc>{lastmod}</sitemap>" for name, lastmod in rows)
    body += f"<sitemap><loc>{URL}</loc></sitemap><sitemap><loc>file:///etc/passwd</loc></sitemap>"
    listing = read(f"<sitemapindex {XMLNS}>{body}</sitemapindex>", NewsSitemap)
    assert listing.sources == [NewsSitemap(f"https://example.com/{name}") for name in ("c.xml.gz", "a", "b")]
    assert all(type(source) is NewsSitemap for source in listing.sources)
    assert [source.updated_on for source in listing.sources] == [date(2024, 10, 17), date(2024, 10, 1), None]
    assert (listing.candidates, listing.listed, listing.damaged) == ([], 5, "4 of 5 entries read")


NEWS = """<url><loc>https://example.com/7</loc><n:news xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<n:publication><n:name>المثال</n:name><n:language>ar</n:language></n:publication>
<n:publication_date>2024-10-17T10:05:00+03:00</n:publication_date>
<n:title>عنـــوان &amp; خبر</n:title></n:news>
<image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<image:loc>https://example.com/i.jpg</image:loc>
<image:title>صورة</image:title></image:image></url>"""


def test_news_sitemap() -> None:
    (candidate,) = read(urlset(NEWS), NewsSitemap).candidates
    assert candidate.url == "https://example.com/7"
    assert candidate.headline == "عنوان & خبر"
    assert candidate.published_at == datetime(2024, 10, 17, 7, 5, tzinfo=UTC)


def test_undeclared_prefixes_and_a_wrong_or_missing_namespace_are_forgiven() -> None:
    bare = "<url><loc>https://example.com/7</loc><news:news><news:title>عنوان</news:title></news:news></url>"
    for attributes in ("", 'xmlns="http://www.google.com/schemas/sitemap/0.9"', XMLNS):
        (candidate,) = read(urlset(bare, attributes=attributes), NewsSitemap).candidates
        assert (candidate.url, candidate.headline) == ("https://example.com/7", "عنوان")
    prefixed = f"<s:urlset {XMLNS.replace('xmlns', 'xmlns:s')}><s:url><s:loc>https://example.com/1</s:loc></s:url></s:urlset>"
    assert urls(read(prefixed)) == ["https://example.com/1"]
    assert read(prefixed).damaged is None


def test_gzip_whole_cut_and_broken() -> None:
    text = urlset(*(entry(n) for n in range(5000)))
    packed = gzip.compress(text.encode())
    whole = read(packed, content_type="application/x-gzip")
    assert (len(whole.candidates), whole.damaged) == (5000, None)
    cut = read(packed[: len(packed) // 2])
    assert 1000 < len(cut.candidates) < 5000
    assert "truncated gzip" in (cut.damaged or "")
    broken = read(packed[: len(packed) // 2] + b"\xff" * 5000)
    assert len(broken.candidates) > 100
    assert broken.damaged


def test_a_gzip_bomb_is_bounded() -> None:
    packer = zlib.compressobj(9, wbits=31)
    chunk = b" " * 10_000_000
    bomb = b"".join(
        [
            packer.compress(urlset(entry(1)).encode()[:-10]),
            *(packer.compress(chunk) for _ in range(30)),
            packer.flush(),
        ]
    )
    assert len(bomb) < 400_000
    tracemalloc.start()
    listing = read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 320_000_000
    assert urls(listing) == ["https://example.com/1"]
    assert "larger than 50 MB" in (listing.damaged or "")


def test_an_entity_bomb_keeps_the_good_entries() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY l0 "lol">{bomb}]>'
    body = urlset(entry(1), "<url><loc>https://example.com/&l11;</loc></url>", entry(2)).partition("\n")[2]
    listing = read(head + body)
    assert {"https://example.com/1", "https://example.com/2"} <= set(urls(listing))
    assert "lollol" not in repr(listing)


def test_truncation_and_bad_entries_are_said() -> None:
    text = urlset(*(entry(n) for n in range(100, 200)))
    cut = read(text[: text.index("/150</loc>") + 2])
    assert (len(cut.candidates), cut.listed, cut.damaged) == (50, 51, "truncated, 50 of 51 entries read")
    bad = read(
        urlset(
            entry(1),
            "<url><loc></loc></url>",
            "<url><lastmod>x</lastmod></url>",
            "<url><loc>data:x</loc></url>",
            entry(2),
        )
    )
    assert urls(bad) == ["https://example.com/1", "https://example.com/2"]
    assert bad.damaged == "2 of 5 entries read"
    torn = read(
        urlset(entry(1), "<url><loc>https://example.com/a<b</loc>", "</urlset><url>", entry(3), entry(4))
    )
    assert {"https://example.com/1", "https://example.com/3", "https://example.com/4"} <= set(urls(torn))


@pytest.mark.parametrize(
    "body", [b"", b"<!doctype html><html><body>404</body></html>", b"{}", b"PK\x03\x04", b"\x1f\x8b"]
)
def test_what_is_no_sitemap_is_damaged_and_never_raises(body: bytes) -> None:
    listing = read(body)
    assert listing.candidates == []
    assert listing.damaged


def test_plain_lines_and_a_feed_in_its_place_are_read() -> None:
    assert urls(read("https://example.com/1\r\nhttps://example.com/2\n")) == [
        "https://example.com/1",
        "https://example.com/2",
    ]
    assert read("https://example.com/1\nnonsense").damaged == "1 of 2 lines read"
    feed = "<rss><channel><item><title>خ</title><link>https://example.com/9</link></item></channel></rss>"
    assert urls(read(feed)) == ["https://example.com/9"]


def test_article_url_selects_and_arabic_paths_are_kept() -> None:
    text = urlset(entry(1), "<url><loc>https://example.com/أخبار/خبر-2</loc></url>", entry(33))
    assert urls(read(text)) == [
        "https://example.com/1",
        "https://example.com/أخبار/خبر-2",
        "https://example.com/33",
    ]
    assert urls(read(text, article_url=re.compile(r"/\d\d$"))) == ["https://example.com/33"]


@pytest.mark.parametrize("most", [10_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_fifty_thousand_addresses_are_read_in_seconds(most: int) -> None:
    text = urlset(*(entry(n, "<lastmod>2024-10-17T07:05:00Z</lastmod>") for n in range(most)))
    started = time.process_time()
    assert len(read(text).candidates) == most
    assert time.process_time() - started < 8 * most / 50_000
