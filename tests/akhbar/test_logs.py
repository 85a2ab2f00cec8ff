"""The log: one line an event, and on every line the outlet and the crawl that it is of."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from akhbar.logs import JsonLines, PlainLines, add_subject

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

Command = Callable[..., Any]


def test_every_line_of_a_crawl_names_its_outlet_and_its_crawl(akhbar: Command, outlet: Any) -> None:
    outlet.publish(1)
    outlet.announce([*outlet.pages, f"{outlet.root}/news/404"])
    ended = akhbar("crawl", "sarw", "-v", AKHBAR_LOG="json")
    assert ended.status == 0
    lines = [json.loads(line) for line in ended.notes.splitlines() if line.startswith("{")]
    assert len(lines) > 5 and {line["outlet"] for line in lines} <= {"sarw", None}
    opened = [n for n, line in enumerate(lines) if "Spider opened" in line["text"]]
    closed = [n for n, line in enumerate(lines) if "Spider closed" in line["text"]]
    within = lines[opened[0] + 1 : closed[0]]
    assert within and {line["outlet"] for line in within} == {"sarw"}
    assert any(line["crawl"] == 1 for line in within)
    plain = akhbar("crawl", "sarw", "-v")
    assert " INFO sarw" in plain.notes


def test_an_event_is_one_line_whatever_is_in_it() -> None:
    record = logging.LogRecord("x", logging.WARNING, __file__, 1, "سطر\nآخر", None, None)
    assert add_subject(record)
    plain, as_json = PlainLines().format(record), JsonLines().format(record)
    assert "\n" not in plain and plain.endswith("WARNING - x: سطر ⏎ آخر")
    assert "\n" not in as_json and json.loads(as_json)["text"] == "سطر\nآخر"
