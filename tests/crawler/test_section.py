"""Section pages: which links are articles, in which order, and the next page."""

from __future__ import annotations

import re
import time

import pytest

from crawler.discovery import Section

URL = "https://www.example.com/ar/iraq"


def read(html: str | bytes, **arguments):
    return Section(URL).read(html.encode() if isinstance(html, str) else html, URL, **arguments)


def urls(listing) -> list[str]:
    return [candidate.url for candidate in listing.candidates]


def test_links_that_match_come_out_once_in_order_with_their_text() -> None:
    page = """<html><body><nav><a href="/keyword/12">وسم</a></nav>
      <a href="/12345"><img src="a.jpg"></a><h2><a href="/12345#c"> عنـــوان   <b>الخبر</b> الأول </a></h2>
      <a href="//www.example.com/222" title="من العنوان"></a><a href="/12345">المزيد</a>
      <a href="https://other.example/333">خارج</a><a href="javascript:void(0)">x</a><a href="file:///444">x</a></body></html>"""
    listing = read(page, article_url=re.compile(r"example\.com/\d+$"))
    assert [(c.url, c.headline, c.source) for c in listing.candidates] == [
        ("https://www.example.com/12345", "عنوان الخبر الأول", URL),
        ("https://www.example.com/222", "من العنوان", URL),
    ]
    assert (listing.listed, listing.damaged) == (2, None)


@pytest.mark.parametrize(
    "path",
    [
        "/123456",
        "/ar/iraq/123456/slug",
        "/story/2024/10/17/-/654",
        "/2024/10/17/some-slug",
        "/news/خبر-عاجل-123456",
        "/ar/politics/20241017-slug",
        "/arabic/articles/c0k4rz8ny2do",
        "/ar/slug/a-7012345",
        "/view.php?cat=98765",
        "/News/1234567.aspx",
        "/رئيس-الوزراء-يزور-مدينة-البصرة-اليوم/",
        "/news/details/998877",
        "/%D8%B1%D8%A6%D9%8A%D8%B3-%D8%A7-%D8%A8-%D8%AA-%D8%AB",
    ],
)
def test_addresses_that_look_like_articles(path: str) -> None:
    assert urls(read(f'<a href="{path}">خبر</a>')) == [f"https://www.example.com{path}"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ar/iraq",
        "/ar/sport",
        "/tag/123456",
        "/keyword/123456",
        "/author/12345",
        "/category/2024/10/17",
        "/page/12345",
        "/img/2024/10/17/a.jpg",
        "/about-us",
        "/search?id=12345",
        "https://facebook.com/123456789",
        "#123456",
        "/ar/iraq?page=2",
    ],
)
def test_addresses_that_do_not(path: str) -> None:
    listing = read(f'<a href="{path}">رابط</a>')
    assert listing.candidates == []
    assert listing.damaged == "no link leads to an article"


def test_the_next_page_is_a_further_source() -> None:
    page = '<head><link rel="next" href="?page=2"></head>'
    page += '<body><a rel="nofollow next" href="?page=2">التالي</a><a href="/12345">خ</a>'
    assert read(page).sources == [Section("https://www.example.com/ar/iraq?page=2")]
    assert read(f'<a rel="next" href="{URL}">التالي</a>').sources == []
    assert read('<a rel="next" href="javascript:next()">التالي</a>').sources == []


def test_base_and_wrong_labels() -> None:
    page = '<html><head><base href="https://example.com/x/"><meta charset="utf-8"></head>'
    page += '<a href="123456">خبر اليوم</a>'
    listing = read(page.encode("windows-1256"), content_type="text/html; charset=utf-8")
    assert [(c.url, c.headline) for c in listing.candidates] == [
        ("https://example.com/x/123456", "خبر اليوم")
    ]


def test_a_text_too_long_is_no_headline() -> None:
    assert read(f'<a href="/123456">{"كلمة " * 200}</a>').candidates[0].headline is None


@pytest.mark.parametrize("body", [b"", b" ", b'{"a": "b"}', b"\x00\x01", b"\x1f\x8b\x08", b"<", b"<!---->"])
def test_what_is_no_page_is_damaged_and_never_raises(body: bytes) -> None:
    listing = read(body)
    assert listing.candidates == []
    assert listing.damaged


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000,
        "<a href=" * 100_000,
        '<a href="/' + "-a" * 500_000 + '">',
        "<a href='/12345'>" * 20_000,
        '<a href="/' + "a-" * 2_000 + '/">x</a>' * 200,
        "&" * 500_000,
    ],
)
def test_hostile_repetition_takes_linear_time(hostile: str) -> None:
    started = time.process_time()
    read('<a href="/123456">خبر</a>' + hostile)
    assert time.process_time() - started < 5
