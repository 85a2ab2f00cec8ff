"""Every candidate ends, whatever drops its request or breaks over its page; a crawl's budget ends it cleanly."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise
from typing import Any

from tests.drills.server import Answer, say, sitemap

BROKEN = '''
from crawler import settings

class Breaking:
    """A pipeline that breaks over one article and drops another."""

    def process_item(self, item):
        from scrapy.exceptions import DropItem
        if getattr(item, "url", "").endswith("/news/3"):
            raise RuntimeError("broken on purpose")
        if getattr(item, "url", "").endswith("/news/4"):
            raise DropItem("dropped on purpose")
        return item


class Refusing:
    """A downloader middleware that ignores one request and breaks over another."""

    def process_request(self, request):
        from scrapy.exceptions import IgnoreRequest
        if request.url.endswith("/news/5"):
            raise IgnoreRequest("ignored on purpose")
        if request.url.endswith("/news/6"):
            raise ZeroDivisionError("broken on purpose")


class BreakingSpider(SidrSpider):
    name = "breaking"
    custom_settings = {
        **SidrSpider.custom_settings,
        "ITEM_PIPELINES": {**settings.ITEM_PIPELINES, Breaking: 350},
        "DOWNLOADER_MIDDLEWARES": {**settings.DOWNLOADER_MIDDLEWARES, Refusing: 700},
    }

    async def read_page(self, response, candidate=None):
        if response.url.endswith("/news/1"):
            raise KeyError("broken on purpose")
        async for item in super().read_page(response, candidate):
            yield item

    def miss_page(self, failure):
        if failure.request.url.endswith("/news/missing"):
            raise LookupError("broken on purpose")
        return super().miss_page(failure)

    def extract(self, page, candidate):
        if page.url.endswith("/news/2"):
            raise ValueError("broken on purpose")
        return super().extract(page, candidate)
'''


def test_whatever_breaks_or_drops_leaves_a_reason(drill: Any) -> None:
    urls = drill.server.publish(8)
    extra = [f"{drill.server.root}/news/missing", f"{drill.server.root}/news/" + "x" * 5_000]
    extra += ["http://elsewhere.example/news/1", "http://127.0.0.1:99999/news/port"]
    drill.server.answers["/sitemap.xml"] = Answer(sitemap(urls + extra), type="application/xml")
    drill.write_outlet(RETRY_TIMES=0)
    path = drill.folder / "outlets" / "sidr.py"
    text = path.read_text(encoding="utf-8").replace('name = "sidr"', 'name = "plain"')
    path.write_text(text + BROKEN.replace('"breaking"', '"sidr"'), encoding="utf-8")
    ended = drill.crawl()
    assert ended.result["ledger"], (ended.result, ended.notes)
    assert ended.ledger["holds"] and ended.ledger["pending"] == 0, ended.notes
    reasons = drill.reasons()
    assert {path: reasons[path] for path in ("/news/0", "/news/7")} == {
        "/news/0": "stored",
        "/news/7": "stored",
    }
    assert reasons["/news/1"] == "failed/spider_KeyError"
    assert reasons["/news/2"].startswith(("failed/", "rejected/"))
    assert reasons["/news/missing"] == "failed/spider_LookupError"
    assert reasons["/news/" + "x" * 5_000] == "rejected/http_404"
    assert reasons["http://elsewhere.example/news/1"] == "rejected/offsite"
    assert all(ending == "stored" or "/" in ending for ending in reasons.values()), reasons


def test_seconds_and_bytes_are_spent_and_the_next_crawl_goes_on(drill: Any) -> None:
    drill.server.publish(60)
    drill.write_outlet(DOWNLOAD_DELAY=0.25, CRAWL_SECONDS=5)
    began = time.monotonic()
    by_time = drill.crawl()
    say(f"{len(drill.server.pages())} pages in {time.monotonic() - began:.1f} s with a budget of 5 s")
    assert (by_time.status, by_time.result["reason"], by_time.ledger["holds"]) == (0, "budget_seconds", True)
    assert 0 < by_time.ledger["stored"] < 60
    assert by_time.ledger["stored"] + by_time.ledger["pending"] == 60

    drill.write_outlet(DOWNLOAD_DELAY=0.02, CRAWL_BYTES=30_000)
    by_bytes = drill.crawl()
    assert by_bytes.result["reason"] == "budget_bytes", by_bytes.result
    assert by_bytes.ledger["stored"] < 60 and by_bytes.ledger["holds"]

    drill.write_outlet()
    drill.crawl()
    drill.assert_all_stored(60)
    assert set(Counter(drill.server.pages()).values()) == {1}


def test_the_receipt_says_what_was_asked_and_how_far_apart(drill: Any) -> None:
    drill.server.publish(5)
    drill.server.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.4\n", type="text/plain")
    drill.write_outlet(CONCURRENT_REQUESTS_PER_DOMAIN=1)
    ended = drill.crawl()
    assert ended.status == 0, ended.result
    receipt = ended.result["receipt"][drill.server.address]
    hits = drill.server.hits
    gaps = [later.at - earlier.at for earlier, later in pairwise(hits[1:])]
    assert receipt["requests"] == len(hits) == 8
    assert receipt["answers"] == {"200": 7, "404": 1}
    assert (receipt["robots_requests"], receipt["tdmrep_requests"]) == (1, 1)
    assert receipt["delay"] == 0.4 and min(gaps) >= 0.4
    robots = receipt["robots"][drill.server.root]
    assert (robots["state"], robots["status"], robots["crawl_delay"]) == ("in force", 200, 0.4)
    assert receipt["tdmrep"][drill.server.root]["state"] == "none"
