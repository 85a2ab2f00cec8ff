"""Room on the disk of the embedded server: writing stops before a full disk makes the server panic."""

from __future__ import annotations

import shutil

from corpus.database import is_embedded
from corpus.home import home
from corpus.unavailable import StorageUnavailable

# Once writing stops, what may still grow is a batch or two in flight, the indexes' pending entries and the
# write-ahead log of a checkpoint: some 100 MB were seen after the last batch. Five times that is kept free.
FREE_MARK = 512 * 1024**2


def require_room() -> None:
    """Raises StorageUnavailable where the embedded server's disk has less than `FREE_MARK` bytes free.

    A given server (`AKHBAR_DATABASE_URL`) keeps its own house: its disk cannot be seen from here.
    """
    if is_embedded() and (free := shutil.disk_usage(home()).free) < FREE_MARK:
        raise StorageUnavailable(
            f"the disk of AKHBAR_HOME has {free // 1024**2} MB free, and {FREE_MARK // 1024**2} MB are kept;"
            " make room"
        )
