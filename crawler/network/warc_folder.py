"""The folder of one outlet's archive: files a day, written by one crawl each, whole after every kill.

A file is written as `*.warc.gz.open` under a lock and finished by renaming it to `*.warc.gz`. An
`.open` file whose lock is free is what a killed crawl left: the next one cuts it after its last
whole record and finishes it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import platformdirs

from crawler.network.warc import OPEN, make_info, whole_members


class ArchiveFullError(OSError):
    """There is less free space than must stay free."""


def archive_root(configured: str | None = None) -> Path:
    """The folder of all archives: as configured, or `archive` in AKHBAR_HOME or the user's data folder."""
    if configured:
        return Path(configured).expanduser().absolute()
    home = os.environ.get("AKHBAR_HOME")
    return (
        Path(home).expanduser() if home else Path(platformdirs.user_data_dir("akhbar"))
    ).absolute() / "archive"


def find_file(root: Path, name: str) -> Path:
    """The file that a place names: it may still be written, or wait for its repair."""
    path = root / name
    return path if path.exists() else path.with_name(path.name + OPEN)


class ArchiveFolder:
    """Appends records to the outlet's file of the day. Not for two threads at once.

    `file_size` bounds a file in bytes (a record never spans two), `min_free` is the space in
    bytes that the disk keeps free. Every method raises OSError.
    """

    def __init__(
        self, root: Path, outlet: str, *, file_size: int, min_free: int, facts: Mapping[str, str]
    ) -> None:
        self.root = root
        self.outlet = outlet
        self.folder = root / outlet
        self.file_size = file_size
        self.min_free = min_free
        self.facts = facts
        self._file: BinaryIO | None = None
        self._path = Path()
        self._day = ""
        self._end = 0

    def prepare(self) -> list[Path]:
        """Make the folder and finish what killed crawls left open; the files that were repaired."""
        for folder in (*(f for f in reversed(self.root.parents) if not f.exists()), self.root, self.folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        return [path for path in sorted(self.folder.glob(f"*.warc.gz{OPEN}")) if repair(path)]

    def append(self, member: bytes) -> tuple[str, int]:
        """Write one record; its file, relative to the root, and its offset there. `sync` makes it last."""
        today = datetime.now(UTC).strftime("%Y%m%d")
        if self._file is not None and (self._day != today or self._end + len(member) > self.file_size):
            self.close()
        if self._file is None:
            self._begin(today)
        assert self._file is not None
        offset = self._end
        try:
            self._file.write(member)
            self._file.flush()
        except OSError:
            # half a record would make all that follow it unreadable
            self._file.seek(offset)
            self._file.truncate()
            raise
        self._end += len(member)
        return f"{self.outlet}/{self._path.name.removesuffix(OPEN)}", offset

    def sync(self) -> None:
        """Return when all that was appended would outlast a loss of power."""
        if self._file is not None:
            os.fdatasync(self._file.fileno())

    def check_space(self) -> None:
        """Raise `ArchiveFullError` when the disk is at its mark: a full disk stops Postgres, too."""
        free = shutil.disk_usage(self.folder).free
        if free < self.min_free:
            wanted = f"{self.min_free // 1024**2} MB must stay free"
            raise ArchiveFullError(f"{free // 1024**2} MB are free where the archive lies, {wanted}")

    def close(self) -> None:
        """Finish the file under way, if there is one."""
        file, self._file = self._file, None
        if file is not None:
            os.fdatasync(file.fileno())
            finish(self._path)
            file.close()

    def _begin(self, day: str) -> None:
        while self._file is None:
            # to the microsecond: sorted by name, the files of an outlet stand as they were begun
            now = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")
            name = f"{self.outlet}-{now}-{secrets.token_hex(4)}.warc.gz"
            path = self.folder / (name + OPEN)
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b")
            # another crawl may take the new file for an orphan before it is locked, and remove it
            if _lock(file) and path.exists():
                info = make_info(name, self.facts)
                file.write(info)
                sync_folder(self.folder)
                self._file, self._path, self._day, self._end = file, path, day, len(info)
            else:
                file.close()


def repair(path: Path) -> bool:
    """Finish an `.open` file that nobody writes any more; False where somebody does.

    What follows the last whole record is cut off; a file without any is removed.
    """
    try:
        file = path.open("r+b")
    except FileNotFoundError:  # finished by another crawl this moment
        return False
    with file:
        if not _lock(file) or not path.exists():
            return False
        end = whole_members(path)
        if end == 0:
            path.unlink()
            return True
        file.truncate(end)
        os.fsync(file.fileno())
        finish(path)
        return True


def finish(path: Path) -> Path:
    """Give a written file its name, so that the name lasts."""
    finished = path.rename(path.with_name(path.name.removesuffix(OPEN)))
    sync_folder(path.parent)
    return finished


def sync_folder(path: Path) -> None:
    """Return when the names in a folder would outlast a loss of power."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lock(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
