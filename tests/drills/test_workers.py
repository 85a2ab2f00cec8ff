"""Three workers on three machines over many outlets: one is killed, one is stopped, and every crawl runs once.

AKHBAR_DRILL_OUTLETS sets how many outlets there are: 12 by default, 60 once by hand.
"""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from corpus import queue
from corpus.ledger import ledger_sum
from corpus.workers import read_workers
from tests.drills.machines import Machines
from tests.town import (
    CRAWLS,
    DELAY,
    RUNNING,
    Town,
    children_of,
    environment_of,
    is_alive,
    plan,
    rows,
    start_worker,
    wait_for,
)

pytestmark = pytest.mark.drill

COUNT = int(os.environ.get("AKHBAR_DRILL_OUTLETS", "12"))


@pytest.fixture
def machines() -> Iterator[Machines]:
    made = Machines.make(3, COUNT)
    yield made
    made.remove()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "outlets"
    folder.mkdir()
    made = Town(folder, articles=5)
    yield made
    made.close()


def test_three_workers_one_killed_one_stopped(
    town: Town,
    machines: Machines,
    database_url: str,
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(COUNT - 1):
        town.add(f"nahr{number}", machines.address(number))
    town.add("jar", machines.address(0))  # a neighbour: two outlets of one site
    monkeypatch.setenv("AKHBAR_OUTLETS", str(town.folder))
    plan(connection, town)
    environment = {
        **environment_of(town, database_url, tmp_path / "home"),
        "AKHBAR_ALLOW_ADDRESSES": town.allowances,
    }
    options = ("--concurrency", "1", "--grace", "3")
    began = time.monotonic()
    workers = [
        start_worker(environment, tmp_path, *options, before=machines.before(number)) for number in range(3)
    ]
    try:
        # one is killed while it crawls, with SIGKILL: its crawl must die with it
        def crawling() -> int | None:
            return next(iter(children_of(workers[0].pid)), None) if rows(connection, RUNNING) else None

        child = wait_for(crawling, 60, "the first worker crawls")
        victim = Path(f"/proc/{child}/cmdline").read_text().split("\0")[-3]
        wait_for(lambda: (victim,) in rows(connection, RUNNING), 30, "its crawl is under way")
        workers[0].kill()
        killed_at = datetime.now(UTC)
        wait_for(lambda: not is_alive(child), 5, "the crawl died with its worker")
        # another is stopped
        time.sleep(2)
        workers[1].send_signal(signal.SIGTERM)
        stopped_in = time.monotonic()
        assert workers[1].wait(40) == 0
        stopped_in = time.monotonic() - stopped_in

        def all_ran() -> bool:
            finished = {slug for slug, _, state, *_ in rows(connection, CRAWLS) if state == "finished"}
            return finished == set(town.slugs)

        wait_for(all_ran, 120 + 20 * COUNT, "every due crawl has run")
        wait_for(lambda: queue.count_jobs(connection)["running"] == 0, 20, "the queue is at rest")
        took = time.monotonic() - began
        if machines.is_spread:
            hosts = {worker.host for worker in read_workers(connection)}
            assert hosts == set(machines.names), "each of the three is a machine of its own"
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(60)

    crawls = rows(connection, CRAWLS)
    finished = [slug for slug, _, state, *_ in crawls if state == "finished"]
    assert sorted(finished) == sorted(town.slugs), "each due crawl ran to its end once"
    cut = [(slug, state) for slug, _, state, *_ in crawls if state != "finished"]
    assert (victim, "died") in cut and len(cut) <= 2, "only what was cut short ran again"
    again = next(started for slug, _, _, started, _ in crawls if slug == victim and started > killed_at)
    taken_over = (again - killed_at).total_seconds()
    assert taken_over < 60

    by_site = defaultdict(list)
    for slug, host, state, started, ended in crawls:
        by_site[host].append((started, killed_at if (slug, state) == (victim, "died") else ended))
    for spans in by_site.values():
        for (_, before), (after, _) in pairwise(spans):
            assert before <= after, "two crawls of one site at a time"
    assert all(ledger_sum(connection, outlet=slug).holds for slug in town.slugs)
    assert ledger_sum(connection).stored == COUNT * town.articles

    where = "three network namespaces" if machines.is_spread else "one machine"
    gaps = []
    for host in by_site:
        asked = sorted(at for at, whom, _ in town.log if whom == host)
        gaps += [after - before for before, after in pairwise(asked)]
    print(
        f"{COUNT} outlets on {where} in {took:.0f} s: {len(crawls)} crawls, cut {cut},"
        f" taken over in {taken_over:.1f} s, stopped in {stopped_in:.1f} s;"
        f" {len(gaps)} gaps of a host: {min(gaps):.2f} s or more, median {statistics.median(gaps):.2f}"
    )
    assert min(gaps) >= DELAY * 0.45, "gaps per host"
