# ruff: noqa: E501  (pages are kept on their lines)
from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.candidate import Candidate
from crawler.extraction.reader import EXTRACTOR_VERSION, read
from crawler.items import Article, Rejection
from crawler.outlet import Layout, Outlet

URL = "https://wadi.example/news/5501"
TITLE = "قطار الوادي يعود إلى العمل بعد ثلاثين عاما من التوقف"
ONE = "عاد قطار الوادي، اليوم الخميس، إلى العمل بعد ثلاثين عاما من التوقف، وحمل في رحلته الأولى مئتي راكب."
TWO = "وقال مدير السكك الحديدية هاني العامري إن الرحلات ستكون يومية اعتبارا من الأسبوع المقبل."
PAGE = f"""<!DOCTYPE html><html><head><title>{TITLE} | الوادي</title><link rel=canonical href="{URL}">
<meta property="og:image" content="/img/train.jpg"><meta property="article:section" content="محليات">
<meta property="article:published_time" content="2024-10-03T09:15:00+03:00">
</head><body><nav><a href=/>الرئيسية</a></nav><main><h1>{TITLE}</h1><div class=byline>كتب: سامي الخطيب</div>
<div class=entry-content><p>{ONE}</p><p>{TWO}</p></div><a rel=tag href=/t/1>قطار</a><a rel=tag href=/t/2>سكك الحديد</a></main></body></html>"""


def test_every_field_of_a_plain_page() -> None:
    fetched = datetime(2024, 10, 3, 12, tzinfo=UTC)
    outlet = Outlet("الوادي", country="IQ", timezone="Asia/Baghdad", slug="wadi")
    found = read(PAGE.encode(), URL, outlet=outlet, fetched_at=fetched)
    assert isinstance(found, Article)
    assert (found.outlet, found.url, found.canonical_url) == ("wadi", URL, URL)
    assert (found.headline, found.lead, found.body) == (TITLE, ONE, f"{ONE}\n\n{TWO}")
    assert (found.appended, found.body_truncated, found.language) == ([], False, "ar")
    assert found.authors == ["سامي الخطيب"]
    assert found.published_at == datetime.fromisoformat("2024-10-03T09:15:00+03:00")
    assert (found.section, found.tags, found.image_url) == (
        "محليات",
        ["قطار", "سكك الحديد"],
        "https://wadi.example/img/train.jpg",
    )
    assert (found.fetched_at, found.extractor_version) == (fetched, EXTRACTOR_VERSION)
    assert {"headline", "body", "lead", "canonical_url", "section", "tags", "image_url"} <= set(
        found.provenance
    )
    assert (found.content_hash, found.signature, found.story, found.copy_of) == (None, None, None, None)


def test_address_comes_from_the_page_where_none_is_given() -> None:
    found = read(PAGE.encode())
    assert isinstance(found, Article)
    assert (found.url, found.canonical_url) == (URL, URL)


def test_candidates_headline_stands_in_for_a_missing_one() -> None:
    bare = f"<html><body><div class=entry-content><p>{ONE}</p><p>{TWO}</p></div></body></html>".encode()
    found = read(bare, URL, candidate=Candidate(url=URL, source="https://wadi.example/rss", headline=TITLE))
    assert isinstance(found, Article)
    assert (found.headline, found.provenance["headline"].rule) == (TITLE, "candidate")


def test_byline_only_paragraph_is_no_text() -> None:
    found = read(PAGE.replace(f"<p>{ONE}", f"<p>كتب: سامي الخطيب</p><p>{ONE}").encode(), URL)
    assert isinstance(found, Article)
    assert found.body == f"{ONE}\n\n{TWO}"


def test_body_that_only_json_ld_holds() -> None:
    text = f"{ONE} {TWO} " * 3
    ld = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{TITLE}","articleBody":"{text}"}}</script>'
    found = read(
        f"<html><head><title>{TITLE}</title>{ld}</head><body><div id=root></div></body></html>".encode(), URL
    )
    assert isinstance(found, Article)
    assert found.provenance["body"].rule == "json-ld articleBody"
    assert found.body == text.strip()


def test_a_wrong_selector_is_a_fault_and_no_crash() -> None:
    found = read(PAGE.encode(), URL, layout=Layout(article="div[["))
    assert isinstance(found, Rejection)
    assert found.reason == "reader_fault"


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_random_bytes_never_raise(data: bytes) -> None:
    assert isinstance(read(data, URL), Article | Rejection)


@given(st.integers(0, len(PAGE.encode())), st.sampled_from(["utf-8", "windows-1256"]))
@settings(max_examples=60, deadline=None)
def test_truncated_pages_never_raise(cut: int, codec: str) -> None:
    found = read(PAGE.encode(codec, "replace")[:cut], URL)
    assert isinstance(found, Article | Rejection)
    assert getattr(found, "reason", "") != "reader_fault"


MARKUP = st.lists(
    st.sampled_from(["<p>", "</p>", "<div class=related>", "</div>", "<h1>", "</h1>", "<br>", "<table>", "<tr><td>", "<a href=/x>",
                     "</a>", "<li>", "<form>", "<article>", "<title>", "&#0;", "&nbsp;", ONE, TITLE, "نشر:", "<!--", "]]>", "\x00"]),
    max_size=40,
)  # fmt: skip


@given(MARKUP)
@settings(max_examples=150, deadline=None)
def test_tag_soup_is_never_a_fault(pieces: list[str]) -> None:
    found = read("".join(pieces).encode(), URL)
    assert getattr(found, "reason", "") != "reader_fault", found


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + ONE + "</div>" * 100_000,
        "<p>" + "<b>" * 100_000 + ONE,
        "<table><tr><td>" * 30_000 + ONE,
        "<ul><li>" * 40_000 + ONE,
        "<p>" + "ا" * 1_500_000 + "</p>",
        f"<p>{ONE}</p>" * 12_000,
        "<br>" * 400_000 + ONE,
        f"<a href=/x>{TITLE}</a>" * 20_000,
        "<p " + "a=1 " * 100_000 + ">",
        "<title>" + " - " * 100_000 + "</title>",
        "<h1>" + "| " * 100_000 + "</h1>",
        f"<p>{'.' * 1_000_000}</p>",
        f"<p>{' ' * 1_000_000}x</p>",
        f"<div class='{'related-' * 50_000}'>{ONE}</div>",
        f"<h1>{TITLE}</h1><p>{ONE}</p><p>{TWO}</p>" + "<div><b>ا</b> ب</div>" * 50_000,
        f"<h1>{TITLE}</h1><p>{ONE}</p><p>{TWO}</p>" + "<i itemprop=datePublished content=x></i>" * 30_000,
        f"<h1>{TITLE}</h1><p>{ONE}</p>" + "<div>3 أكتوبر 2024</div>" * 40_000,
    ],
    ids=lambda html: html[:16],
)
def test_hostile_pages_end_soon(html: str) -> None:
    start = time.process_time()
    found = read(f"<html><body>{html}</body></html>".encode(), URL)
    assert getattr(found, "reason", "") != "reader_fault", found
    assert time.process_time() - start < 10
