"""Weighing a page's dates: which one is the article's."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.candidate import Candidate
from crawler.extraction.page import Page
from crawler.extraction.publication import Publication, find_publication
from crawler.extraction.reader import read
from crawler.items import Article
from crawler.outlet import Layout, Outlet

SHARED = Path(__file__).parents[3] / "shared"
BAGHDAD = Outlet("صوت الرافد", country="IQ", timezone="Asia/Baghdad")
FETCHED = datetime.fromisoformat("2024-10-17T12:00:00+03:00")
HEADLINE = "بلدية الرافد تفتتح حديقة عامة على ضفة النهر"
PROSE = "افتتحت بلدية الرافد حديقة عامة على ضفة النهر بعد أعمال استمرت عاما، وشارك فيها السكان. " * 3


def page(
    head: str = "",
    *,
    top: str = "",
    above: str = "",
    below: str = "",
    after: str = "",
    ld: dict[str, Any] | None = None,
    url: str | None = "https://news.example/story/17",
) -> Page:
    script = ""
    if ld is not None:
        ld = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": HEADLINE, **ld}
        script = f'<script type="application/ld+json">{json.dumps(ld)}</script>'
    return Page.from_text(
        f"<html><head><title>{HEADLINE}</title>{head}{script}</head><body><header>{top}</header>"
        f"<main><article>{above}<h1>{HEADLINE}</h1>{below}<div><p>{PROSE}</p></div>{after}</article></main>"
        "<footer>صوت الرافد 2024</footer></body></html>",
        url,
    )


def find(found: Page, **known: Any) -> Publication:
    facts: dict[str, Any] = {
        "outlet": None,
        "layout": None,
        "candidate": None,
        "fetched_at": None,
        "lead": None,
    }
    return find_publication(found, **{**facts, **known})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def test_a_page_without_a_date_has_none() -> None:
    found = find(page(below="<div>نشر</div><div>صوت الرافد</div>"), outlet=BAGHDAD, fetched_at=FETCHED)
    assert found == Publication()


def test_machine_date_with_an_offset_and_the_printed_text_beside_it() -> None:
    found = find(page(ld={"datePublished": "2024-10-12T09:05:00+03:00"}, below="<p>12 تشرين الأول 2024</p>"))
    assert found.published_at == at("2024-10-12T09:05:00+03:00")
    assert found.published_at.isoformat().endswith("+03:00")
    assert (found.published_precision, found.timezone_assumed) == ("minute", False)
    assert found.published_text == "12 تشرين الأول 2024"
    assert found.provenance["published_at"].rule == "json-ld"
    assert found.provenance["published_text"].rule == "visible"


@pytest.mark.parametrize(
    "below",
    [
        "<div>نشر في: الأحد 13 تشرين الأول 2024 - 07:45 م</div>",
        "<div><span>تاريخ النشر</span></div><div>2024/10/13 19:45</div>",
        "<div><span>الأحد</span> <span>13</span>/<span>10</span>/<span>2024</span> <b>19:45</b></div>",
        "<footer class='submitted'>بواسطة ليلى الأحمد 13 أكتوبر 2024, 7:45 مساءً</footer>",
        "<div><time>١٩:٤٥</time> الأحد ١٣ / ١٠ / ٢٠٢٤</div>",
        "<div>13-10-2024 | 19:45 <span>آخر تحديث: 14-10-2024 | 08:00</span></div>",
    ],
)
def test_visible_date_near_the_headline(below: str) -> None:
    found = find(page(below=below), outlet=BAGHDAD, fetched_at=FETCHED)
    assert found.published_at == at("2024-10-13T19:45:00+03:00")
    assert (found.published_precision, found.timezone_assumed) == ("minute", True)
    assert found.published_text and "2024" in found.published_text.replace("٢٠٢٤", "2024")


def test_update_printed_in_the_same_line() -> None:
    below = "<div>نشر: 13-10-2024 19:45 آخر تحديث: 14-10-2024 08:00</div>"
    found = find(page(below=below), outlet=BAGHDAD, fetched_at=FETCHED)
    assert found.published_at == at("2024-10-13T19:45:00+03:00")
    assert found.updated_at == at("2024-10-14T08:00:00+03:00")


def test_header_clock_loses() -> None:
    clock = "<div>الخميس، 17 أكتوبر 2024 11:58 ص</div>"
    below = "<div>الثلاثاء، 15 أكتوبر 2024 03:10 م</div>"
    for top, above in ((clock, ""), ("", clock)):
        found = find(page(top=top, above=above, below=below), outlet=BAGHDAD, fetched_at=FETCHED)
        assert found.published_at == at("2024-10-15T15:10:00+03:00")
        assert find(page(top=top, above=above), outlet=BAGHDAD, fetched_at=FETCHED) == Publication()
        unknown = find(page(top=top, above=above, below=below), outlet=BAGHDAD)
        assert unknown.published_at == at("2024-10-15T15:10:00+03:00")


def test_dates_of_other_stories_are_not_this_ones() -> None:
    cards = "<section class='related'><div>خبر آخر 3 أكتوبر 2024</div></section><div>قصة 2 أكتوبر 2024</div>"
    assert find(page(after=cards), outlet=BAGHDAD, fetched_at=FETCHED) == Publication()
    found = find(page(after=cards + "<p>نشر بتاريخ 11 أكتوبر 2024</p>"), outlet=BAGHDAD, fetched_at=FETCHED)
    assert found.published_at == at("2024-10-11T00:00:00+03:00")


def test_false_utc_is_mended_on_evidence_only() -> None:
    head = meta("article:published_time", "2024-10-12T09:05:31+00:00")
    told = find(page(head), outlet=BAGHDAD, fetched_at=FETCHED)
    assert told.published_at == at("2024-10-12T09:05:31+00:00") and not told.timezone_assumed
    printed = find(page(head, below="<p>12/10/2024 - 09:05 ص</p>"), outlet=BAGHDAD, fetched_at=FETCHED)
    assert printed.published_at == at("2024-10-12T09:05:31+03:00") and printed.timezone_assumed
    true = find(page(head, below="<p>12/10/2024 - 12:05 م</p>"), outlet=BAGHDAD, fetched_at=FETCHED)
    assert true.published_at == at("2024-10-12T09:05:31+00:00")
    gmt = find(page(head, below="<p>12/10/2024 - 09:05 GMT</p>"), outlet=BAGHDAD, fetched_at=FETCHED)
    assert gmt.published_at == at("2024-10-12T09:05:31+00:00")
    feed = Candidate(url="u", source="s", published_at=at("2024-10-12T06:05:31+00:00"))
    announced = find(page(head), outlet=BAGHDAD, candidate=feed, fetched_at=FETCHED)
    assert announced.published_at == at("2024-10-12T09:05:31+03:00")
    future = find(
        page(meta("article:published_time", "2024-10-17T11:30:00Z")), outlet=BAGHDAD, fetched_at=FETCHED
    )
    assert future.published_at == at("2024-10-17T11:30:00+03:00") and future.timezone_assumed


def test_hijri_written_as_iso() -> None:
    found = find(page('<meta name="pubdate" content="1446-04-10T08:30:00Z">'), outlet=BAGHDAD)
    assert found.published_at == at("2024-10-13T08:30:00+00:00")


def test_modified_before_published_is_dropped() -> None:
    ld = {"datePublished": "2024-10-12T09:00:00+03:00", "dateModified": "2024-10-11T09:00:00+03:00"}
    assert find(page(ld=ld)).updated_at is None
    ld["dateModified"] = "2024-10-12T11:00:00+03:00"
    assert find(page(ld=ld)).updated_at == at("2024-10-12T11:00:00+03:00")


def test_the_time_of_the_request_is_no_date() -> None:
    ld = {"datePublished": "2024-10-17T11:59:30+03:00"}
    found = find(page(ld=ld, below="<p>5 أكتوبر 2024</p>"), outlet=BAGHDAD, fetched_at=FETCHED)
    assert found.published_at == at("2024-10-05T00:00:00+03:00")
    assert found.published_precision == "day"


def test_impossible_years_are_dropped() -> None:
    for raw in (
        "2031-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59Z",
    ):
        assert find(page(ld={"datePublished": raw}), fetched_at=FETCHED) == Publication()


def test_the_finest_of_those_that_agree_on_the_day() -> None:
    ld = {"datePublished": "2024-10-12T00:00:00+03:00"}
    found = find(page(ld=ld, below="<p>12 أكتوبر 2024 14:20</p>"), outlet=BAGHDAD)
    assert (found.published_at, found.published_precision) == (at("2024-10-12T14:20:00+03:00"), "minute")
    assert (find(page(ld=ld)).published_precision) == "day"
    midnight = find(page(ld={"datePublished": "2024-10-11T21:00:00Z"}), outlet=BAGHDAD)
    assert midnight.published_precision == "day"
    assert midnight.published_at is not None
    assert midnight.published_at.isoformat() == "2024-10-12T00:00:00+03:00"


def test_the_day_is_the_one_that_the_page_prints() -> None:
    found = find(
        page(ld={"datePublished": "2024-10-11T22:30:00Z"}, below="<p>12 أكتوبر 2024</p>"), outlet=BAGHDAD
    )
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2024-10-12T01:30:00+03:00"


def test_the_day_that_most_tell_wins() -> None:
    head = meta("article:published_time", "2023-01-01T00:00:00+03:00")  # a template's constant
    url = "https://news.example/2024/10/9/park"
    found = find(page(head, below="<p>نشر في 9 أكتوبر 2024</p>", url=url), outlet=BAGHDAD)
    assert found.published_at == at("2024-10-09T00:00:00+03:00")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example/2024/10/9/park", "2024-10-09"),
        ("https://news.example/local/2024-10-09-1.4412", "2024-10-09"),
        ("https://news.example/ar/local/20241009-park", "2024-10-09"),
        ("https://news.example/2024/13/9/park", None),
        ("https://news.example/story/20241009", None),
        ("https://news.example/2012/world/5/6/park/index.html", None),
    ],
)
def test_address(url: str, day: str | None) -> None:
    found = find(page(url=url), outlet=BAGHDAD)
    assert (found.published_at and found.published_at.date().isoformat()) == day
    assert found.published_precision == (day and "day")
    assert found.published_text is None


@pytest.mark.parametrize(("printed", "day"), [("6 أيار 2012", 6), ("5 حزيران 2012", 5)])
def test_an_address_with_two_readings_supports_the_printed_one(printed: str, day: int) -> None:
    url = "https://news.example/2012/world/5/6/park/index.html"
    constant = meta("article:published_time", "2011-01-01T10:00:00+03:00")
    found = find(page(constant, below=f"<p>{printed}</p>", url=url), outlet=BAGHDAD)
    assert found.published_at is not None and found.published_at.day == day


def test_only_an_update_label() -> None:
    found = find(page(below="<div>آخر تحديث: السبت 12 أكتوبر 2024 - 11:59 ص</div>"), outlet=BAGHDAD)
    assert found.published_at == at("2024-10-12T11:59:00+03:00")
    assert found.updated_at is None


def test_relative_text_needs_the_time_of_fetching() -> None:
    relative = page(below="<span>منذ 3 ساعات</span>")
    assert find(relative, outlet=BAGHDAD) == Publication()
    found = find(relative, outlet=BAGHDAD, fetched_at=FETCHED)
    assert found.published_at == at("2024-10-17T09:00:00+03:00")
    assert found.provenance["published_at"].rule == "visible:relative"


def test_source_and_lead() -> None:
    feed = Candidate(url="u", source="s", published_at=at("2024-10-12T06:05:00+00:00"))
    assert find(page(), outlet=BAGHDAD, candidate=feed).provenance["published_at"].rule == "source"
    lead = "أعلنت بلدية الرافد، اليوم الأربعاء (9 تشرين الأول 2024)، افتتاح الحديقة"
    assert find(page(), outlet=BAGHDAD, lead=lead).published_at == at("2024-10-09T00:00:00+03:00")


def test_layout_names_the_element() -> None:
    odd = page(after="<div class='when'>9 أكتوبر 2024 10:00</div>", below="<div>8 أكتوبر 2024 10:00</div>")
    found = find(odd, outlet=BAGHDAD, layout=Layout(date=".when"))
    assert found.published_at == at("2024-10-09T10:00:00+03:00")


@pytest.mark.parametrize(
    ("url", "locale", "expected"),
    [
        ("https://news.example.tn/a/1", "", "2024-10-09T10:00:00+01:00"),
        ("https://news.example.com.eg/a/1", "ar_SA", "2024-10-09T10:00:00+03:00"),
        ("https://news.example/a/1", "ar_AE", "2024-10-09T10:00:00+04:00"),
        ("https://news.example/a/1", "ar_AR", "2024-10-09T10:00:00+00:00"),
        (None, "", "2024-10-09T10:00:00+00:00"),
    ],
)
def test_unknown_outlet_takes_the_zone_of_its_country(url: str | None, locale: str, expected: str) -> None:
    found = find(page(meta("og:locale", locale), below="<p>9 أكتوبر 2024 10:00</p>", url=url))
    assert found.published_at is not None
    assert found.published_at.isoformat() == expected
    assert found.timezone_assumed


def test_unknown_outlet_takes_the_offset_that_its_machine_dates_state() -> None:
    head = meta("article:modified_time", "2024-10-10T11:00:00+02:00")
    found = find(page(head, below="<p>9 أكتوبر 2024 10:00</p>"))
    assert found.published_at is not None and found.published_at.isoformat() == "2024-10-09T10:00:00+02:00"


def test_unknown_outlet_takes_the_offset_between_the_printed_and_the_machine_time() -> None:
    head = meta("article:published_time", "2024-10-08T22:30:10+00:00")
    found = find(page(head, below="<p>9/10/2024 - 1:30 صباحا</p>"))
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2024-10-09T01:30:10+03:00"


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<",
        "<html>",
        "<h1></h1>" * 50,
        "<div>" * 3000 + "5 مايو 2024",
        "<time datetime=''>",
        "\0<h1>س</h1>",
    ],
)
def test_odd_pages_do_not_raise(html: str) -> None:
    assert find(Page.from_text(html), fetched_at=FETCHED).published_at is None


@pytest.mark.parametrize(
    "value", [None, 5, "", [], {}, ["2024-10-09"], {"@value": "2024-10-09"}, True, "not a date", "{{date}}"]
)
def test_odd_json_ld_values_do_not_raise(value: object) -> None:
    found = find(page(ld={"datePublished": value, "dateModified": value}), fetched_at=FETCHED)
    told = "2024-10-09" in json.dumps(value)
    assert (found.published_at is not None) is told


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pages are not beside this checkout")
def test_shared_pages() -> None:
    for golden in sorted((SHARED / "pages" / "gold").glob("*.json")):
        gold = json.loads(golden.read_text(encoding="utf-8"))
        html = (SHARED / "pages" / f"{golden.stem}.html").read_bytes()
        found = find(Page.from_bytes(html, gold["url"])).published_at
        assert found is not None
        if "T" in gold["published"]:
            assert found == at(gold["published"]), golden.stem
        assert found.date().isoformat() == gold["published"][:10], golden.stem
    seed = (SHARED / "seed" / "page.html").read_bytes()
    assert find(Page.from_bytes(seed), outlet=BAGHDAD, fetched_at=FETCHED) == Publication()


_STORY = "".join(
    f"<p>أعلنت بلدية المرفأ أن أعمال الترميم التي بدأت قبل عامين شملت السقوف الخشبية في السوق رقم {place}.</p>"
    for place in range(4)
)


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        (
            "<dd class='create'>الخميس, 03 تشرين1/أكتوير 2024 10:15</dd>",
            "2024-10-03",
        ),  # Joomla's own spelling
        ("<abbr class='published' title='2024-10-03T10:15:00+03:00'>10:15 ص</abbr>", "2024-10-03"),
        ("<div class='date date--v2' data-seconds='1727946000'></div>", "2024-10-03"),
    ],
    ids=["joomla", "blogger", "bbc"],
)
def test_the_dates_of_platforms_are_read(markup: str, day: str) -> None:
    title = "بلدية المرفأ تعيد فتح السوق القديم بعد ترميم استمر عامين"
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{markup}<div>{_STORY}</div></body></html>"
    found = read(html.encode(), "https://marfaa.example/n/1")
    assert isinstance(found, Article)
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == day
    assert found.published_text != "1727946000"  # seconds since 1970 are nothing that a page prints


def test_an_outlet_without_a_zone_has_the_zone_of_its_country() -> None:
    title = "بلدية المرفأ تعيد فتح السوق القديم بعد ترميم استمر عامين"
    page = Page.from_text(f"<h1>{title}</h1><p>3 أكتوبر 2024 10:15</p>", "https://marfaa.com.eg/n/1")
    unknown = Outlet("المرفأ", country="", timezone="")
    found = find_publication(page, outlet=unknown, layout=None, candidate=None, fetched_at=None, lead=None)
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2024-10-03T10:15:00+03:00"
