"""Fifty hosts with every kind of robots.txt and of Retry-After, three crawls in a row: judged by the servers' log."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from email.utils import formatdate
from itertools import pairwise
from typing import Any

import pytest

from tests.drills.server import Answer, DrillServer, Hit, article, say, sitemap

HOSTS = 50
DELAY = 0.3
PAGES = 4
TEXT = "text/plain"


def hang(file: Any) -> None:
    time.sleep(20)


# robots.txt by kind; under the second group no page may be asked for at all
ROBOTS: dict[str, Callable[[], Answer]] = {
    "open": lambda: Answer(b"User-agent: *\nAllow: /\n", type=TEXT),
    "delay": lambda: Answer(b"User-agent: *\nCrawl-delay: 0.8\n", type=TEXT),
    "forbids_2": lambda: Answer(b"User-agent: Akhbar\nDisallow: /news/2\n", type=TEXT),
    "missing": lambda: Answer(status=404),
    "forbidden": lambda: Answer(status=403),
    "html": lambda: Answer(b"<html><body>Disallow: /</body></html>"),
    "moved": lambda: Answer(status=301, headers={"Location": "/other-robots.txt"}),
    "error": lambda: Answer(status=500),
    "busy": lambda: Answer(status=429, headers={"Retry-After": "1"}),
    "silent": lambda: Answer(send=hang),
}
UNREACHABLE = ("error", "busy", "silent")
# what page 1 of a host says before it says no more of the kind: status and Retry-After
RETRY: list[tuple[int, str | None]] = [
    (200, None), (429, None), (429, "1"), (503, "2"), (503, "date"), (429, "100000"), (503, "garbage"),
]  # fmt: skip


@pytest.mark.slow
def test_fifty_hosts_over_three_crawls(make_drill: Callable[[DrillServer], Any]) -> None:
    addresses = [f"127.0.0.{number}" for number in range(1, HOSTS + 1)]
    with DrillServer(addresses) as server:
        drill = make_drill(server)
        kinds, retries = {}, {}
        for number, address in enumerate(addresses):
            host = f"{address}:{server.port}"
            kinds[host] = list(ROBOTS)[number % len(ROBOTS)]
            retries[host] = RETRY[number // len(ROBOTS) if number % 2 else number % len(RETRY)]
            urls = [f"http://{host}/news/{page}" for page in range(PAGES)]
            server.answers[f"{host}/robots.txt"] = ROBOTS[kinds[host]]()
            server.answers[f"{host}/other-robots.txt"] = Answer(
                b"User-agent: *\nDisallow: /news/3\n", type=TEXT
            )
            server.answers[f"{host}/sitemap.xml"] = Answer(sitemap(urls), type="application/xml")
            for page, url in enumerate(urls):
                server.answers[f"{host}/news/{page}"] = Answer(article(url, number * PAGES + page))
            status, wait = retries[host]
            if status != 200:
                stated = formatdate(time.time() + 15, usegmt=True) if wait == "date" else wait
                headers = {"Retry-After": stated} if stated else {}
                server.answers[f"{host}/news/1"] = Answer(status=status, headers=headers)
        sources = ", ".join(f'Sitemap("http://{address}:{server.port}/sitemap.xml")' for address in addresses)
        drill.write_outlet(
            sources=sources, domains=tuple(addresses), DOWNLOAD_DELAY=DELAY, CONCURRENT_REQUESTS_PER_DOMAIN=1,
            CONCURRENT_REQUESTS=64, ROBOTSTXT_TIMEOUT=3, RETRY_TIMES=1, PACING_MAX_DELAY=4,
        )  # fmt: skip
        for _ in range(3):
            ended = drill.crawl(limit=180)
            assert ended.status in (0, 3), ended.notes
            assert ended.ledger["holds"]
        log: dict[str, list[Hit]] = defaultdict(list)
        for hit in server.hits:
            log[hit.host].append(hit)
        gaps = []
        for host, hits in log.items():
            paths = [hit.path for hit in hits]
            assert paths.count("/.well-known/tdmrep.json") <= 1, (host, paths)
            if kinds[host] in UNREACHABLE:
                assert set(paths) == {"/robots.txt"}, (host, kinds[host], paths)
            if kinds[host] == "forbids_2":
                assert "/news/2" not in paths
            if kinds[host] == "moved":
                assert "/news/3" not in paths
            least = 0.8 if kinds[host] == "delay" else DELAY
            for earlier, later in pairwise(hits):
                gaps.append(later.at - earlier.at)
                assert gaps[-1] >= least or later.path in ("/robots.txt", "/other-robots.txt"), (
                    host,
                    earlier,
                    later,
                )
                assert gaps[-1] >= DELAY, (host, earlier, later)
            asked = [place for place, hit in enumerate(hits) if hit.path == "/news/1"]
            if retries[host][1] == "100000" and asked:
                assert asked[0] == len(hits) - 1, (host, hits[asked[0] :])
            if retries[host][1] in ("1", "2") and asked and asked[0] + 1 < len(hits):
                assert hits[asked[0] + 1].at - hits[asked[0]].at >= float(retries[host][1] or 0)
        say(f"{len(server.hits)} requests of {len(log)} hosts in three crawls, least gap {min(gaps):.3f} s")
        assert len(log) == HOSTS
