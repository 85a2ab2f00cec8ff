"""The archive read again without one network call, and what loses dates or authors refused.

AKHBAR_DRILL_PAGES sets how many pages there are: 400 by default, 5,000 once by hand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.rereading import Bench

pytestmark = pytest.mark.drill

PAGES = int(os.environ.get("AKHBAR_DRILL_PAGES", "400"))


def without_network() -> tuple[str, ...]:
    """What runs a command in a network namespace that has no interface up; nothing where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "--net", "true"], capture_output=True).returncode:
        return ()
    return (unshare, "--net")


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="akhbar-") as root:
        Path(root).chmod(0o755)
        made = Bench.make(Path(root) / "bench", PAGES)
        yield made
        made.close()


def reextract(bench: Bench, *options: str) -> tuple[int, Any]:
    """Read again and say how fast; nothing may be connected to, whatever came of it."""
    ended = bench.run("reextract", "--json", *options, before=without_network())
    assert ended.connections == [], "the database is a unix socket that libpq opens; nothing else may be"
    found = ended.json()
    print(
        f"{found['read']} pages: {found['pages_per_second']} a second, {found['pages_per_second_per_core']} a core"
    )
    return ended.status, found


def test_the_hook_would_tell_of_a_connection(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AKHBAR_CONTACT", "https://akhbar.example/contact")
    monkeypatch.setenv("AKHBAR_ALLOW_ADDRESSES", "127.0.0.1:9")
    ended = bench.run("crawl", "http://127.0.0.1:9/")
    assert any("127.0.0.1" in connection for connection in ended.connections), ended.notes


def test_the_same_reader_changes_nothing(bench: Bench) -> None:
    bench.lose(None)
    status, found = reextract(bench, "--apply")
    assert (status, found["read"], found["same"], found["kept"]) == (0, PAGES, PAGES, 0)
    assert found["pages_per_second_per_core"] > 0


@pytest.mark.parametrize("field", ["dates", "authors"])
def test_a_reader_that_loses_some_is_refused(bench: Bench, field: str) -> None:
    bench.lose(field, one_in=20)
    status, found = reextract(bench, "--apply")
    assert status == 2 and found["kept"] == 0
    assert [reason.split()[0] for reason in found["refused"]] == [field]
    bench.lose(None)
    assert reextract(bench)[1]["same"] == PAGES, "nothing was kept"
