"""Twisted, pebble and what an earlier crawl kept: none of them follows a wall clock that is set."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from pebble.pool.process import TaskManager
from scrapy.utils.test import get_crawler

from crawler.network import clock
from crawler.network.pacing import Pacing

DAY = 86_400


def test_a_clock_set_forward_makes_no_page_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.time_readers()
    task: Any = SimpleNamespace(timeout=20.0, started=True, timestamp=clock.seconds())
    monkeypatch.setattr(time, "time", lambda: clock.seconds() + DAY)
    assert not TaskManager.timeout(task)
    task.timestamp -= 21
    assert TaskManager.timeout(task)


def test_the_reactor_reckons_by_the_steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    from twisted.internet import reactor

    running: Any = reactor
    monkeypatch.setattr(running, "seconds", lambda: clock.seconds() + DAY)  # a wall clock that was set
    clock.SteadyReactor.from_crawler(get_crawler())
    waiting = running.callLater(100, lambda: None)
    try:
        assert waiting.getTime() - clock.seconds() == pytest.approx(100, abs=5)
    finally:
        waiting.cancel()


def test_a_pace_kept_by_a_clock_that_was_a_day_ahead_stalls_no_crawl() -> None:
    pacing = Pacing(get_crawler(settings_dict={"RETRY_AFTER_MAX_WAIT": 30, "PACING_MAX_DELAY": 60}))
    ahead = clock.seconds() + DAY
    pacing.restore({"sarw.example": {"last_request": ahead, "not_before": ahead + 20, "slowed_at": ahead}})
    assert pacing.hosts["sarw.example"].due(1.0) <= clock.seconds() + 61
