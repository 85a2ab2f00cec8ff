"""tdmrep.json: what its rules say of a page, and how a host is asked for it, in real crawls on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.network.reservations import ReservationFile, read_rules
from tests.crawler.conftest import SETTINGS

FILE = "/.well-known/tdmrep.json"
RESERVED = ["tdm-reservation"]
WITH_FILES = {
    **SETTINGS["DOWNLOADER_MIDDLEWARES"],
    "crawler.network.reservations.Reservations": 105,
    "crawler.network.optout.OptOut": 545,
}


def rules(*entries: tuple[Any, Any]) -> bytes:
    return json.dumps(
        [{"location": location, "tdm-reservation": value} for location, value in entries]
    ).encode()


def reserves(url: str, *entries: tuple[Any, Any]) -> bool | None:
    file = ReservationFile(read_rules(rules(*entries).decode()), 200, datetime.now(UTC))
    return file.reserves(f"https://x.example{url}")


@pytest.mark.parametrize(
    ("location", "matched", "unmatched"),
    [
        ("/", ["/", "", "/a?b=1"], []),
        ("*", ["/", "/a"], []),
        ("/news/", ["/news/", "/news/1"], ["/news", "/News/1", "/old/news/1"]),
        ("/news", ["/news", "/newsroom", "/news?page=2"], ["/new"]),
        ("/images/*.jpg", ["/images/a/b.jpg", "/images/a.jpg?x=1"], ["/images/jpg", "/a.jpg"]),
        ("/*.html$", ["/a.html", "/a/b.html"], ["/a.html?x", "/a.htm"]),
        ("/a$", ["/a"], ["/a/", "/ab"]),
        ("/a*b$", ["/ab", "/a/c/b"], ["/a", "/ba"]),
        ("/*a*b*c", ["/1a2b3c4"], ["/cba"]),
        ("/foo-%24", ["/foo-$", "/foo-%24"], ["/foo-"]),
        ("/أخبار/", ["/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", "/%d8%a3خبار/1"], ["/"]),
        ("/%7Euser", ["/~user", "/%7euser"], ["/user"]),
        ("/a%2Fb", ["/a%2fb"], ["/a/b"]),
    ],
)
def test_a_location_matches_as_in_robots_txt(location: str, matched: list[str], unmatched: list[str]) -> None:
    assert [reserves(url, (location, 1)) for url in matched] == [True] * len(matched)
    assert [reserves(url, (location, 1)) for url in unmatched] == [None] * len(unmatched)


def test_the_first_rule_in_sequence_that_matches_holds() -> None:
    entries = [("/free/", 0), ("/odd/", 2), ("/", 1)]
    assert [reserves(url, *entries) for url in ("/free/1", "/odd/1", "/1")] == [False, None, True]
    assert reserves("/free/1", ("/", 1), ("/free/", 0)) is True


@pytest.mark.parametrize("value", ["2", 7, True, None, [1], {"a": 1}, 1.5, "yes"])
def test_what_is_neither_0_nor_1_is_unset(value: Any) -> None:
    assert reserves("/1", ("/", value)) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "<html>", '{"location": "/", "tdm-reservation": 1}', "1", "[1, {}]", "[" * 60_000, "\ufffd"],
)
def test_what_is_no_such_file_says_why(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        read_rules(text)


def test_hostile_patterns_take_no_time() -> None:
    entries = [("/" + "*a" * 800 + "b", 1), ("/\ud800\x00", 1)] * 20
    started = time.monotonic()
    assert reserves("/" + "a" * 8000, *entries) is None
    assert time.monotonic() - started < 1


def answers_of(done: Any) -> dict[str, Any]:
    """What was reserved of each page, by its path."""
    return {end[0].partition("//")[2].partition("/")[2]: end[4] for end in done.ends}


@pytest.mark.slow
def test_the_file_comes_before_the_first_page_and_once(
    crawl: Callable[..., Any], serve: Callable[..., Any]
) -> None:
    def late(_: int) -> Any:
        time.sleep(0.3)
        return 200, {}, rules(("/free/", 0), ("/", 1))

    site = serve({FILE: late})
    site.pages["/free/meta"] = (200, {}, b'<meta name="tdm-reservation" content="1">')
    site.pages["/header"] = (200, {"tdm-reservation": "0"}, b"<p>page</p>")
    site.pages["/odd"] = (200, {"tdm-reservation": "maybe"}, b"<p>page</p>")
    paths = ("1", "2", "free/1", "free/meta", "header", "odd")
    done = crawl(
        *(f"{site.url}/{path}" for path in paths),
        DOWNLOADER_MIDDLEWARES=WITH_FILES,
        CONCURRENT_REQUESTS_PER_DOMAIN=8,
    )
    assert site.paths()[:2] == ["/robots.txt", FILE] and site.paths().count(FILE) == 1
    # the header supersedes the file, and the meta tag both
    assert answers_of(done) == {
        "1": RESERVED, "2": RESERVED, "free/1": [], "free/meta": RESERVED, "header": [], "odd": RESERVED,
    }  # fmt: skip


@pytest.mark.slow
def test_what_is_there_instead_reserves_nothing_and_is_noted(
    crawl: Callable[..., Any], serve: Callable[..., Any]
) -> None:
    there: dict[str, tuple[int, dict[str, str], bytes]] = {
        "none": (404, {}, b""),
        "forbidden": (403, {}, b""),
        "broken": (200, {}, b"<html>"),
        "large": (200, {}, rules(("/", 1)) + b" " * 70_000),
        "moved": (301, {"Location": "/elsewhere"}, b""),
        "loop": (301, {"Location": FILE}, b""),
        "robots": (200, {}, rules(("/", 1))),
    }
    sites = {kind: serve({FILE: answer}) for kind, answer in there.items()}
    sites["moved"].pages["/elsewhere"] = (200, {}, rules(("/", 1)))
    sites["robots"].pages["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /.well-known/")
    done = crawl(*(f"{site.url}/{kind}" for kind, site in sites.items()), DOWNLOADER_MIDDLEWARES=WITH_FILES)
    assert answers_of(done) == {kind: RESERVED if kind == "moved" else [] for kind in there}
    assert FILE not in sites["robots"].paths()
    faults = {
        kind: done.reservations[f"127.0.0.1:{site.port}"][site.url]["fault"] for kind, site in sites.items()
    }
    assert faults.pop("large").startswith("too_large") and faults.pop("robots").startswith("robots")
    assert faults == {
        "none": None, "forbidden": None, "broken": "no JSON", "moved": None, "loop": "its redirects lead nowhere",
    }  # fmt: skip
    assert "cannot be used: no JSON" in done.log


@pytest.mark.slow
def test_what_is_remembered_serves_for_a_day_and_for_longer_while_nobody_answers(
    crawl: Callable[..., Any], serve: Callable[..., Any]
) -> None:
    sites = {
        hours: serve({FILE: (503 if hours == 50 else 200, {}, rules(("/", 0)))}) for hours in (1, 30, 50)
    }
    known = {
        f"127.0.0.1:{site.port}": {
            site.url: {
                "rules": [["/", True]], "status": 200, "fault": None,
                "fetched_at": (datetime.now(UTC) - timedelta(hours=hours)).isoformat(),
            }
        }
        for hours, site in sites.items()
    }  # fmt: skip
    urls = [f"{site.url}/{hours}" for hours, site in sites.items()]
    done = crawl(*urls, reservations=known, DOWNLOADER_MIDDLEWARES=WITH_FILES)
    assert answers_of(done) == {"1": RESERVED, "30": [], "50": RESERVED}
    assert [site.paths().count(FILE) for site in sites.values()] == [0, 1, 1]
    # a crawl of archives asks nobody and goes by what is known
    asked = sites[30].paths().count(FILE)
    done = crawl(
        urls[1],
        reservations=known,
        DOWNLOADER_MIDDLEWARES=WITH_FILES,
        TDMREP_ASK=False,
        HOST_MEMORIES={"reservations": "crawler.network.reservations.Reservations"},
    )
    assert answers_of(done) == {"30": RESERVED} and done.reservations == {}
    assert sites[30].paths().count(FILE) == asked


@pytest.mark.slow
def test_the_request_is_paced_and_a_host_that_is_held_is_not_asked(
    crawl: Callable[..., Any], serve: Callable[..., Any]
) -> None:
    site = serve({FILE: (404, {}, b"")})
    crawl(f"{site.url}/1", f"{site.url}/2", DOWNLOADER_MIDDLEWARES=WITH_FILES, DOWNLOAD_DELAY=0.4)
    assert site.paths() == ["/robots.txt", FILE, "/1", "/2"] and min(site.gaps()) >= 0.4
    held = serve({FILE: (429, {"Retry-After": "1000"}, b"")})
    done = crawl(f"{held.url}/1", f"{held.url}/2", DOWNLOADER_MIDDLEWARES=WITH_FILES)
    assert done.outcomes == ["retry_after"] * 2 and held.paths() == ["/robots.txt", FILE]
    challenged = serve({FILE: (403, {}, b"")})
    done = crawl(f"{challenged.url}/1", DOWNLOADER_MIDDLEWARES=WITH_FILES, BLOCKED_AFTER=1)
    assert done.outcomes == [200]
