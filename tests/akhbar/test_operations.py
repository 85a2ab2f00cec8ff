"""What docs/operations.md tells an operator to type, typed: back up, restore, upgrade; units and container file."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from akhbar.commands import VERBS
from corpus import database
from corpus.embedded import EmbeddedServer
from crawler import settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

Command = Callable[..., Any]


def block(heading: str) -> str:
    """The first block of commands below a heading of the page."""
    below = PAGE.partition(f"\n{heading}\n")[2]
    found = re.search(r"```sh\n(.*?)```", below.partition("\n## ")[0], re.S)
    assert found, heading
    return found[1]


def type_in(commands: str, environment: dict[str, str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run commands as a shell does; the first that fails ends it."""
    akhbar = cwd / "bin" / "akhbar"
    akhbar.parent.mkdir(exist_ok=True)
    akhbar.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m akhbar "$@"\n')
    akhbar.chmod(0o755)
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        env={**environment, "PATH": f"{akhbar.parent}:{environment['PATH']}"},
        cwd=cwd, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def state_of(url: str) -> dict[str, Any]:
    """Count and checksum of each table, and who may do what."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'akhbar'"
                " AND table_type = 'BASE TABLE'"
            )
            found: dict[str, Any] = {}
            for (table,) in cursor.fetchall():
                cursor.execute(
                    "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\"))"
                    f" FROM akhbar.{table} t"
                )
                found[table] = cursor.fetchone()
            cursor.execute(
                "SELECT p.oid::regprocedure::text, has_function_privilege('public', p.oid, 'EXECUTE'),"
                " has_function_privilege('akhbar_reader', p.oid, 'EXECUTE') FROM pg_proc p"
                " WHERE p.pronamespace IN ('akhbar'::regnamespace, 'corpus'::regnamespace) ORDER BY 1"
            )
            found["functions"] = cursor.fetchall()
            cursor.execute(
                "SELECT c.oid::regclass::text, has_table_privilege('akhbar_reader', c.oid, 'SELECT') FROM pg_class c"
                " WHERE c.relnamespace IN ('akhbar'::regnamespace, 'corpus'::regnamespace)"
                " AND c.relkind IN ('r', 'v') ORDER BY 1"
            )
            found["tables"] = cursor.fetchall()
            return found
    finally:
        connection.close()


@pytest.fixture
def empty(server: EmbeddedServer) -> Iterator[str]:
    """A database of a user of its own, without any schema."""
    name = f"restored_{uuid.uuid4().hex}"
    admin = psycopg2.connect(server.url("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER")
        cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield server.url(name).replace("postgres@", f"{name}@")
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE {name}")
    admin.close()


@pytest.mark.slow
def test_back_up_and_restore_as_the_page_says(
    akhbar: Command, outlet: Any, environment: dict[str, str], database_url: str, empty: str, tmp_path: Path
) -> None:
    archived = {**settings.DOWNLOADER_MIDDLEWARES, "crawler.network.archive.Archive": 540}
    outlet.write_file(DOWNLOAD_DELAY=0, DOWNLOADER_MIDDLEWARES=archived)
    for number in range(6):
        outlet.publish(number)
    assert akhbar("crawl", "sarw").status == 0
    place = str(tmp_path / "backups")
    Path(place).mkdir()
    for number in range(2):  # a second backup goes over the first
        outlet.publish(6 + number)
        assert akhbar("crawl", "sarw").status == 0
        saved = type_in(block("### Back up").replace("/var/backups", place), environment, tmp_path)
        assert saved.returncode == 0, saved.stderr
    before = state_of(database_url)
    assert before["articles"][0] == 8
    dumped = Path(place) / "akhbar.dump"
    assert dumped.stat().st_mode & 0o777 == 0o600

    new = {**environment, "AKHBAR_HOME": str(tmp_path / "new"), "AKHBAR_DATABASE_URL": empty}
    restore = block("### Restore").replace("/var/backups", place)
    ended = type_in(restore, new, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert state_of(empty) == before
    found = akhbar(
        "reextract", "--json", **{name: new[name] for name in ("AKHBAR_HOME", "AKHBAR_DATABASE_URL")}
    )
    assert (found.json()["same"], found.json()["lost"]) == (8, {}), (
        "the archive is where the corpus looks for it"
    )
    again = type_in(restore, new, tmp_path)
    assert again.returncode == 2 and "empty one" in again.stderr and state_of(empty) == before


@pytest.mark.slow
def test_what_is_no_dump_changes_nothing(akhbar: Command, empty: str, tmp_path: Path) -> None:
    (tmp_path / "bad.dump").write_bytes(b"PGDMP" + bytes(100))
    ended = akhbar("db", "restore", "bad.dump", AKHBAR_DATABASE_URL=empty)
    assert ended.status == 2 and "Nothing was changed" in ended.notes and "Traceback" not in ended.notes
    connection = psycopg2.connect(empty)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('akhbar', 'corpus')")
        assert cursor.fetchone() == (0,)
    connection.close()
    ended = akhbar("db", "dump", str(tmp_path / "none" / "x.dump"))
    assert ended.status == 2 and "no folder" in ended.notes


@pytest.mark.slow
def test_an_older_corpus_is_upgraded_and_an_older_program_refuses(akhbar: Command, empty: str) -> None:
    """The schema as it was first released, number 10, with rows; then one that is newer than the program."""
    old = [migration for migration in database.migrations() if migration.number <= 10]
    connection = psycopg2.connect(empty)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE SCHEMA akhbar; CREATE TABLE akhbar.migrations (number int PRIMARY KEY, name text NOT NULL,"
            " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        for migration in old:
            cursor.execute(migration.text)
            cursor.execute(
                "INSERT INTO akhbar.migrations (number, name, checksum) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.checksum),
            )
        cursor.execute(
            "INSERT INTO akhbar.outlets (slug, name, country, timezone) VALUES ('wadi', 'صحيفة الوادي', 'IQ',"
            " 'Asia/Baghdad'); INSERT INTO akhbar.schedule (outlet_id, every) SELECT id, '1 hour' FROM akhbar.outlets"
        )
    ended = akhbar("db", "migrate", AKHBAR_DATABASE_URL=empty)
    assert ended.status == 0, ended.notes
    assert ended.notes.split() == [f"{m.number:04}_{m.name}" for m in database.migrations() if m.number > 10]
    shown = akhbar("schedule", "wadi", "--json", AKHBAR_DATABASE_URL=empty).json()
    assert (shown["outlet"], shown["every"]) == ("wadi", 3600)
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO akhbar.migrations (number, name, checksum) VALUES (9999, 'later', 'x')")
    connection.close()
    ended = akhbar("status", AKHBAR_DATABASE_URL=empty)
    assert ended.status == 75 and "newer akhbar; update this program" in ended.notes
    assert len(ended.notes.strip().splitlines()) == 1


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("akhbar-*")))
def test_systemd_takes_the_units(unit: str, tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd on this machine")
    program = tmp_path / "akhbar"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in DEPLOY.glob("akhbar-*"):
        (tmp_path / path.name).write_text(path.read_text().replace("/opt/akhbar/bin/akhbar", str(program)))
    ended = subprocess.run([verify, "verify", str(tmp_path / unit)], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_units_start_commands_that_there_are() -> None:
    for path in DEPLOY.glob("akhbar-*.service"):
        for verb in re.findall(r"^Exec\w+=-?/opt/akhbar/bin/akhbar (\w+)", path.read_text(), re.M):
            assert verb in VERBS, path.name
    for name in re.findall(r"deploy/(\S+?\.(?:service|timer))", block("## Install as a service")):
        assert (DEPLOY / name).exists()


def test_the_container_file_is_sound() -> None:
    """Its instructions are known, what it copies is there, and it starts a command of ours as a plain user."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "RUN", "COPY", "USER", "ENV", "VOLUME", "STOPSIGNAL", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in lines} <= known
    said = dict(lines)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert said["ENTRYPOINT"] == '["akhbar"]' and "akhbar" in scripts
    assert said["CMD"] == '["worker"]' and "worker" in VERBS
    assert said["USER"] not in ("root", "0") and f"--uid 10001 {said['USER']}" in text
    for name, rest in lines:
        if name == "COPY":
            assert (ROOT / rest.split()[0]).exists()
    minor = int(re.findall(r"python:3\.(\d+)", said["FROM"])[0])
    assert minor >= 11, "pyproject says requires-python >= 3.11"
    assert said["VOLUME"] in said["ENV"]
