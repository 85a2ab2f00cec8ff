"""Files of the corpus: the same bytes for the same question, as their readers expect them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from datetime import UTC, datetime, timedelta

import duckdb
import pandas
import polars
import pyarrow.parquet as parquet
import pytest

from corpus import articles, crawls
from corpus.articles import Submission
from corpus.export import CHUNK, Filters, ParquetMissing, export
from crawler.items import AppendedStory, Article, Evidence
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
HEADLINES = ["=HYPERLINK(1)", "+1", "-كلمة", "@SUM", "\tخانة", 'عادي، "مقتبس"\nسطر', "=2"]


@pytest.fixture(scope="module")
def filled(shared_connection):
    for slug, country, count in (("one", "EG", CHUNK + 20), ("two", "IQ", len(HEADLINES))):
        crawl = crawls.begin(shared_connection, Outlet(slug, country=country, timezone="UTC", slug=slug))
        batch = [
            Article(
                url=f"https://{slug}.example/{n}", canonical_url=f"https://{slug}.example/{n}",
                headline=HEADLINES[n] if slug == "two" else f"خبر {n}",
                body=f"نص الخبر رقم {slug} {n}\n\n= فقرة \\ ثانية", authors=["=سالم", 'ليلى "حسن"'],
                appended=[AppendedStory(headline="أقدم", body="نص")], tags=[],
                provenance={"published_at": Evidence(rule="json-ld", raw="2024")},
                published_at=NOW - timedelta(hours=n), published_precision="minute",
            )
            for n in range(count)
        ]  # fmt: skip
        outcomes = []
        for at in range(0, count, 100):
            outcomes += articles.store(
                shared_connection, crawl, [Submission(article=a) for a in batch[at : at + 100]]
            )
        assert {outcome.state for outcome in outcomes} == {"stored"}
        crawls.finish(shared_connection, crawl)
    return shared_connection


def columns(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM corpus.articles LIMIT 0")
        return [column.name for column in cursor.description]


def test_json_lines_hold_every_article_once_in_order(filled, tmp_path):
    told = []
    manifest = export(filled, tmp_path / "all.jsonl", on_rows=told.append)
    lines = (tmp_path / "all.jsonl").read_text("utf-8").split("\n")
    rows = [json.loads(line) for line in lines[:-1]]
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert len(rows) == manifest.rows == CHUNK + 20 + len(HEADLINES)
    assert told == [CHUNK, manifest.rows]
    assert list(rows[0]) == columns(filled) == list(manifest.columns)
    assert rows[-1]["headline"] == HEADLINES[-1].strip()
    assert rows[0]["authors"] == ["=سالم", 'ليلى "حسن"'] and rows[0]["appended"][0]["headline"] == "أقدم"
    assert datetime.fromisoformat(rows[0]["published_at"]) == NOW
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_the_same_question_gives_the_same_bytes_and_a_true_manifest(filled, tmp_path, ending):
    filters = Filters(query="خبر", country="EG", until=NOW - timedelta(hours=3))
    sums = set()
    for name in ("a", "b"):
        manifest = export(filled, tmp_path / f"{name}.{ending}", filters, program="akhbar 9")
        data = (tmp_path / f"{name}.{ending}").read_bytes()
        written = json.loads((tmp_path / f"{name}.{ending}.manifest.json").read_text("utf-8"))
        assert written["sha256"] == manifest.sha256 == hashlib.sha256(data).hexdigest()
        assert (written["bytes"], written["rows"], written["program"]) == (len(data), CHUNK + 17, "akhbar 9")
        assert written["query"] == {"query": "خبر", "country": "EG", "until": filters.until.isoformat()}
        sums.add(manifest.sha256)
    assert len(sums) == 1


def test_csv_runs_no_formula_and_reads_as_it_was(filled, tmp_path):
    export(filled, tmp_path / "two.csv", Filters(outlet="two"))
    data = (tmp_path / "two.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfid,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["headline"] for row in rows] == [
        "'=HYPERLINK(1)", "'+1", "'-كلمة", "'@SUM", "خانة", "عادي، \"مقتبس\"\nسطر", "'=2"
    ]  # fmt: skip
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)
    assert rows[0]["body"] == "نص الخبر رقم two 0\n\n= فقرة \\ ثانية"
    assert json.loads(rows[0]["authors"]) == ["=سالم", 'ليلى "حسن"'] and rows[0]["tags"] == "[]"
    assert datetime.fromisoformat(rows[0]["published_at"]) == NOW
    assert rows[0]["lead"] == "" and rows[0]["timezone_assumed"] == "f"


def test_filters_are_those_of_the_search(filled, tmp_path):
    def rows(**filters):
        return export(filled, tmp_path / "x.jsonl", Filters(**filters)).rows

    assert rows(outlet="two") == len(HEADLINES)
    assert rows(outlet="nobody") == 0
    assert rows(author="ليلى") == CHUNK + 20 + len(HEADLINES)
    assert rows(query='"الخبر رقم two"', since=NOW - timedelta(hours=2)) == 3
    assert rows(limit=7) == 7
    assert rows(query="%s 100% {}") == 0


def test_parquet_is_typed(filled, tmp_path):
    export(filled, tmp_path / "all.parquet")
    table = parquet.read_table(tmp_path / "all.parquet")
    assert table.num_rows == CHUNK + 20 + len(HEADLINES)
    assert table.column_names == columns(filled)
    row = table.slice(0, 1).to_pylist()[0]
    assert row["published_at"] == NOW and row["authors"] == ["=سالم", 'ليلى "حسن"']
    assert json.loads(row["provenance"])["published_at"]["rule"] == "json-ld"


READERS = {
    "pandas": {
        "jsonl": lambda file: pandas.read_json(file, lines=True),
        "csv": lambda file: pandas.read_csv(file),
        "parquet": lambda file: pandas.read_parquet(file),
    },
    "polars": {
        "jsonl": lambda file: polars.read_ndjson(file).to_pandas(),
        "csv": lambda file: polars.read_csv(file).to_pandas(),
        "parquet": lambda file: polars.read_parquet(file).to_pandas(),
    },
    "duckdb": {
        ending: lambda file: duckdb.sql(f"FROM '{file}'").df() for ending in ("jsonl", "csv", "parquet")
    },
}


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("reader", READERS)
def test_what_data_teams_use_reads_the_files_as_they_come(filled, tmp_path, reader, ending):
    file = tmp_path / f"all.{ending}"
    export(filled, file)
    table = READERS[reader][ending](file)
    assert set(table.columns) == set(columns(filled))
    assert len(table) == CHUNK + 20 + len(HEADLINES)
    assert table["body"].iloc[-1] == f"نص الخبر رقم two {len(HEADLINES) - 1}\n\n= فقرة \\ ثانية"


def test_without_pyarrow_one_line_says_how_to_get_it(filled, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ParquetMissing, match=r'pip install "akhbar\[parquet\]"$'):
        export(filled, tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_leaves_the_old_file(filled, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("old")

    def fail(rows):
        raise RuntimeError(rows)

    with pytest.raises(RuntimeError):
        export(filled, path, on_rows=fail)
    assert path.read_text() == "old" and not list(tmp_path.glob("*.part"))
    with pytest.raises(ValueError, match="ends in none"):
        export(filled, tmp_path / "x.xlsx")
