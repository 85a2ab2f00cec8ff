# ruff: noqa: E501  (pages are kept on their lines)
from __future__ import annotations

import time

import pytest

from crawler.extraction.page import MAX_BYTES, Page, PageTooLargeError

TITLE = "وصول أول قطار كهربائي إلى محطة الوادي"


def page(body: str, head: str = f"<title>{TITLE} - الوادي نيوز</title>") -> Page:
    return Page.from_text(f"<html><head>{head}</head><body>{body}</body></html>", "https://wadi.example/1")


def test_meta_names_are_lower_case_and_keep_order() -> None:
    found = page(
        "",
        '<meta property="OG:Title" content="أ"><meta name="og:title" content="ب"><meta itemprop=x content=" ">',
    )
    assert dict(found.head_meta) == {"og:title": ["أ", "ب"]}


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "عنوان"}',
        '[{"@type": "Organization"}, {"@type": ["NewsArticle"], "headline": "عنوان"}]',
        '{"@graph": [{"@type": "WebPage"}, {"@type": "https://schema.org/NewsArticle", "headline": "عنوان"}]}',
        '<!-- {"@type": "Article", "headline": "عنوان",} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "عنوان"}\n//]]>',
        '{"@type": "NewsArticle", "headline": "عنوان", "description": "سطر\nثان"}',
        '{"@type": "NewsArticle", "description": "قال "نعم" ومضى", "headline": "عنوان"}',
        '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "عنوان"}}',
    ],
)
def test_sloppy_json_ld_gives_the_news_object(script: str) -> None:
    found = page("", f'<script type="application/ld+json">{script}</script>')
    assert found.news_object["headline"] == "عنوان"


def test_news_object_is_the_one_that_the_title_repeats() -> None:
    scripts = "".join(
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{h}"}}</script>'
        for h in ("خبر آخر عن الطقس", TITLE)
    )
    assert page("", f"<title>{TITLE} | الوادي</title>{scripts}").news_object["headline"] == TITLE


def test_unreadable_json_ld_gives_nothing() -> None:
    deep = "[" * 50_000
    assert page("", f'<script type="application/ld+json">{deep}</script>').json_ld == []


def test_text_is_visible_storage_form_on_one_line() -> None:
    found = page(
        "<div>العمـل <b>ال</b>جديد<p>سطر</p><script>x</script><span style='display:none'>لا</span></div>"
    )
    assert found.text_of(found.tree.find("body")[0]) == "العمل الجديد سطر"


def test_controls_and_nul_are_gone_before_parsing() -> None:
    found = Page.from_bytes("<p>قبل\x00\x01 بعد\ufffe</p>".encode())
    assert found.text_of(found.tree) == "قبل بعد"


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>الوادي نيوز</h1><h1>{TITLE}</h1>",
        f"<header><h1>الوادي</h1></header><h2>{TITLE}</h2>",
        f"<div class=x><span class=newsTitle>{TITLE}</span></div>",
        f"<aside><h1>شيء آخر تماما</h1></aside><h1 class=t>{TITLE}</h1>",
    ],
)
def test_headline_element_agrees_with_the_title(body: str) -> None:
    found = page(body)
    assert found.headline_element is not None
    assert found.text_of(found.headline_element) == TITLE


def test_furniture_is_frame_and_boxes_but_not_what_holds_the_headline() -> None:
    found = page(
        f"<div class='page has-sidebar'><nav id=n>قائمة</nav><div class=sidebar-wrap><h1>{TITLE}</h1><p id=p>نص</p></div>"
        "<div class=related-posts><p id=r>آخر</p></div><footer id=f>ذيل</footer></div>"
    )
    by_id = {e.get("id"): e for e in found.tree.iter() if e.get("id")}
    assert {name: found.is_furniture(e) for name, e in by_id.items()} == {
        "n": True,
        "p": False,
        "r": True,
        "f": True,
    }


def test_form_around_the_whole_page_is_no_furniture() -> None:
    long = "جملة طويلة من نص الخبر تملأ الصفحة وتدل على أنها نص. " * 20
    found = Page.from_text(f"<body><form id=aspnetForm><p>{long}</p></form></body>")
    assert found.furniture == frozenset()


def test_too_large_a_page_is_refused() -> None:
    with pytest.raises(PageTooLargeError):
        Page.from_bytes(b"x" * (MAX_BYTES + 1))


@pytest.mark.parametrize("tag", ["div", "span", "b", "x-y", "table"])
def test_deep_nesting_keeps_the_text_and_ends_soon(tag: str) -> None:
    html = f"<{tag}>" * 100_000 + "<p>نص عميق</p>" + f"</{tag}>" * 100_000 + "<p>نص بعده</p>"
    start = time.perf_counter()
    found = Page.from_text(html)
    text = found.text_of(found.tree)
    assert "نص عميق" in text
    assert "نص بعده" in text
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    "html", ["", "   ", "<", "<!-- only", "\ufeff", "plain", "<html>", "<body></body></html>"]
)
def test_odd_documents_have_a_tree(html: str) -> None:
    found = Page.from_text(html)
    assert found.tree is not None
    assert found.headline_element is None
    assert found.news_object == {}


def test_a_page_without_its_body_tag_has_a_body() -> None:
    page = Page.from_text(
        "<title>ميناء الصيد يفتح أبوابه</title><main><h1>ميناء الصيد يفتح أبوابه</h1><p>نص</p></main>"
    )
    assert page.headline_element is not None
    assert page.tree.find("body") is not None
    assert page.titles == ["ميناء الصيد يفتح أبوابه"]


def test_neighbours_of_two_classes_are_two_words() -> None:
    page = Page.from_text("<div><span class='name'>ليلى مراد</span><span class='post'>مراسلة</span></div>")
    assert page.text_of(page.tree.find(".//div")) == "ليلى مراد مراسلة"
