"""The general reader, without any outlet's rules, never falls under the floor in tests/quality_floor.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.engines import engines
from tests.benchmarks.score import SHARED, Case, fixture_cases, score, shared_cases, summarise

FLOOR = json.loads((Path(__file__).resolve().parents[1] / "quality_floor.json").read_text(encoding="utf-8"))


def measured(cases: list[Case]) -> dict[str, float]:
    read = engines()["akhbar"]
    total = summarise([score(read(gold.get("url") or "", page.read_bytes()), gold) for page, gold in cases])
    return {field: getattr(total, field) for field in ("f1", "least_f1", "headline", "authors", "day")}


def under(found: dict[str, float], floor: dict[str, float]) -> dict[str, float]:
    return {field: found[field] for field, least in floor.items() if found[field] < least}


def test_fixtures() -> None:
    assert not under(measured(fixture_cases()), FLOOR["fixtures"])


@pytest.mark.skipif(not SHARED.is_dir(), reason="real pages are kept beside the project")
def test_real_pages_beside_the_project() -> None:
    assert not under(measured(shared_cases()), FLOOR["../shared/pages"])


@pytest.mark.skipif(not SHARED.is_dir(), reason="real pages are kept beside the project")
def test_no_sentence_of_the_page_around_it_is_in_a_body() -> None:
    read = engines()["akhbar"]
    for page, gold in shared_cases():
        body = read(gold["url"], page.read_bytes()).body
        assert not [line for line in gold.get("must_not_contain", ()) if line in body], page.name
        assert not [line for line in gold.get("must_contain", ()) if line not in body], page.name
