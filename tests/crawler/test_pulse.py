"""Pulse: a loop that was held up says so, and whether it was its own work."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler

from crawler.items import Article, Rejection
from crawler.pulse import Pulse


def pulse_of(hold_up: Any) -> dict[str, Any]:
    """What a pulse says of a loop in which `hold_up` was called."""

    async def scenario() -> dict[str, Any]:
        pulse = Pulse(Crawler(Spider))
        pulse.open()
        await asyncio.sleep(0.05)
        hold_up()
        await asyncio.sleep(0.05)
        article = Article(url="u", canonical_url="u", headline="عنوان", body="متن")
        for item in (article, Rejection(url="u", reason="no_body"), article):
            pulse.item_scraped(item)
        assert pulse._beating is not None
        pulse._beating.cancel()
        return pulse.write()

    return asyncio.run(scenario())


def work() -> None:
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        pass


def test_a_loop_that_waits_for_another_was_held_up_without_work_of_its_own() -> None:
    found = pulse_of(lambda: time.sleep(0.2))
    assert found["longest_block_ms"] >= 150 and found["blocks_over_50_ms"] >= 1
    assert found["longest_work_ms"] < 150
    assert found["articles"] == 2


def test_a_loop_that_computes_is_named_as_the_cause() -> None:
    found = pulse_of(work)
    assert found["longest_block_ms"] >= 150
    assert found["longest_work_ms"] >= 150
