"""What was taken down, erased from this machine's archive: what the ledger names, folder by folder."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.takedown import Place, mark_erased, outlets_to_erase, places_to_erase, sources_of
from crawler.network.warc_erasure import Erased, erase_folder, erase_records

if TYPE_CHECKING:
    from corpus.transaction import Connection


def erase_archive(connection: Connection, root: Path) -> Erased:
    """Erase from the archive at `root` all that was taken down and is not erased yet; the sum of it.

    Addresses count as erased when nothing of theirs is left and their file was here: an archive may lie on
    several machines, and each erases its own. Raises StorageUnavailable.
    """
    total = Erased()
    for outlet in outlets_to_erase(connection):
        erased = erase_folder(root, outlet)
        _add(total, erased)
        if not erased.left:
            mark_erased(connection, outlet=outlet)
    folders: dict[str, dict[int, Place]] = defaultdict(dict)
    for place in places_to_erase(connection):
        folders[place.outlet][place.tombstone] = place
        if place.archive:  # a crawl from archives of another outlet's folder leaves its pages there
            folders[str(place.archive["file"]).partition("/")[0]][place.tombstone] = place
    unfinished: set[int] = set()
    for folder, places in sorted(folders.items()):
        erased = erase_records(
            root,
            folder,
            places=[
                (str(place.archive["file"]), int(place.archive["offset"]))
                for place in places.values()
                if place.archive
            ],
            addresses=[place.url for place in places.values()],
            sources=sources_of(connection, folder),
        )
        _add(total, erased)
        unfinished.update(
            tombstone
            for tombstone, place in places.items()
            if erased.left or (place.archive and place.archive["file"] in erased.missing)
        )
    mark_erased(
        connection,
        sorted({tombstone for places in folders.values() for tombstone in places} - unfinished),
    )
    return total


def _add(total: Erased, erased: Erased) -> None:
    total.records += erased.records
    total.missing |= erased.missing
    total.left += erased.left
