"""`akhbar export`: files, their manifests, and one line where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from akhbar.commands.export import export
from akhbar.commands.search import search
from corpus import articles, crawls
from corpus.articles import Submission
from crawler.items import Article
from crawler.outlet import Outlet


@pytest.fixture
def filled(connection: Any) -> None:
    crawl = crawls.begin(connection, Outlet("x", country="IQ", timezone="UTC", slug="one"))
    batch = [
        Article(
            url=f"https://one.example/{n}",
            canonical_url=f"https://one.example/{n}",
            headline=f"خبر {n}",
            body=f"نص {n}",
        )
        for n in range(3)
    ]
    articles.store(connection, crawl, [Submission(article=article) for article in batch])
    crawls.finish(connection, crawl)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(export, list(arguments))


def test_export_writes_the_file_and_its_manifest(filled: None, tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    ended = run(str(file), "--json")
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout)["rows"] == 3
    manifest = json.loads((tmp_path / "corpus.jsonl.manifest.json").read_text("utf-8"))
    assert manifest == json.loads(ended.stdout)
    assert [json.loads(line)["headline"] for line in file.read_text("utf-8").splitlines()] == [
        "خبر 0",
        "خبر 1",
        "خبر 2",
    ]
    assert "3 articles" in run(str(tmp_path / "corpus.csv")).stderr


def test_export_takes_a_query_and_filters(filled: None, tmp_path: Path) -> None:
    assert (
        json.loads(run(str(tmp_path / "x.jsonl"), "خبر -2", "--outlet", "one", "--json").stdout)["rows"] == 2
    )
    assert (
        json.loads(run(str(tmp_path / "x.jsonl"), "--since", "2d", "--limit", "1", "--json").stdout)["rows"]
        == 1
    )


@pytest.mark.parametrize(
    ("file", "said"), [("x.xlsx", "must end in"), ("missing/x.csv", "cannot be written")]
)
def test_wrong_use_is_one_line(filled: None, tmp_path: Path, file: str, said: str) -> None:
    ended = run(str(tmp_path / file))
    assert ended.exit_code == 2 and said in ended.stderr


@pytest.mark.parametrize(
    ("slug", "said"), [("ona", "did you mean one, "), ("zzzz", "`akhbar outlets` lists them")]
)
def test_an_unknown_outlet_is_wrong_use_and_no_empty_file(
    filled: None, tmp_path: Path, slug: str, said: str
) -> None:
    file = tmp_path / "x.csv"
    for ended in (run(str(file), "--outlet", slug), CliRunner().invoke(search, ["خبر", "--outlet", slug])):
        assert ended.exit_code == 2 and said in ended.stderr
    assert not file.exists()
    # an outlet that was never crawled has a file of its own, and nothing in the corpus
    assert run(str(file), "--outlet", "youm7").exit_code == 0
