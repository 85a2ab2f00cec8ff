from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.canonical import canonical_url, clean_url, is_home
from crawler.extraction.page import Page

PLAIN = "https://www.example.org/news/2024/10/3/harbour-7712"


@pytest.mark.parametrize(
    "url",
    [
        PLAIN + "?utm_source=x&utm_medium=y",
        PLAIN + "?fbclid=abc#comments",
        PLAIN + "/amp",
        PLAIN + "/amp/",
        PLAIN + "?amp=1",
        PLAIN + "?outputType=amp",
        "https://www.example.org:443/news/2024/10/3/harbour-7712",
        "HTTPS://WWW.Example.org/news/2024/10/3/harbour-7712",
        "https://www.example.org/amp/news/2024/10/3/harbour-7712",
        "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/news/2024/10/3/harbour-7712",
        "https://www.google.com/amp/s/www.example.org/news/2024/10/3/harbour-7712",
        "  " + PLAIN + "\n",
        PLAIN + "?",
    ],
)
def test_dress_comes_off(url: str) -> None:
    assert clean_url(url) == PLAIN


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://m.example.org/a/1", "https://example.org/a/1"),
        ("https://mobile.example.org/a/1", "https://example.org/a/1"),
        ("https://m.org/a/1", "https://m.org/a/1"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        (
            "https://example.org/view.php?cat=12&id=9&utm_campaign=z",
            "https://example.org/view.php?cat=12&id=9",
        ),
        ("https://example.org/a/index.html", "https://example.org/a/index.html"),
        ("https://example.org/index.html", "https://example.org/"),
        ("https://example.org/index.php?id=5", "https://example.org/index.php?id=5"),
        ("https://example.org/a.amp.html", "https://example.org/a.html"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/ar/amp/5-slug", "https://example.org/ar/5-slug"),
        ("https://example.org/champ/ampere", "https://example.org/champ/ampere"),
        ("https://example.org/%d8%b3%D9%88%D9%82", "https://example.org/%D8%B3%D9%88%D9%82"),
        ("https://example.org/سوق", "https://example.org/%D8%B3%D9%88%D9%82"),
        ("https://example.org/a%2Fb%20c%41", "https://example.org/a%2Fb%20cA"),
        ("https://example.org/اقتصـاد/1", "https://example.org/%D8%A7%D9%82%D8%AA%D8%B5%D9%80%D8%A7%D8%AF/1"),
        ("https://example.org/news/100%", "https://example.org/news/100%25"),
        ("ftp://example.org/a", "ftp://example.org/a"),
        ("http://[::1", "http://[::1"),
        ("", ""),
    ],
)
def test_clean(url: str, clean: str) -> None:
    assert clean_url(url) == clean
    assert clean_url(clean) == clean


@given(st.text(max_size=60))
def test_any_text_is_cleaned_once(url: str) -> None:
    for candidate in (url, "https://example.org/" + url):
        once = clean_url(candidate)
        assert clean_url(once) == once


def of(head: str, url: str | None = PLAIN) -> tuple[str | None, str | None]:
    found = canonical_url(Page.from_text(f"<html><head>{head}</head><body></body></html>", url))
    return (found[0], found[1].rule) if found else (None, None)


LINK = '<link rel="canonical" href="{}">'


@pytest.mark.parametrize(
    "href",
    [
        PLAIN + "?utm_source=a",
        "/news/2024/10/3/harbour-7712",
        "//www.example.org/news/2024/10/3/harbour-7712",
    ],
)
def test_canonical_link_is_believed(href: str) -> None:
    assert of(LINK.format(href), "https://www.example.org/n/7712") == (PLAIN, "rel=canonical")


@pytest.mark.parametrize(
    "href",
    [
        "https://www.example.org/",
        "https://www.example.org/ar",
        "https://other.example.net/news/1",
        "https://www.example.org/{{slug}}",
        "https://www.example.org/undefined",
        "https://www.example.org/news",
        "http://localhost/news/1",
        "javascript:void(0)",
        "",
    ],
)
def test_canonical_link_is_not_believed(href: str) -> None:
    assert of(LINK.format(href)) == (PLAIN, "fetched url")


def test_other_statements_stand_in() -> None:
    assert of(f'<meta property="og:url" content="{PLAIN}">', None) == (PLAIN, "og:url")
    ld = f'<script type="application/ld+json">{{"@type":"Article","mainEntityOfPage":{{"@id":"{PLAIN}"}}}}</script>'
    assert of(ld, None) == (PLAIN, "json-ld")
    assert of("", None) == (None, None)


def test_home() -> None:
    assert is_home("https://example.org")
    assert is_home("https://example.org/ar/")
    assert not is_home("https://example.org/?id=5")
    assert not is_home("https://example.org/185562")
