"""What documents say of a site's sources, and the shape that article addresses share."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest

from crawler.candidate import Candidate
from crawler.discovery import Feed, NewsSitemap, Sitemap
from crawler.discovery.probe import (
    WELL_KNOWN_FEEDS,
    derive_pattern,
    freshest,
    judge,
    read_home,
    recognise,
    recount,
    well_known,
)
from crawler.discovery.shape import find_pattern
from crawler.discovery.source import Listing

HOME = "https://www.nakheel.example/"
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


# each: the articles announced, others that must be found too, addresses that are none
SHAPES = {
    "bare id": (
        ["/227619", "/185562", "/300001"],
        ["/412345", "/99999/"],
        ["/section/3", "/keyword/69597", "/"],
    ),
    "id below a word": (
        ["/news/details/1438770", "/news/details/1438771"],
        ["/news/details/99"],
        ["/news/details", "/news/section/2"],
    ),
    "section and id, sections numbered too": (
        ["/politics/111111", "/economy/222222", "/sport/333333"],
        ["/health/444444"],
        ["/section/2", "/tag/17"],
    ),
    "day and slug": (
        ["/politics/2024/1/2/some-slug", "/economy/2024/11/22/خبر-جديد", "/sport/2023/12/1/a"],
        ["/arts/2026/1/30/%D8%AE%D8%A8%D8%B1"],
        ["/politics", "/politics/2024/1/2", "/2024/1/2"],
    ),
    "id and slug": (
        ["/world/1687882-خبر-عاجل", "/sport/1687883-b"],
        ["/middle_east/1421496-x-y"],
        ["/world", "/world/page-2"],
    ),
    "day glued to a slug": (
        ["/ar/sport/20241017-abc-def", "/ar/world/20241018-x"],
        ["/ar/arts/20250101-y"],
        ["/ar/sport"],
    ),
    "slug, id and extension": (
        ["/خبر-اليوم-123456.html", "/another-one-123457.html"],
        ["/x-1234567.html"],
        ["/about.html", "/sport"],
    ),
    "id and extension": (
        ["/News/123.aspx", "/News/4567.aspx"],
        ["/News/99999.aspx"],
        ["/News/all.aspx", "/News"],
    ),
    "id in the query": (
        ["/view.php?cat=35860", "/view.php?cat=35861&utm_source=rss"],
        ["/view.php?a=b&cat=9"],
        ["/view.php", "/list.php?cat=3"],
    ),
    "two shapes": (
        [
            "/story/886538",
            "/story/886539",
            "/story/886540",
            "/story/886541/some-slug",
            "/story/886542/other-slug",
        ],
        ["/story/1/x", "/story/2"],
        ["/story", "/video/886538"],
    ),
    "slugs alone": (
        [
            "/رئيس-الوزراء-يزور-البصرة/",
            "/a-long-headline-of-words",
            "/another-long-headline-here/",
            "/four-words-in-it",
        ],
        ["/yet-another-headline-with-words"],
        ["/about-us", "/contact-us/", "/politics"],
    ),
    "opaque ids": (
        ["/arabic/articles/c0k4rz8ny2do", "/arabic/articles/cx2pk70l1v9o"],
        ["/arabic/articles/c1"],
        ["/arabic", "/arabic/topics/c0"],
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_that_article_addresses_share(name: str) -> None:
    articles, further, others = (
        ["https://nakheel.example" + path for path in paths] for paths in SHAPES[name]
    )
    found = find_pattern(articles, others)
    assert found is not None and found.matched == len(articles) and found.clashes == ()
    pattern = re.compile(found.regex)
    assert [url for url in articles + further if not pattern.search(url)] == []
    assert [url for url in others if pattern.search(url)] == []
    assert pattern.search(articles[0].replace("//", "//www.")), "with and without www."
    assert not pattern.search(articles[0].replace("nakheel", "other")), "no other outlet's"


def test_a_shape_that_cannot_be_told_from_other_pages_says_so() -> None:
    found = find_pattern(
        ["https://nakheel.example/alpha", "https://nakheel.example/beta"], ["https://nakheel.example/sport"]
    )
    assert found is not None and found.clashes == ("https://nakheel.example/sport",)


def test_an_exception_among_many_does_not_widen_the_shape() -> None:
    articles = [f"https://nakheel.example/news/{number}" for number in range(1000, 1060)]
    found = find_pattern([*articles, "https://nakheel.example/special/election/map"])
    assert found is not None and (found.matched, found.examples) == (60, 61)
    assert find_pattern([]) is None and find_pattern(["https://nakheel.example/"]) is None


def test_hosts_of_one_domain_are_all_matched() -> None:
    found = find_pattern(["https://ar.nakheel.example/news/1", "https://tv.nakheel.example/news/2"])
    assert found is not None
    assert re.search(found.regex, "https://x.nakheel.example/news/3")
    assert not re.search(found.regex, "https://othernakheel.example/news/3")


@pytest.mark.parametrize("path", ["-" * 8000, "a-" * 4000, "1" * 8000, "1-" * 4000, "a" * 8000])
def test_derived_expressions_run_in_linear_time(path: str) -> None:
    shapes = [find_pattern([f"https://nakheel.example{p}" for p in SHAPES[name][0]]) for name in SHAPES]
    started = time.perf_counter()
    for shape in shapes:
        assert shape is not None
        re.search(shape.regex, f"https://nakheel.example/{path}!/x/y/z/")
    assert time.perf_counter() - started < 0.5


def test_a_home_page_names_the_outlet_its_feeds_and_its_menu() -> None:
    home = read_home(
        page(
            '<nav><a href="/">الرئيسية</a><a href="/politics">سياسة</a><a href="/ar/sport/">رياضة</a>'
            '<a href="/tag/x">وسم</a><a href="/contact-us">اتصل</a><a href="https://other.example/a">خارج</a></nav>'
            '<ul class="main-menu"><li><a href="/economy">اقتصاد</a></li></ul><a href="/news/123456">خبر</a>',
            "<title>الرئيسية | صحيفة النخيل - أخبار</title>"
            '<link rel="alternate" type="application/rss+xml" href="/rss">'
            '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
            '<link rel="alternate" type="application/atom+xml" href="//feeds.nakheel.example/a">'
            '<link rel="alternate" hreflang="en" href="/en">',
        ),
        HOME,
    )
    assert home.name == "صحيفة النخيل"
    assert home.feeds == (f"{HOME}rss", "https://feeds.nakheel.example/a")
    assert home.sections == (f"{HOME}politics", f"{HOME}ar/sport/", f"{HOME}economy")
    assert f"{HOME}news/123456" in home.links and "https://other.example/a" not in home.links


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 100, b"<html", b"{}", b"<a href='http://[x'>" * 50])
def test_any_bytes_for_a_home_page(body: bytes) -> None:
    assert read_home(body, HOME).url == HOME
    assert recognise(body, HOME) is None


def test_a_document_is_what_it_is_wherever_it_stands() -> None:
    assert recognise(b"<rss><channel></channel></rss>", f"{HOME}sitemap.xml") == Feed(f"{HOME}sitemap.xml")
    assert recognise(b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>', f"{HOME}x") == Feed(f"{HOME}x")
    assert recognise(b"<sitemapindex></sitemapindex>", f"{HOME}rss") == Sitemap(f"{HOME}rss")
    entry = "<url><loc>https://nakheel.example/1</loc>{}</url>"
    news = entry.format("<news:news><news:title>x</news:title></news:news>")
    assert type(recognise(f"<urlset {NEWS}>{news}</urlset>".encode(), HOME)) is NewsSitemap
    assert type(recognise(f"<urlset {NEWS}>{entry.format('')}</urlset>".encode(), HOME)) is Sitemap
    assert recognise(page("<h1>404</h1>"), f"{HOME}rss.xml", content_type="application/rss+xml") is None


def test_well_known_addresses_also_below_the_home_pages_folder() -> None:
    assert well_known(["/rss"], HOME) == [f"{HOME}rss"]
    assert well_known(["/rss"], f"{HOME}ar/") == [f"{HOME}rss", f"{HOME}ar/rss"]
    assert well_known(["/rss"], f"{HOME}index.php") == [f"{HOME}rss"]
    assert len(WELL_KNOWN_FEEDS) < 8, "few requests"


def candidate(path: str, day: int | None = None) -> Candidate:
    at = datetime(2026, 11, day, tzinfo=UTC) if day else None
    return Candidate(url=HOME.rstrip("/") + path, source=HOME, published_at=at)


def test_a_finding_counts_what_looks_like_articles_and_a_feed_vouches_for_its_own() -> None:
    listing = Listing(candidates=[candidate("/about"), candidate("/news/123456", 3)], listed=2)
    assert judge(Sitemap(HOME), listing).articles == 1
    feed = judge(Feed(HOME), listing)
    assert (feed.articles, feed.listed, feed.newest) == (2, 2, datetime(2026, 11, 3, tzinfo=UTC))
    index = judge(Sitemap(HOME), Listing(listed=9), [listing])
    assert (index.articles, index.listed) == (1, 11)
    assert recount(index, re.compile("about")).articles == recount(feed, re.compile("about$")).articles == 1


def test_the_freshest_are_looked_at_first_and_once() -> None:
    first = judge(Sitemap(HOME), Listing(candidates=[candidate("/1"), candidate("/2", 5)], listed=2))
    second = judge(Feed(HOME), Listing(candidates=[candidate("/3", 9), candidate("/1", 7)], listed=2))
    found = freshest([first, second], lambda c: True, 9)
    assert [c.url.rpartition("/")[2] for c in found] == ["3", "1", "2"]
    assert freshest([first, second], lambda c: c.url.endswith("2"), 9) == [candidate("/2", 5)]


def test_partners_addresses_and_sections_do_not_spoil_the_pattern() -> None:
    home = read_home(page('<nav><a href="/section/4">قسم</a></nav><a href="/page/77">صفحة</a>'), HOME)
    listing = Listing(
        candidates=[
            candidate("/news/5001"),
            candidate("/news/5002"),
            Candidate(url="https://tv.example/v/1", source=HOME),
        ],
        listed=3,
    )
    found = derive_pattern([judge(Feed(f"{HOME}rss"), listing)], home)
    assert found is not None and found.examples == 2 and found.clashes == ()
    assert not re.search(found.regex, f"{HOME}section/4")
