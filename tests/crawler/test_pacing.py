"""Pacing: the pace of one host as a plain object, and what a server sees of a real crawl."""

from __future__ import annotations

import gzip
import time
from email.utils import formatdate

import pytest

from crawler.network.authority import authority_of, origin_of
from crawler.network.pace import LONGEST_HOLD, Pace, read_retry_after

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

NOW = 1_760_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        (formatdate(NOW + 90, usegmt=True), 90),
        (formatdate(NOW - 90, usegmt=True), 0),
        (time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(NOW + 60)), 60),
        (time.asctime(time.gmtime(NOW + 60)), 60),
        ("9" * 40, LONGEST_HOLD),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_HOLD),
        ("-5", None),
        ("1.5", None),
        ("٦٠", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(value: str, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


def test_a_slowed_host_slows_once_per_volley_and_recovers() -> None:
    pace = Pace()
    for _ in range(8):
        pace.slow(NOW, sent=NOW - 1, floor=0.5, longest=60)
    assert pace.delay(0.5) == 1.0
    pace.slow(NOW + 5, sent=NOW + 4, floor=0.5, longest=60)
    assert pace.delay(0.5) == 2.0
    for later in range(20):
        pace.slow(NOW + 100 * later, sent=NOW + 100 * later, floor=0.5, longest=60)
    assert pace.delay(0.5) == 60
    for _ in range(40):
        pace.recover(floor=0.5)
    assert pace.delay(0.5) == 0.5


def test_state_goes_out_and_comes_back_and_a_jumping_clock_does_no_harm() -> None:
    pace = Pace(crawl_delay=3, backoff=8, held_until=NOW + 3600, last_request=NOW - 1)
    assert Pace.from_state(pace.to_state(), NOW, 3) == pace
    jumped = Pace(held_until=NOW + 9e9, last_request=NOW + 9e9, not_before=NOW + 9e9)
    back = Pace.from_state(jumped.to_state() | {"unknown": 1}, NOW, 3)
    assert back.held_until == NOW + LONGEST_HOLD
    assert back.last_request == NOW
    blocked = Pace.from_state(Pace(blocked=True, forbidden=3).to_state(), NOW, 3)
    assert (blocked.blocked, blocked.forbidden) == (False, 2)


def test_authority_and_origin() -> None:
    assert authority_of("HTTPS://Example.COM:443/x") == "example.com" == authority_of("http://example.com./")
    assert authority_of("http://[::1]:8080/") == "[::1]:8080"
    assert origin_of("http://example.com:443/") == "http://example.com:443"


def test_the_delay_is_kept_in_the_servers_log(crawl, serve) -> None:
    site = serve()
    assert crawl(*(f"{site.url}/{n}" for n in range(4)), DOWNLOAD_DELAY=0.3).outcomes == [200] * 4
    assert len(site.hits) == 5
    assert min(site.gaps()) >= 0.3


def test_crawl_delay_is_kept_and_bounded(crawl, serve) -> None:
    site = serve({"/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 0.4")})
    far = serve({"/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 86400")})
    urls = [f"{host.url}/{n}" for host in (site, far) for n in range(2)]
    assert crawl(*urls, CRAWL_DELAY_MAX=0.8).outcomes == [200] * 4
    assert 0.4 <= min(site.gaps()) < 0.8
    assert min(far.gaps()) >= 0.8


def test_requests_that_wait_can_be_ended(crawl, serve) -> None:
    site = serve()
    done = crawl(*(f"{site.url}/{n}" for n in range(9)), DOWNLOAD_DELAY=60, release=0.5)
    assert done.outcomes == ["interrupted"] * 9
    assert site.paths() == ["/robots.txt"]


def test_hosts_do_not_wait_for_each_other(crawl, serve) -> None:
    slow = serve({"/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 1")})
    fast = serve()
    crawl(f"{slow.url}/1", *(f"{fast.url}/{n}" for n in range(5)), f"{slow.url}/2")
    assert fast.hits[-1][0] - fast.hits[0][0] < 0.9
    assert min(slow.gaps()) >= 1


