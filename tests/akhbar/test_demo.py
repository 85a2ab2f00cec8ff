"""`akhbar demo`: every page that we wrote goes the whole way and ends as its golden says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from corpus.search import show

ROOT = Path(__file__).parents[2]
SITES = sorted(path.parent for path in (ROOT / "fixtures").glob("*/site.json"))
SHARED = ROOT.parent / "shared"

Command = Callable[..., Any]


def goldens() -> list[dict[str, Any]]:
    """The goldens of the demo's pages as the sites stand in the evening."""
    cases = {path for folder in SITES for path in folder.glob("*.json") if path.name != "site.json"}
    cases -= {path.with_name(path.name.replace("_edited", "")) for path in cases if "_edited" in path.name}
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(cases)]


def test_the_whole_job_as_the_goldens_say_and_then_nothing_new(
    akhbar: Command, connection: Connection
) -> None:
    # the demo needs nobody's address, and no leave for its own server
    ended = akhbar("demo", "--json", AKHBAR_CONTACT=None, AKHBAR_ALLOW_ADDRESSES=None)
    assert ended.status == 0, ended.notes
    first = ended.json()

    assert len(SITES) >= 3 and len(goldens()) >= 40
    stored = {entry["headline"]: entry for entry in first["articles"] if entry["state"] == "stored"}
    articles = [golden for golden in goldens() if golden["kind"] == "article"]
    assert {golden["headline"] for golden in articles} == set(stored)
    reasons = {entry["reason"] for entry in first["articles"] if entry["state"] == "rejected"}
    assert reasons >= {golden["reason"] for golden in goldens() if golden["kind"] == "rejected"}
    for crawl in first["crawls"]:
        assert crawl["ledger"]["holds"] and not crawl["ledger"]["pending"] and not crawl["ledger"]["failed"]

    # a verbatim copy and a near one across outlets, each beside its original, and one edited article
    copies = {entry["headline"]: entry for entry in first["articles"] if entry["copy_of"]}
    assert len(copies) == 2
    assert all(entry["outlet"] != entry["original_outlet"] for entry in copies.values())
    assert [entry["revision"] for entry in first["articles"] if (entry["revision"] or 1) > 1] == [2]
    # one article under two addresses is one row
    assert any(entry["state"] == "duplicate" for entry in first["articles"])
    assert first["search"]["found"]

    # what lies in the corpus is what the goldens say
    for golden in articles:
        shown = show(connection, golden["canonical_url"])
        assert shown is not None, golden["canonical_url"]
        for field in ("outlet", "headline", "body", "authors", "agency", "appended"):
            assert shown.article[field] == golden[field], f"{golden['canonical_url']}: {field}"

    again = akhbar("demo", "--json", AKHBAR_CONTACT=None).json()
    assert all(not crawl["this_crawl"].get("stored") for crawl in again["crawls"])
    assert all(not crawl["this_crawl"].get("revised") for crawl in again["crawls"])
    assert [entry["article_id"] for entry in again["articles"]] == [
        entry["article_id"] for entry in first["articles"]
    ]


def test_a_folder_of_saved_pages_goes_the_same_way(akhbar: Command, tmp_path: Path) -> None:
    page = (
        '<html><head><meta charset="utf-8"><title>قطار جديد إلى وادي السرو</title>'
        '<link rel="canonical" href="https://www.sarw.example/a/{n}"></head><body><article><h1>قطار جديد {n}</h1>'
        "<p>بدأ صباح اليوم تشغيل القطار رقم {n} بين العاصمة ووادي السرو، وقال وزير النقل إن الرحلة تستغرق ساعتين.</p>"
        "<p>ويتوقع أن ينقل القطار الجديد عشرة آلاف راكب في الشهر الأول من تشغيله، بحسب بيان الوزارة.</p>"
        "</article></body></html>"
    )
    folder = tmp_path / "saved"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.html").write_text(page.format(n=number), encoding="utf-8")
    (folder / "nameless.html").write_text("<html><body><p>لا عنوان لها</p></body></html>", encoding="utf-8")
    ended = akhbar("demo", "--pages", str(folder), "--json")
    assert ended.status == 0, ended.notes
    assert "nameless.html" in ended.notes
    crawl = ended.json()["crawls"][0]
    assert (crawl["outlet"], crawl["ledger"]["stored"], crawl["ledger"]["holds"]) == ("sarw_example", 2, True)
    found = [json.loads(line) for line in akhbar("search", "القطار", "--json").output.splitlines()]
    assert {hit["url"] for hit in found} == {"https://www.sarw.example/a/1", "https://www.sarw.example/a/2"}


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages lie beside the project, not in it")
def test_the_real_pages_go_the_same_way(akhbar: Command) -> None:
    ended = akhbar("demo", "--pages", str(SHARED / "pages"), "--json")
    assert ended.status == 0, ended.notes
    assert len([entry for entry in ended.json()["articles"] if entry["state"] == "stored"]) == 6
    for path in sorted((SHARED / "pages" / "gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        word = max(gold["body"].split(), key=len).strip("«»،.:")
        found = [json.loads(line) for line in akhbar("search", word, "--json").output.splitlines()]
        assert gold["title"] in {hit["headline"] for hit in found}
