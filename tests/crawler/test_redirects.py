"""Every redirect ends at a page or in the errback with a reason."""

from __future__ import annotations

import pytest

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow


def redirect(to: str) -> tuple:
    return 302, {"Location": to}, b""


def test_redirects_within_the_outlet_are_followed(crawl, serve) -> None:
    site = serve({"/a": redirect("/b"), "/b": redirect("/c")})
    done = crawl(f"{site.url}/a", domains=("127.0.0.1",))
    assert done.ends == [[f"{site.url}/a", 200, f"{site.url}/c", 11, None]]


def test_an_offsite_redirect_ends_with_its_reason(crawl, serve) -> None:
    other = serve()
    site = serve({"/a": redirect(f"http://localhost:{other.port}/x")})
    done = crawl(f"{site.url}/a", domains=("127.0.0.1",))
    assert done.outcomes == ["offsite_redirect"]
    assert other.connections == 0


def test_a_subdomain_is_onsite_and_a_lookalike_is_not(crawl, serve) -> None:
    site = serve()
    site.pages |= {
        "/sub": redirect(f"http://a.localhost:{site.port}/x"),
        "/like": redirect(f"http://evillocalhost:{site.port}/x"),
    }
    done = crawl(f"http://localhost:{site.port}/like", domains=("localhost",))
    assert done.outcomes == ["offsite_redirect"]


def test_a_source_elsewhere_may_redirect_on_its_own_host(crawl, serve) -> None:
    site = serve({"/feed": redirect("/feed/"), "/away": redirect("http://localhost:9/x")})
    done = crawl(f"{site.url}/feed", f"{site.url}/away", domains=("outlet.example",))
    assert {end[0].rpartition("/")[2]: end[1] for end in done.ends} == {
        "feed": 200,
        "away": "offsite_redirect",
    }


def test_loops_and_endless_redirects_end_with_their_reason(crawl, serve) -> None:
    endless = {f"/n{n}": redirect(f"/n{n + 1}") for n in range(30)}
    site = serve({"/self": redirect("/self"), "/x": redirect("/y"), "/y": redirect("/x#top")} | endless)
    done = crawl(f"{site.url}/self", f"{site.url}/x", f"{site.url}/n0")
    ends = {end[0].rpartition("/")[2]: end[1] for end in done.ends}
    assert ends == {"self": "redirect_loop", "x": "redirect_loop", "n0": "too_many_redirects"}
    assert len(site.paths()) < 12


def test_two_addresses_that_lead_to_one_page_both_end(crawl, serve) -> None:
    site = serve({"/a": redirect("/page"), "/b": redirect("/page")})
    assert crawl(f"{site.url}/a", f"{site.url}/b", f"{site.url}/page").outcomes == [200, 200, 200]


def test_other_schemes_and_what_is_no_url_are_refused(crawl, serve) -> None:
    targets = ("file:///etc/passwd", "javascript:alert(1)", "ftp://127.0.0.1/x", "http://[bad/")
    site = serve({f"/{n}": redirect(target) for n, target in enumerate(targets)})
    done = crawl(*(f"{site.url}/{n}" for n in range(len(targets))))
    assert done.outcomes == ["redirect_refused"] * len(targets)


def test_robots_of_the_new_address_is_obeyed(crawl, serve) -> None:
    rules = (200, {}, b"User-agent: *\nDisallow: /hidden")
    site = serve({"/a": redirect("/hidden/1"), "/robots.txt": rules})
    assert crawl(f"{site.url}/a").outcomes == ["robots"]
    assert "/hidden/1" not in site.paths()