def test_a_short_retry_after_is_waited_for(crawl, serve) -> None:
    def busy_once(hit: int) -> tuple:
        return (429, {"Retry-After": "2"}, b"") if hit == 1 else (200, {}, b"ok")

    site = serve({"/1": busy_once})
    done = crawl(f"{site.url}/1", f"{site.url}/2", CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert done.outcomes.count(200) == 2
    asked = [at for at, path in site.hits if path == "/1"]
    first_after = min(at for at, _ in site.hits if at > asked[0])
    assert first_after - asked[0] >= 2


@pytest.mark.parametrize(("status", "how"), [(429, "seconds"), (503, "date")])
def test_a_long_retry_after_holds_the_host_for_this_crawl_and_the_next(
    crawl, serve, status: int, how: str
) -> None:
    value = "3600" if how == "seconds" else formatdate(time.time() + 3600, usegmt=True)
    site = serve({f"/{n}": (status, {"Retry-After": value}, b"") for n in range(20)})
    urls = [f"{site.url}/{n}" for n in range(20)]
    first = crawl(*urls, CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert len(site.paths()) == 2
    assert first.outcomes == ["retry_after"] * 20
    assert all(end[3] for end in first.ends)
    other = serve()
    second = crawl(*urls, f"{other.url}/1", state=first.state)
    assert sorted(map(str, second.outcomes)) == ["200"] + ["retry_after"] * 20
    assert len(site.hits) == 2


def test_a_503_without_retry_after_slows_the_host(crawl, serve) -> None:
    site = serve({"/1": lambda hit: (503, {}, b"") if hit == 1 else (200, {}, b"ok")})
    done = crawl(f"{site.url}/1")
    assert done.outcomes == [200]
    assert site.gaps()[-1] >= 1


def test_the_gap_is_kept_between_two_crawls(crawl, serve) -> None:
    site = serve({"/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 2")})
    asked = time.time(), time.monotonic()
    crawl(f"{site.url}/1", state={authority_of(site.url): {"crawl_delay": 2, "last_request": asked[0]}})
    assert site.hits[0][0] - asked[1] >= 2
    assert min(site.gaps()) >= 2


def test_403_in_a_row_block_the_host(crawl, serve) -> None:
    site = serve({f"/{n}": (403, {}, b"no") for n in range(20)})
    done = crawl(*(f"{site.url}/{n}" for n in range(20)), CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert len(site.hits) == 1 + 3
    assert done.outcomes.count(403) + done.outcomes.count("blocked") == 20
    assert done.state[authority_of(site.url)]["blocked"] is True
    assert "blocks us" in done.log
    again = crawl(*(f"{site.url}/{n}" for n in range(20)), CONCURRENT_REQUESTS_PER_DOMAIN=1, state=done.state)
    assert len(site.hits) == 4 + 2
    assert again.state[authority_of(site.url)]["blocked"] is True


def test_403_among_good_answers_block_nothing(crawl, serve) -> None:
    site = serve({f"/{n}": (403, {}, b"no") for n in (1, 2, 5, 6)})
    done = crawl(*(f"{site.url}/{n}" for n in range(9)), CONCURRENT_REQUESTS_PER_DOMAIN=1)
    assert sorted(done.outcomes) == [200] * 5 + [403] * 4


@pytest.mark.parametrize("packed", [False, True])
def test_a_challenge_page_blocks_at_once(crawl, serve, packed: bool) -> None:
    page = b"<script src='/cdn-cgi/challenge-platform/h/b'></script>"
    headers = {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if packed else {})
    site = serve({"/0": (403, headers, gzip.compress(page) if packed else page)})
    done = crawl(*(f"{site.url}/{n}" for n in range(5)), CONCURRENT_REQUESTS=1)
    assert done.outcomes == ["blocked"] * 5
    assert site.paths() == ["/robots.txt", "/0"]


def test_a_host_of_another_port_keeps_its_own_pace_over_a_redirect(crawl, serve) -> None:
    other = serve()
    site = serve({"/a": (302, {"Location": f"{other.url}/b"}, b"")})
    done = crawl(f"{site.url}/a")
    assert done.outcomes == [200]
    assert {authority_of(site.url), authority_of(other.url)} <= set(done.state)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_large_ends_with_its_reason(crawl, serve, packed: bool) -> None:
    body = gzip.compress(b"x" * 5_000_000) if packed else b"x" * 500_000
    headers = {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if packed else {})
    site = serve({"/big": (200, headers, body), "/broken": (200, {"Content-Encoding": "br"}, b"not brotli")})
    done = crawl(f"{site.url}/big", f"{site.url}/broken", DOWNLOAD_MAXSIZE=100_000)
    assert {end[0].rpartition("/")[2]: end[1] for end in done.ends} == {
        "big": "too_large",
        "broken": "undecodable",
    }
