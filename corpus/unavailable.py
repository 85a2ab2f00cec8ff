"""What the corpus raises when its storage is away."""

from __future__ import annotations


class StorageUnavailable(Exception):  # noqa: N818 - a state of things, not a fault
    """The database cannot be reached or used now; one plain line, without any URL or password.

    Nothing that was acknowledged is lost. Commands end with status 75 and may be run again.
    """
