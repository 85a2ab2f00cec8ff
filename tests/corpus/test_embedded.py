"""The embedded server's start when much is against it: many at once, stale files, kills, depth."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

from corpus import database
from corpus.embedded import EmbeddedServer

REPOSITORY = Path(__file__).parents[2]
ASK = "from corpus import database; c = database.connect(); print(c.info.backend_pid > 0)"


def run(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def test_many_commands_at_once_share_one_server(home):
    asking = [run(ASK) for _ in range(5)]
    answers = [process.communicate(timeout=60) for process in asking]
    assert [out.strip() for out, _ in answers] == ["True"] * 5, answers
    first = postmaster(home)
    assert run(ASK).communicate(timeout=60)[0].strip() == "True"
    assert postmaster(home) == first
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert psutil.Process(first).cwd() == str(home / "postgres/data")
    if os.geteuid() == 0:
        assert psutil.Process(first).uids().real != 0


def test_it_survives_its_postmaster_being_killed_and_stale_files(home):
    database.connect().close()
    os.kill(postmaster(home), signal.SIGKILL)
    database.connect().close()
    EmbeddedServer().stop()
    pid_file = home / "postgres/data/postmaster.pid"
    owner = home.stat().st_uid  # Postgres ignores a pid that belongs to another user
    stranger = subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None)
    try:
        pid_file.write_text(
            f"{stranger.pid}\n{home}/postgres/data\n1\n5432\n{home}/postgres/socket\n\n0 0\nready\n"
        )
        if os.geteuid() == 0:
            os.chown(pid_file, home.stat().st_uid, home.stat().st_gid)
        database.connect().close()
        assert postmaster(home) != stranger.pid
    finally:
        stranger.kill()
        stranger.wait()


def test_a_killed_initdb_leaves_nothing_in_the_way(home):
    partial = home / "postgres/data.partial/base"
    partial.mkdir(parents=True)
    (partial / "junk").write_text("x")
    database.connect().close()
    assert not partial.exists()


def test_interrupting_a_command_leaves_the_server_running(home):
    process = subprocess.Popen(
        [sys.executable, "-c", ASK + "; import time; time.sleep(60)"], cwd=REPOSITORY, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while EmbeddedServer().probe("akhbar").value != "up" and time.monotonic() < deadline:
        time.sleep(0.1)
    first = postmaster(home)
    for _ in range(10):  # one that arrives within a destructor or an import's callback is lost to Python
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=3)
            break
        except subprocess.TimeoutExpired:
            continue
    assert process.returncode is not None
    assert postmaster(home) == first
    database.connect().close()
    assert EmbeddedServer().stop() is True
    assert EmbeddedServer().stop() is False
    assert EmbeddedServer().probe().value == "down"


def test_a_home_too_deep_for_a_socket(home, monkeypatch):
    deep = home / ("d" * 60) / ("مجلد" * 10) / "with space"
    monkeypatch.setenv("AKHBAR_HOME", str(deep))
    server = EmbeddedServer()
    try:
        connection = psycopg2.connect(database.database_url())
        connection.close()
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
        assert server.socket.parent == Path("/tmp")
    finally:
        server.stop()
        shutil.rmtree(server.socket, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lets another user in")
def test_root_opens_no_more_than_the_way(home):
    home.mkdir(parents=True, mode=0o700)
    archive = home / "archive"
    archive.mkdir(mode=0o700)
    (archive / "page.warc").write_text("page")
    home.parent.chmod(0o700)
    database.connect().close()
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o701
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert archive.stat().st_uid == 0
    read = subprocess.run(
        ["cat", archive / "page.warc"], user="nobody", capture_output=True, cwd="/", check=False
    )
    assert read.returncode != 0
    read = subprocess.run(
        ["cat", archive / "page.warc"], user="pgserver", capture_output=True, cwd="/", check=False
    )
    assert read.returncode != 0


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cret@127.0.0.1:9/db",
        "postgresql://me:s3cret@no-such-host.invalid/db",
        "postgresql://me:s3cret@[::1/db",
        "host=/nowhere password=s3cret",
        "s3cret",
    ],
)
def test_an_unreachable_database_is_one_clear_line_without_secrets(monkeypatch, url):
    monkeypatch.setenv("AKHBAR_DATABASE_URL", url)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(database.StorageUnavailable) as caught:
        database.connect()
    said = str(caught.value)
    assert "\n" not in said
    assert "s3cret" not in said
    assert "no-such-host" not in said
    assert caught.value.__cause__ is None


def test_a_home_that_cannot_be_one_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AKHBAR_HOME", str(tmp_path / "file"))
    monkeypatch.delenv("AKHBAR_DATABASE_URL", raising=False)
    with pytest.raises(database.StorageUnavailable, match="set AKHBAR_HOME to a folder of your own"):
        database.connect()
