"""SIGKILL at random instants of a crawl: every article stored, none twice, little fetched again."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import pytest

from tests.drills.server import say

# what may be fetched again after a kill: the pages on their way, and those that wait for their batch
CONCURRENCY, BATCH = 8, 100


@pytest.mark.parametrize(
    ("pages", "kills", "seed"),
    [(200, 3, 1), pytest.param(2_000, 20, 2, marks=pytest.mark.slow)],
)
def test_kills_at_random_instants(drill: Any, pages: int, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    drill.server.publish(pages)
    instants = sorted(chance.sample(range(1, pages), kills))
    for done in instants:
        crawl = drill.start()
        # a place in the crawl, and some way into the work on that page
        asked = len(set(drill.server.pages()))
        drill.server.wait_for(len(drill.server.pages()) + max(done - asked, 1))
        time.sleep(chance.uniform(0, 0.3))
        crawl.kill()

    ended = drill.crawl(limit=300)
    assert ended.status == 0, ended.notes
    drill.assert_all_stored(pages)
    assert (ended.ledger["discovered"], ended.ledger["stored"], ended.ledger["holds"]) == (pages, pages, True)
    asked_for = Counter(drill.server.pages())
    again = asked_for.total() - pages
    say(f"\n{pages} pages, {kills} kills: {again} pages fetched again, {again / kills:.1f} a kill")
    assert len(asked_for) == pages
    assert again <= kills * (CONCURRENCY + BATCH)
