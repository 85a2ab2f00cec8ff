# ruff: noqa: E501  (pages are kept on their lines)
from __future__ import annotations

import pytest

from crawler.extraction.headline import find_headline, strip_site
from crawler.extraction.page import Page
from crawler.outlet import Layout, Outlet

TITLE = "الميناء الجديد يستقبل أولى سفن الحبوب بعد توسعة الأرصفة"
SITE = "صحيفة الساحل"


def headline(head: str, body: str = "", **options: object) -> str | None:
    page = Page.from_text(
        f"<html><head>{head}</head><body>{body}</body></html>", "https://sahel.example/news/9"
    )
    found = find_headline(page, **options)  # type: ignore[arg-type]
    return found[0] if found else None


OG_SITE = f'<meta property="og:site_name" content="{SITE}">'
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"%s","publisher":{"name":"صحيفة الساحل"}}</script>'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<title>{TITLE} | {SITE}</title>", f"<h1>{TITLE}</h1>"),
        (f"<title>{SITE} - {TITLE}</title>{OG_SITE}", ""),
        (
            f"<title>{TITLE} - محليات - {SITE}</title>{OG_SITE}<meta property=article:section content=محليات>",
            "",
        ),
        (f'<meta property="og:title" content="{TITLE} - {SITE}">{OG_SITE}', ""),
        (f"<title>{TITLE} - الساحل نيوز</title>", "<h1>الساحل</h1>"),
        (LD % TITLE, f"<h1><span>تقرير</span> {TITLE}</h1>"),
        (LD % TITLE, f"<div><h1>{SITE}</h1></div>"),
        (LD % f"{TITLE} &amp;quot;".replace(" &amp;quot;", ""), ""),
        (f"<title>{TITLE}</title>", f"<h2 class=t>{TITLE}</h2><h2>الأكثر قراءة</h2>"),
        (f"<title>{SITE}</title>", f"<h1>{TITLE}</h1>"),
        (f"<title>{TITLE[:30]}...</title>", f"<h1>{TITLE}</h1>"),
        (
            f'<meta property="og:title" content="عنوان مختصر للشبكات عن الميناء"><title>{SITE}</title>',
            f"<h1>{TITLE}</h1>",
        ),
    ],
)
def test_the_articles_own_headline(head: str, body: str) -> None:
    assert headline(head, body) == TITLE


@pytest.mark.parametrize(
    "printed",
    [
        "الأعرابي: سياسة الميناء - كما قال - لن تتغير",
        "«الساحل» | حكاية صياد لم يركب البحر منذ عشرين عاما وما زال ينتظر",
        "مباراة 2-1.. وفوز مستحق لفريق المدينة",
        "صيادو الساحل.. بين غلاء الوقود وقلة الأسماك",
    ],
)
def test_printed_signs_stay_where_the_titles_agree(printed: str) -> None:
    assert (
        headline(
            f'<meta property="og:title" content="{printed}"><title>{printed} - {SITE}</title>{OG_SITE}',
            f"<h1>{printed}</h1>",
        )
        == printed
    )


def test_layout_wins() -> None:
    body = f"<h1>عنوان آخر للصفحة كلها</h1><div class=real>{TITLE}</div>"
    assert headline("<title>عنوان آخر للصفحة كلها</title>", body, layout=Layout(headline=".real")) == TITLE


def test_outlets_aliases_are_stripped() -> None:
    outlet = Outlet("الساحل", country="LB", timezone="Asia/Beirut", aliases=("ساحل برس",))
    assert headline(f"<title>{TITLE} - ساحل برس</title>", outlet=outlet) == TITLE


def test_no_title_no_headline() -> None:
    assert headline("", "<p>نص</p>") is None
    assert headline(f"<title>{SITE}</title>{OG_SITE}") is None


@pytest.mark.parametrize("title", ["", "|", " - ", "كلمة", "a | b | c", "- - -"])
def test_strip_site_takes_any_text(title: str) -> None:
    assert isinstance(strip_site(title, frozenset()), str)
