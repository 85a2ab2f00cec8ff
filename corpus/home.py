"""The data directory of this user: embedded database, raw archive and logs live below it."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from corpus.unavailable import StorageUnavailable


def home() -> Path:
    """`AKHBAR_HOME`, or the platform's user data directory; made with mode 0700 where it is missing.

    Raises StorageUnavailable where the directory cannot be made or belongs to somebody else.
    """
    configured = os.environ.get("AKHBAR_HOME")
    path = Path(configured).expanduser() if configured else Path(platformdirs.user_data_dir("akhbar"))
    path = path.absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.stat().st_mode & 0o777 != 0o700:
            path.chmod(0o700)
    except OSError as error:
        raise StorageUnavailable(
            f"{path} cannot be the data directory ({error.strerror}); set AKHBAR_HOME to a folder of your own"
        ) from error
    return path
