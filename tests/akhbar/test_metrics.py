"""`akhbar metrics` and `akhbar status`: one set of figures, as a monitor reads them and as a person does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg2.extensions import connection as Connection

from akhbar.commands.metrics import format_metrics
from corpus import metrics
from corpus.crawls import begin, finish
from corpus.metrics import Metric
from crawler.outlet import Outlet

Command = Callable[..., Any]


def read(text: str) -> dict[tuple[str, ...], float]:
    """What another program makes of the text: name and label values → value."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_crawled_outlet_is_seen_by_monitors_and_by_people(
    akhbar: Command, ask: Command, outlet: Any, tmp_path: Path
) -> None:
    for number in range(3):
        outlet.publish(number)
    outlet.announce([*outlet.pages, f"{outlet.root}/news/404"])
    crawled = akhbar("crawl", "sarw")
    assert crawled.status == 0 and "stored 3" in crawled.notes, crawled.notes

    file = tmp_path / "akhbar.prom"
    assert ask("metrics", "--output", str(file)).status == 0
    found = read(file.read_text(encoding="utf-8"))
    assert found["akhbar_outlet_state", "sarw", "healthy"] == 1
    assert found["akhbar_outlet_articles", "sarw"] == found["akhbar_outlet_new_articles", "sarw"] == 3
    assert (
        found["akhbar_outlet_answers", "sarw", "2xx"] == 3
        and found["akhbar_outlet_answers", "sarw", "404"] == 1
    )
    assert found["akhbar_ledger_holds",] == 1 and found["akhbar_ledger_addresses", "stored"] == 3
    assert found["akhbar_ledger_addresses", "rejected"] == 1
    assert found["akhbar_database_bytes",] > 1e6
    assert found["akhbar_warnings", "silent"] == 0

    shown = ask("status", "--json")
    (health,) = shown.json()
    assert shown.status == 0
    assert (health["state"], health["unwell"], health["new_in_a_day"]) == ("healthy", False, 3)
    assert health["http"] == {"2xx": 3, "404": 1} and health["ledger"]["holds"]
    assert health["fill"]["authors"]["recent"] is None, "three articles say nothing of a share"
    deep = ask("status", "sarw")
    assert deep.status == 0 and "http_404 1" in deep.output and "discovered 4 = stored 3" in deep.output
    assert "healthy" in ask("status").output


def test_an_unwell_outlet_comes_first_and_gives_status_3(ask: Command, connection: Connection) -> None:
    for slug, verdict in (("a", "healthy"), ("z", "blocked")):
        outlet = Outlet("صحيفة [red]", country="IQ", timezone="Asia/Baghdad", slug=slug)
        finish(connection, begin(connection, outlet), verdict=verdict)
    ended = ask("status")
    assert ended.status == 3
    assert ended.output.index("blocked") < ended.output.index("healthy")
    assert "صحيفة [red]" in ask("status", "a").output, "a name is no markup"
    assert ask("status", "nobody").status == 2
    none = ask("status", "--warnings")
    assert none.status == 0 and "No warnings" in none.output


def test_labels_are_escaped_and_bounded(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    nasty = 'a"b\\c\nd'
    assert read(format_metrics([Metric("x", "gauge", "An x.", [({"l": nasty}, 0.5)])])) == {("x", nasty): 0.5}
    assert format_metrics([Metric("x", "gauge", "An x.")]) == "\n"
    for slug in ("a", "b"):
        finish(connection, begin(connection, Outlet("ص", country="IQ", timezone="Asia/Baghdad", slug=slug)))
    monkeypatch.setattr(metrics, "MOST_OUTLETS", 1)
    assert not any(
        name[0].startswith("akhbar_outlet_") for name in read(format_metrics(metrics.gather(connection)))
    )
