"""robots.txt by RFC 9309, in real crawls against loopback servers."""

from __future__ import annotations

import time

import pytest

from crawler.network.robots import Rules

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow


def rules(text: str) -> Rules:
    return Rules(text, "Akhbar")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nUser-agent: Akhbar\nAllow: /", True),
        ("User-agent: akhbar\nDisallow: /\nUser-agent: *\nAllow: /", False),
        ("User-agent: Akhbar/2.0\nDisallow: /", False),
        ("User-agent: A\nDisallow: /", True),
        ("User-agent: Akhbarna\nDisallow: /", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/خبر", True),
        ("User-agent: *\nDisallow: /a/%D8%AE%D8%A8%D8%B1", False),
        ("User-agent: *\nDisallow: /*.html$", True),
        ("User-agent: other\nUser-agent: Akhbar\nDisallow: /", False),
        ("User-agent: Akhbar\nDisallow: /b\n\nUser-agent: akhbar\nDisallow: /a", False),
        ("User-agent: *\r\nDisallow: /\r\n", False),
        ("User-agent: *\rDisallow: /\r", False),
        ("Disallow: /", True),
        ("<!doctype html><html><body>User-agent: * Disallow: /</body></html>", True),
        ("", True),
        ("\x00\x01\x02", True),
    ],
)
def test_rules_are_read_for_our_token(text: str, allowed: bool) -> None:
    assert rules(text).allowed("https://x.example/a/خبر") is allowed


def test_crawl_delay_and_sitemaps_are_told() -> None:
    read = rules(
        "Sitemap: https://x.example/s.xml\nUser-agent: *\nCrawl-delay: 2.5\nUser-agent: Akhbar\nDisallow: /x"
    )
    assert read.crawl_delay() is None
    assert read.sitemaps() == ["https://x.example/s.xml"]
    assert rules("User-agent: *\nCrawl-delay: 2.5").crawl_delay() == 2.5


def test_forbidden_pages_are_not_asked_for(crawl, serve) -> None:
    site = serve({"/robots.txt": (200, {}, b"\xef\xbb\xbfUser-agent: *\nDisallow: /private")})
    done = crawl(f"{site.url}/private/1", f"{site.url}/open", f"{site.url}/private/2")
    assert sorted(site.paths()) == ["/open", "/robots.txt"]
    assert sorted(map(str, done.outcomes)) == ["200", "robots", "robots"]
    assert [end[3] for end in done.ends if end[1] == "robots"] == [False, False]


def test_a_4xx_allows_all(crawl, serve) -> None:
    rules = b"User-agent: *\nDisallow: /"
    sites = [serve({"/robots.txt": (status, {}, rules)}) for status in (400, 401, 403, 404, 410, 451)]
    assert crawl(*(f"{site.url}/a" for site in sites)).outcomes == [200] * 6


def test_an_unreachable_file_holds_the_host(crawl, serve) -> None:
    sites = [serve({"/robots.txt": (status, {}, b"")}) for status in (500, 503, 429, 599)]
    done = crawl(*(f"{site.url}/{name}" for site in sites for name in "ab"))
    assert done.outcomes == ["robots_unreachable"] * 8
    assert [end[3] for end in done.ends] == [True] * 8
    assert [site.paths() for site in sites] == [["/robots.txt"]] * 4


def test_a_timeout_and_a_closed_port_hold_the_host(crawl, serve) -> None:
    def hang(_: int) -> tuple:
        time.sleep(2)
        return 200, {}, b""

    slow = serve({"/robots.txt": hang})
    done = crawl(f"{slow.url}/a", "http://127.0.0.1:9/a")
    assert done.outcomes == ["robots_unreachable"] * 2
    assert slow.paths() == ["/robots.txt"]


def test_the_last_good_copy_serves_for_a_day(crawl, serve) -> None:
    fresh, young, old = (serve({"/robots.txt": (503, {}, b"")}) for _ in range(3))
    ages = {fresh.url: 60, young.url: 23 * 3600, old.url: 25 * 3600}
    copies = {url: ("User-agent: *\nDisallow: /private", 200, age) for url, age in ages.items()}
    done = crawl(*(f"{url}/{page}" for url in ages for page in ("open", "private")), robots=copies)
    ends = {end[0]: end[1] for end in done.ends}
    for site in (fresh, young):
        assert (ends[f"{site.url}/open"], ends[f"{site.url}/private"]) == (200, "robots")
    assert {ends[f"{old.url}/open"], ends[f"{old.url}/private"]} == {"robots_unreachable"}
    assert [site.paths().count("/robots.txt") for site in (fresh, young, old)] == [0, 1, 1]


def test_redirects_are_followed_to_other_hosts(crawl, serve) -> None:
    other = serve({"/rules": (200, {}, b"User-agent: *\nDisallow: /private")})
    site = serve({"/robots.txt": (301, {"Location": f"http://localhost:{other.port}/rules"}, b"")})
    done = crawl(f"{site.url}/private", f"{site.url}/open", domains=("127.0.0.1",))
    assert sorted(map(str, done.outcomes)) == ["200", "robots"]


def test_more_than_five_redirects_are_no_file(crawl, serve) -> None:
    hop = {f"/{n}": (302, {"Location": f"/{n + 1}"}, b"") for n in range(9)}
    site = serve(hop | {"/robots.txt": (302, {"Location": "/0"}, b"")})
    assert crawl(f"{site.url}/a").outcomes == [200]
    assert site.paths() == ["/robots.txt", "/0", "/1", "/2", "/3", "/4", "/a"]


def test_only_the_first_500_kib_are_read(crawl, serve) -> None:
    filler = b"# " + b"x" * 98 + b"\n"
    head = b"User-agent: *\nDisallow: /early\n"
    body = head + filler * 6000 + b"Disallow: /late\n" + filler * 200_000
    site = serve({"/robots.txt": (200, {}, body)})
    done = crawl(f"{site.url}/early", f"{site.url}/late")
    assert {end[0].rpartition("/")[2]: end[1] for end in done.ends} == {"early": "robots", "late": 200}


def test_a_page_of_html_in_its_place_allows_all(crawl, serve) -> None:
    page = "<!doctype html><html><title>الصفحة غير موجودة</title></html>".encode()
    site = serve({"/robots.txt": (200, {"Content-Type": "text/html"}, page)})
    assert crawl(f"{site.url}/a").outcomes == [200]


def test_one_fetch_serves_all_who_wait(crawl, serve) -> None:
    def slow(_: int) -> tuple:
        time.sleep(0.3)
        return 200, {}, b""

    site = serve({"/robots.txt": slow})
    done = crawl(*(f"{site.url}/{n}" for n in range(8)))
    assert done.outcomes == [200] * 8
    assert site.paths().count("/robots.txt") == 1
