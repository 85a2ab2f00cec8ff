"""`akhbar export`: the corpus, or what a search finds of it, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from akhbar.filters import check_outlet, take_filters
from akhbar.output import NoteClock, notes, print_json, tell_count


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("query", required=False)
@take_filters
@click.option("--limit", type=click.IntRange(1), help="At most so many articles, the first by number.")
@click.option(
    "--include-opted-out",
    is_flag=True,
    help="Also articles whose outlet reserves them (noai, noarchive, tdm-reservation …): you have the right.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
def export(
    file: Path,
    query: str | None,
    limit: int | None,
    include_opted_out: bool,
    as_json: bool,
    **filters: Any,
) -> None:
    """Write articles to FILE, which ends in .jsonl, .csv or .parquet.

    All of them, or those that QUERY (as in `akhbar search`) and the options name, in the order of their
    numbers. A manifest (rows, columns, checksum, query, date) is written beside the file. The same corpus
    and query give the same bytes. Articles that their outlet reserves are left out and counted.
    """
    from akhbar.commands import program_version
    from corpus.database import connect
    from corpus.export import FORMATS, Filters, ParquetMissing
    from corpus.export import export as write

    if file.suffix.lstrip(".").lower() not in FORMATS:
        raise click.UsageError(f"{file.name!r} must end in .{', .'.join(FORMATS)}")
    connection = connect()
    try:
        check_outlet(connection, filters["outlet"])
        manifest = write(
            connection,
            file,
            Filters(query=query, limit=limit, include_opted_out=include_opted_out, **filters),
            program=f"akhbar {program_version()}",
            on_rows=_Told(),
        )
    except ParquetMissing as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    finally:
        connection.close()
    if left_out := manifest.opted_out.get("articles"):
        notes.print(
            f"{tell_count(left_out, 'article')} left out, reserved by the outlets ({_name(manifest.opted_out)});"
            " --include-opted-out takes them along"
        )
    if as_json:
        print_json(
            {name: getattr(manifest, name) for name in manifest.__slots__}
            | {"exported_at": manifest.exported_at.isoformat()}
        )
    else:
        notes.print(
            f"{tell_count(manifest.rows, 'article')}, {manifest.bytes:,} bytes, sha256 {manifest.sha256[:12]}… → {file}"
        )


def _name(opted_out: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in opted_out.items() if name != "articles")


class _Told:
    """Says how far the export is: a line that renews itself on a terminal, now and then one elsewhere."""

    def __init__(self) -> None:
        self._clock = NoteClock()

    def __call__(self, rows: int) -> None:
        if notes.is_terminal:
            notes.print(f"{tell_count(rows, 'article')} …", end="\r")
        elif self._clock.is_due():
            notes.print(f"{tell_count(rows, 'article')} …")
