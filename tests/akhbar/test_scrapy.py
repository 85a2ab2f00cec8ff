"""Scrapy's own commands keep working in the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def scrapy(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_scrapy_list_knows_every_outlet_file(environment: dict[str, str]) -> None:
    listed = scrapy(environment, "list").stdout.split()
    files = {path.stem for path in (ROOT / "crawler" / "spiders").glob("[a-z]*.py")}
    assert set(listed) == files | {"sarw"}  # and the one in AKHBAR_OUTLETS


def test_scrapy_crawl_fills_the_corpus(environment: dict[str, str], outlet: Any, akhbar: Any) -> None:
    outlet.publish(1)
    ended = scrapy(environment, "crawl", "sarw")
    assert ended.returncode == 0, ended.stderr
    assert akhbar("status", "sarw", "--json").json()[0]["ledger"]["stored"] == 1


def test_scrapy_shell_reads_a_page_without_a_database(environment: dict[str, str], outlet: Any) -> None:
    url = outlet.publish(1)
    away = {**environment, "AKHBAR_DATABASE_URL": "postgresql://127.0.0.1:9/none"}
    ended = scrapy(
        away, "shell", "--nolog", "--spider", "sarw", url, "-c", "spider.name, response.css('h1::text').get()"
    )
    assert "الحي رقم 1" in ended.stdout and "sarw" in ended.stdout, ended.stderr
