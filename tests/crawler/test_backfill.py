"""Where old articles are looked for: archive pages by date, newest first, and numbers counted down."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.discovery.backfill import MOST_PAGES, DateArchive, IdRange, Tried, why_ended

ROOT = "https://www.example.com"
BAGHDAD = ZoneInfo("Asia/Baghdad")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("format_", "since", "until", "pages"),
    [
        (
            "{year}/{month:02}/{day:02}",
            "2026-02-27",
            "2026-03-01",
            ["2026/03/01", "2026/02/28", "2026/02/27"],
        ),
        # 22:00 UTC is the next day in Baghdad
        ("{day}-{month}-{year}", "2026-02-27 22:00", "2026-02-28 22:00", ["1-3-2026", "28-2-2026"]),
        ("{year}-{month:02}", "2025-11-30", "2026-01-02", ["2026-01", "2025-12", "2025-11"]),
        ("{year}", "2024-05-05", "2026-01-02", ["2026", "2025", "2024"]),
        # a `since` after `until` still asks for the day of `until`
        ("{year}/{month:02}/{day:02}", "2026-03-05", "2026-03-01", ["2026/03/01"]),
    ],
)
def test_an_archive_has_a_page_for_each_day_month_or_year(
    format_: str, since: str, until: str, pages: list[str]
) -> None:
    archive = DateArchive(f"{ROOT}/archive/{format_}")
    found = [page.url for page in archive.pages(at(since), at(until), BAGHDAD)]
    assert found == [f"{ROOT}/archive/{page}" for page in pages]


def test_an_archive_is_bounded() -> None:
    pages = list(
        DateArchive(f"{ROOT}/{{year}}/{{month}}/{{day}}").pages(at("1900-01-01"), at("2026-01-01"), BAGHDAD)
    )
    assert len(pages) == MOST_PAGES and pages[0].day == date(2026, 1, 1)


@pytest.mark.parametrize("address", ["/archive", "/{month}/{day}", "/{year}/{hour}", "/{}", "/{year"])
def test_an_archive_without_a_year_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        DateArchive(ROOT + address)


def test_an_archive_page_is_read_as_a_section_and_what_it_names_is_old() -> None:
    (page,) = DateArchive(f"{ROOT}/{{year}}/{{month}}/{{day}}").pages(
        at("2026-03-01"), at("2026-03-01"), BAGHDAD
    )
    body = '<a href="/news/12345">خبر</a><a rel="next" href="?page=2">التالي</a>'.encode()
    listing = page.read(body, page.url)
    assert [(c.url, c.source, c.headline, c.backfill) for c in listing.candidates] == [
        (f"{ROOT}/news/12345", page.url, "خبر", True)
    ]
    (following,) = listing.sources
    assert isinstance(following, DateArchive)
    assert (following.url, following.day) == (f"{page.url}?page=2", date(2026, 3, 1))
    assert page.read(b"", page.url).damaged == "empty"


@pytest.mark.parametrize(
    ("address", "url", "number"),
    [
        ("/news/{id}", "https://www.example.com/news/345", "345"),
        ("/news/{id}", "http://example.com/news/345/خبر-اليوم", "345"),
        ("/news/{id}", "https://www.example.com/news/2026/345", "2026"),
        ("/news/{id}", "https://m.example.com/news/345", None),
        ("/news/{id}", "https://www.example.com/newsx345", None),
        ("/a.php?id={id}&l=ar", "https://example.com/a.php?id=7&l=ar", "7"),
        ("/a.php?id={id}&l=ar", "https://example.com/aXphp?id=7&l=ar", None),
        ("/news/{id}.html", "https://example.com/news/7.html", "7"),
    ],
)
def test_the_number_of_an_address(address: str, url: str, number: str | None) -> None:
    found = re.search(IdRange(ROOT + address).pattern, url)
    assert (found[1] if found else None) == number


def test_a_range_needs_a_number() -> None:
    for address in ("/news", "/{year}/{id}"):
        with pytest.raises(ValueError):
            IdRange(ROOT + address)
    assert IdRange(f"{ROOT}/news/{{id}}").address(7) == f"{ROOT}/news/7"


SINCE = at("2026-03-01")
RANGE = IdRange(f"{ROOT}/{{id}}", misses=4, batch=2, at_most=8)
OLD, NEW = at("2026-02-01"), at("2026-03-05")


@pytest.mark.parametrize(
    ("outcomes", "ended"),
    [
        ([], None),
        ([(True, NEW), (True, NEW)], None),
        # one old article among new ones ends nothing; a whole batch of old ones does
        ([(True, NEW), (True, OLD)], None),
        ([(True, NEW), (True, OLD), (True, OLD), (False, None)], "since"),
        # an undated article is no miss and says nothing of the time
        ([(True, None), (True, None)], None),
        ([(False, None), (False, None)], None),
        ([(False, None)] * 4, "4 numbers in a row gave no article"),
        ([(False, None), (False, None), (False, None), (True, NEW)], None),
        # what could not be fetched is neither
        ([(False, None), (False, None), (False, None), (None, None)], None),
        ([(True, NEW), (True, NEW), (None, None), (None, None)], "the pages could not be fetched"),
        ([(True, NEW)] * 8, "8 numbers were tried"),
    ],
)
def test_when_a_range_ends(outcomes: list[tuple[bool | None, datetime | None]], ended: str | None) -> None:
    tried = [Tried(100 - place, *outcome) for place, outcome in enumerate(outcomes)]
    assert why_ended(RANGE, tried, SINCE) == ended
