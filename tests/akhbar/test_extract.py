"""`akhbar extract` and `akhbar parse`: pages and texts in, JSON lines out; no database, no crash."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.arabic.letters import clean

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
CASE = ROOT / "fixtures" / "alamssar"

Command = Callable[..., Any]

FIELDS = {
    "source", "kind", "reason", "url", "canonical_url", "outlet", "language", "headline", "lead", "body",
    "appended", "body_truncated", "byline", "authors", "agency", "credits", "dateline", "published_text",
    "published_at", "published_precision", "timezone_assumed", "updated_at", "section", "tags", "image_url",
    "provenance", "extractor_version",
}  # fmt: skip


def lines(ended: Any) -> list[dict[str, Any]]:
    assert ended.status == 0, ended.notes
    return [json.loads(line) for line in ended.output.splitlines()]


def test_pages_come_out_in_order_with_every_field_and_the_outlet_that_their_address_tells(
    akhbar: Command,
) -> None:
    paths = [str(CASE / f"{name}.html") for name in ("tatweel", "appended_story", "flash")]
    found = lines(akhbar("extract", *paths, AKHBAR_DATABASE_URL="postgresql://127.0.0.1:9/none"))
    assert [one["source"] for one in found] == paths
    for one in found:
        golden = json.loads(Path(one["source"]).with_suffix(".json").read_text(encoding="utf-8"))
        assert set(one) == FIELDS
        assert (one["outlet"], one["headline"], one["body"]) == (
            "alamssar",
            golden["headline"],
            golden["body"],
        )
        assert {"headline", "body", "canonical_url"} <= set(one["provenance"])
        assert all(set(evidence) == {"rule", "raw"} for evidence in one["provenance"].values())


def test_what_cannot_be_read_is_a_rejected_line_and_the_next_page_is_read(
    ask: Command, tmp_path: Path
) -> None:
    (tmp_path / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "huge.html").write_bytes("<p>كلام</p>".encode() * 600_000)
    paths = [str(tmp_path / name) for name in ("picture.html", "empty.html", "huge.html", "missing.html")]
    *rejected, last = lines(ask("extract", *paths, str(CASE / "tatweel.html")))
    assert [one["kind"] for one in rejected] == ["rejected"] * 4
    assert rejected[2]["reason"] == "too_large" and rejected[3]["reason"] == "unreadable_file"
    assert all(one["reason"] for one in rejected)
    assert last["kind"] == "article"


def test_standard_input_takes_the_url_and_the_outlet_it_is_told(ask: Command) -> None:
    page = (CASE / "tatweel.html").read_text(encoding="utf-8")
    (one,) = lines(ask("extract", "-", "--url", "https://alamssar.com/9", "--outlet", "alamssar", input=page))
    assert (one["source"], one["url"], one["outlet"]) == ("-", "https://alamssar.com/9", "alamssar")


def test_a_folder_stands_for_its_pages_on_all_cores_in_the_order_of_their_names(akhbar: Command) -> None:
    found = lines(akhbar("extract", str(ROOT / "fixtures" / "hespress"), str(ROOT / "fixtures" / "alamssar")))
    names = [one["source"] for one in found]
    pages = [sorted((ROOT / "fixtures" / folder).rglob("*.html")) for folder in ("hespress", "alamssar")]
    assert names == [str(path) for group in pages for path in group]
    assert len(names) >= 24  # enough for the pool
    assert {one["kind"] for one in found} == {"article", "rejected"}


@pytest.mark.slow
def test_a_live_address_is_fetched_as_a_crawl_fetches(akhbar: Command, outlet: Any) -> None:
    url = outlet.publish(3)
    (one,) = lines(akhbar("extract", url))
    assert (one["kind"], one["outlet"], one["headline"]) == (
        "article",
        "sarw",
        "الحي رقم 3 يحصل على مدارس جديدة",
    )
    assert outlet.fetched("/robots.txt") == 1
    (gone,) = lines(akhbar("extract", f"{outlet.root}/news/404"))
    assert (gone["kind"], gone["reason"]) == ("rejected", "http_404")
    (denied,) = lines(akhbar("extract", url, AKHBAR_ALLOW_ADDRESSES=None))
    assert (denied["kind"], denied["reason"]) == ("rejected", "address_denied")


def test_wrong_use_says_what_is_right(ask: Command) -> None:
    assert ask("extract").status == 2
    two = ask("extract", "a.html", "b.html", "--url", "https://alamssar.com/9")
    assert two.status == 2 and "one page" in two.notes
    wrong = ask("extract", "a.html", "--outlet", "alamsar")
    assert wrong.status == 2 and "alamssar" in wrong.notes


def test_parse_prints_one_object_a_text(ask: Command) -> None:
    date, nothing = lines(
        ask(
            "parse",
            "date",
            "الأربعاء 15 كانون الثاني 2025 12:49 م",
            "مارس المحاماة",
            "--zone",
            "Asia/Baghdad",
        )
    )
    assert date == {
        "raw": "الأربعاء 15 كانون الثاني 2025 12:49 م",
        "at": "2025-01-15T12:49:00+03:00",
        "precision": "minute",
        "timezone_assumed": True,
    }
    assert (nothing["at"], nothing["precision"]) == (None, None)
    (day,) = lines(ask("parse", "date", "١٧ تشرين الأول ٢٠٢٤"))
    assert (day["at"], day["precision"]) == ("2024-10-17", "day")
    (ago,) = lines(ask("parse", "date", "منذ ساعتين", "--base", "2026-11-23T12:00:00+03:00"))
    assert ago["at"] == "2026-11-23T10:00:00+03:00"

    (credit,) = lines(ask("parse", "byline", "بغداد / نور الهاشمي"))
    assert set(credit) == {"raw", "authors", "organisations", "dateline", "credits"}
    assert (credit["authors"], credit["dateline"]) == (["نور الهاشمي"], "بغداد")

    cleaned = lines(ask("parse", "clean", input="العمـل\nفـي\n"))
    assert [one["text"] for one in cleaned] == ["العمل", "في"]
    (fold,) = lines(ask("parse", "fold", "المكتبةُ"))
    assert fold == {"raw": "المكتبةُ", "text": "المكتبه"}
    assert ask("parse", "date", "أمس", "--zone", "Iraq/Nowhere").status == 2


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real page lies beside the project, not in it")
def test_the_page_that_made_us_build_this(ask: Command) -> None:
    expected = json.loads((SHARED / "seed" / "expected.json").read_text(encoding="utf-8"))
    (one,) = lines(ask("extract", str(SHARED / "seed" / "page.html"), "--outlet", "alamssar"))
    for field in ("url", "outlet", "headline", "authors", "agency", "byline", "published_at", "body"):
        assert one[field] == expected[field], field
    # the expected text keeps two no-break spaces of the page; storage form has none
    appended = [{name: clean(text) for name, text in story.items()} for story in expected["appended"]]
    assert one["appended"] == appended
    assert not any(name in json.dumps(one, ensure_ascii=False) for name in ("العزاوي", "رئيس مجلس الإدارة"))
