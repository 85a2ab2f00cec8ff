# ruff: noqa: E501  (pages are kept on their lines)
"""Section, tags and image as the page prints them, and nothing invented where it prints none."""

from __future__ import annotations

import pytest

from crawler.extraction.page import Page
from crawler.extraction.section import find_section
from crawler.extraction.shelf import find_image, find_tags

HEADLINE = "متحف النهر يعرض قوارب الصيادين القديمة للمرة الأولى"
URL = "https://nahr.example/ar/culture/20240502-boats"
MENU = '<nav><a href="/ar/culture/">ثقافة</a><a href="/ar/sport/">رياضة</a></nav>'


def page_of(above: str, below: str = "", head: str = "", menu: str = MENU) -> Page:
    return Page.from_text(
        f"<html><head><title>{HEADLINE}</title>{head}</head><body>{menu}<main>{above}<h1>{HEADLINE}</h1>{below}"
        f"<div class=text><p>عرض متحف النهر أمس قوارب الصيادين القديمة للمرة الأولى منذ تأسيسه قبل نصف قرن.</p></div></main></body></html>",
        URL,
    )


SECTIONS = {
    "link whose path begins the article's": ('<div class=x><a href="/ar/culture/">ثقافة</a></div>', ""),
    "class of the link": ('<a class="post-cat" href="/c/9">ثقافة</a>', ""),
    "class of its box": ('<span class="ech-cat"><a href="/c/9">ثقافة</a></span>', ""),
    "glued to the date": ("", '<div class=bread><a href="/Portal/13">ثقافة</a><span>2-5-2024 | 21:51</span></div>'),
    "DataLife Engine": ('<div class="story-info"><a href="/c/9">ثقافة</a>, <span>2-5-2024</span></div>', ""),
    "breadcrumb": ('<ol class="breadcrumb"><li><a href="/">الرئيسية</a></li><li><a href="/c/9">ثقافة</a></li></ol>', ""),
    "rel=category": ("", '<a rel="category tag" href="/c/9">ثقافة</a>'),
    "line of the menu": ("<h4>ثقافة</h4>", ""),
}  # fmt: skip


@pytest.mark.parametrize("shape", SECTIONS)
def test_section(shape: str) -> None:
    found = find_section(page_of(*SECTIONS[shape]), HEADLINE)
    assert found is not None
    assert found[0] == "ثقافة"


NO_SECTIONS = {
    "a kicker that no menu knows": ("<h4>قوارب النهر</h4>", ""),
    "an author's link": ("", '<a href="/writers/5">ليلى مراد</a>'),
    "a menu of the page": ('<ul><li><a href="/ar/culture/">ثقافة</a></li><li><a href="/ar/sport/">رياضة</a></li></ul>', ""),
    "the home page": ('<div class=cat><a href="/ar/">الرئيسية</a></div>', ""),
    "a related headline": ("", '<div class=category><a href="/n/1">متحف البحر يعرض سفنا غارقة منذ مئة عام</a></div>'),
}  # fmt: skip


@pytest.mark.parametrize("shape", NO_SECTIONS)
def test_no_section(shape: str) -> None:
    assert find_section(page_of(*NO_SECTIONS[shape]), HEADLINE) is None


def test_tags_in_an_articles_footer() -> None:
    below = "<article><footer><a rel=tag href=/t/1>متاحف</a><a rel=tag href=/t/2>صيد</a></footer></article>"
    found = find_tags(page_of("", below), HEADLINE)
    assert found is not None
    assert found[0] == ["متاحف", "صيد"]


def test_a_title_split_into_words_is_no_tags() -> None:
    words = ",".join(HEADLINE.split())
    assert find_tags(page_of("", head=f'<meta name="keywords" content="{words}">'), HEADLINE) is None


def test_a_logo_is_no_image() -> None:
    assert find_image(page_of("", head='<meta property="og:image" content="/img/logo.png">')) is None
    found = find_image(page_of("", head='<meta property="og:image" content="/img/boats.jpg">'))
    assert found is not None
    assert found[0] == "https://nahr.example/img/boats.jpg"
