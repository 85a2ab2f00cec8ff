"""Export: the corpus, or what a search finds of it, as a file: JSON Lines, CSV or Parquet.

Rows come in the order of their numbers, columns are those of `corpus.articles`, and all are read in one
snapshot, some hundred at a time: memory does not grow with the corpus, and the same corpus and query
give the same bytes. Articles whose outlet reserves its text (`RESERVED`, docs/opt-out.md) are left out and
counted, unless they are asked for. The file appears under its name when it is whole, with a manifest beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, Protocol

from corpus.search import Query
from corpus.text import mend
from corpus.transaction import Connection, Cursor, transaction

CHUNK = 500  # rows read at a time: some 5 MB
ROW_GROUP = 5_000  # rows of a Parquet row group: what a reader loads at a time, some 50 MB
# what keeps an article's text from being handed on; noimageai speaks of images alone
RESERVED = ("noindex", "nosnippet", "noarchive", "noai", "tdm-reservation")
_RESERVED = "'{" + ",".join(RESERVED) + "}'::text[]"
FORMATS = ("jsonl", "csv", "parquet")

# PostgreSQL type → Arrow type; lists of texts stay lists, JSON is its text
_ARROW = {
    "bigint": "int64", "integer": "int32", "text": "string", "boolean": "bool_", "real": "float32",
    "timestamp with time zone": "timestamp", "text[]": "list", "jsonb": "string",
}  # fmt: skip
# What a spreadsheet takes for a formula (OWASP, CSV injection) gets an apostrophe before it.
_FORMULA = r"^[=+\-@\t\r\n]"


class ParquetMissing(Exception):  # noqa: N818 - a state of things, not a fault
    """Parquet was asked for, and pyarrow is not installed; the message says how to get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters(Query):
    """What of the corpus is meant; articles that are reserved only where asked for."""

    limit: int | None = None
    include_opted_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was written: rows, columns (name → SQL type), size and SHA-256 of the file, and what was asked.

    `opted_out` counts the articles meant that were left out, by what their outlets say of them.
    """

    file: str
    format: str
    encoding: str | None
    rows: int
    opted_out: dict[str, int]
    columns: dict[str, str]
    bytes: int
    sha256: str
    query: dict[str, Any]
    exported_at: datetime
    program: str


class _Writer(Protocol):
    """Writes rows of chunks of article numbers, in their order."""

    def write(self, cursor: Cursor, ids: Sequence[int]) -> None: ...

    def close(self) -> None: ...


def export(
    connection: Connection,
    path: Path,
    filters: Filters | None = None,
    *,
    program: str = "akhbar",
    on_rows: Callable[[int], None] | None = None,
) -> Manifest:
    """Writes the articles to `path` (its ending says the format) and a manifest to `path` + `.manifest.json`.

    `on_rows` is told how many rows are written after each chunk. Raises ValueError for another ending,
    ParquetMissing, OSError, StorageUnavailable; the file of that name is then as it was.
    """
    format_ = path.suffix.lstrip(".").lower()
    if format_ not in FORMATS:
        raise ValueError(f"{path.name!r} ends in none of .{', .'.join(FORMATS)}")
    filters = filters or Filters()
    arrow = _arrow() if format_ == "parquet" else None
    partial = path.with_name(path.name + ".part")
    rows = 0
    try:
        with partial.open("wb") as file, transaction(connection) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            columns = _columns(cursor)
            output = _Hashed(file)
            writer = _open_writer(format_, output, columns, arrow)
            condition = _condition(cursor, filters)
            opted_out = {} if filters.include_opted_out else _count_opted_out(cursor, condition)
            for ids in _chunks(connection, condition, filters):
                writer.write(cursor, ids)
                rows += len(ids)
                if on_rows:
                    on_rows(rows)
            writer.close()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    manifest = Manifest(
        file=path.name,
        format=format_,
        encoding={"jsonl": "utf-8", "csv": "utf-8-sig"}.get(format_),
        rows=rows,
        opted_out=opted_out,
        columns=columns,
        bytes=output.size,
        sha256=output.digest.hexdigest(),
        query=_asked(filters),
        exported_at=datetime.now(UTC).replace(microsecond=0),
        program=program,
    )
    path.with_name(path.name + ".manifest.json").write_text(
        json.dumps(_as_json(manifest), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    return manifest


class _Hashed:
    """A file that knows its size and its SHA-256; `write` takes bytes, as Arrow and COPY call it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.digest, self.size, self.closed = file, hashlib.sha256(), 0, False

    def write(self, data: Any) -> int:
        written = self.file.write(data)
        self.digest.update(data)
        self.size += written
        return written

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        self.file.flush()

    def close(self) -> None:
        self.closed = True

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


class _Lines:
    """JSON Lines: one object a line, made by the server."""

    def __init__(self, output: _Hashed) -> None:
        self.output = output

    def write(self, cursor: Cursor, ids: Sequence[int]) -> None:
        cursor.execute(
            "SELECT row_to_json(v)::text FROM corpus.articles v WHERE v.id = ANY(%s) ORDER BY v.id",
            (list(ids),),
        )
        self.output.write("".join(f"{line}\n" for (line,) in cursor).encode())

    def close(self) -> None:
        pass


class _Table:
    """CSV (RFC 4180, UTF-8 with a byte order mark, without which a spreadsheet misreads Arabic)."""

    def __init__(self, output: _Hashed, columns: Mapping[str, str]) -> None:
        self.output = output
        self.selected = ", ".join(_cell(name, type_) for name, type_ in columns.items())
        output.write(("\ufeff" + ",".join(columns) + "\n").encode())

    def write(self, cursor: Cursor, ids: Sequence[int]) -> None:
        numbers = ",".join(str(int(id_)) for id_ in ids)
        cursor.copy_expert(
            f"COPY (SELECT {self.selected} FROM corpus.articles v WHERE v.id = ANY('{{{numbers}}}'::bigint[])"  # noqa: S608
            " ORDER BY v.id) TO STDOUT WITH (FORMAT csv)",
            self.output,
        )

    def close(self) -> None:
        pass


class _Parquet:
    """Parquet, zstd-compressed, in row groups of `ROW_GROUP`."""

    def __init__(self, output: _Hashed, columns: Mapping[str, str], arrow: ModuleType) -> None:
        self.arrow = arrow
        self.schema = arrow.schema([(name, _arrow_type(arrow, type_)) for name, type_ in columns.items()])
        self.selected = ", ".join(
            f"v.{name}::text" if type_ == "jsonb" else f"v.{name}" for name, type_ in columns.items()
        )
        self.writer = arrow.parquet.ParquetWriter(output, self.schema, compression="zstd")
        self.waiting: list[tuple[Any, ...]] = []

    def write(self, cursor: Cursor, ids: Sequence[int]) -> None:
        query = f"SELECT {self.selected} FROM corpus.articles v WHERE v.id = ANY(%s) ORDER BY v.id"  # noqa: S608
        cursor.execute(query, (list(ids),))
        self.waiting += cursor.fetchall()
        if len(self.waiting) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        arrays = [
            self.arrow.array(list(column), type=field.type)
            for column, field in zip(zip(*self.waiting, strict=True), self.schema, strict=True)
        ]
        self.writer.write_batch(self.arrow.record_batch(arrays, schema=self.schema))
        self.waiting = []

    def close(self) -> None:
        if self.waiting:
            self._flush()
        self.writer.close()


def _open_writer(
    format_: str, output: _Hashed, columns: Mapping[str, str], arrow: ModuleType | None
) -> _Writer:
    if arrow is not None:
        return _Parquet(output, columns, arrow)
    return _Table(output, columns) if format_ == "csv" else _Lines(output)


def _arrow() -> ModuleType:
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as error:
        raise ParquetMissing('Parquet needs pyarrow: pip install "akhbar[parquet]"') from error


def _arrow_type(arrow: ModuleType, type_: str) -> Any:
    name = _ARROW[type_]
    if name == "timestamp":
        return arrow.timestamp("us", tz="UTC")
    return arrow.list_(arrow.string()) if name == "list" else getattr(arrow, name)()


def _cell(name: str, type_: str) -> str:
    """A column of the view as a CSV cell: lists and objects as JSON, texts that no spreadsheet will run."""
    if type_ == "text[]":
        return f"to_json(v.{name})"
    if type_ == "timestamp with time zone":
        return f"to_json(v.{name}) #>> '{{}}'"
    if type_ == "text":
        return f"CASE WHEN v.{name} ~ E'{_FORMULA}' THEN '''' || v.{name} ELSE v.{name} END"
    return f"v.{name}"


def _columns(cursor: Cursor) -> dict[str, str]:
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = 'corpus.articles'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    return dict(cursor.fetchall())


def _condition(cursor: Cursor, filters: Filters) -> str:
    """What an article `a` must meet, as SQL that the server has quoted."""
    cursor.execute(
        "SELECT akhbar.search_condition(%s, %s, %s, %s, %s, %s, %s)",
        (
            mend(filters.query), filters.outlet, mend(filters.author), mend(filters.section), filters.country,
            filters.since, filters.until,
        ),
    )  # fmt: skip
    (condition,) = cursor.fetchone()  # type: ignore[misc]
    return str(condition)


def _count_opted_out(cursor: Cursor, condition: str) -> dict[str, int]:
    """Articles meant that are reserved: how many in all (`articles`), and how many by each signal."""
    cursor.execute(
        f"""
        WITH reserved AS (
            SELECT a.opt_out FROM akhbar.articles a
            WHERE a.opt_out <> '{{}}' AND a.opt_out && {_RESERVED} AND ({condition})
        )
        SELECT 'articles', count(*) FROM reserved HAVING count(*) > 0
        UNION ALL (SELECT signal, count(*) FROM reserved, unnest(opt_out) AS s (signal) GROUP BY 1 ORDER BY 1)
        """  # noqa: S608 - put together from a constant and what the server quoted
    )
    return {name: int(count) for name, count in cursor.fetchall()}


def _chunks(connection: Connection, condition: str, filters: Filters) -> Iterator[list[int]]:
    """The numbers of the articles meant, in order, `CHUNK` at a time, by a cursor on the server."""
    with connection.cursor(name="export") as numbers:
        numbers.itersize = CHUNK * 20
        limit = f"LIMIT {int(filters.limit)}" if filters.limit is not None else ""
        free = "true" if filters.include_opted_out else f"NOT a.opt_out && {_RESERVED}"
        numbers.execute(
            f"SELECT a.id FROM akhbar.articles a WHERE ({condition}) AND {free} ORDER BY a.id {limit}"  # noqa: S608
        )
        while rows := numbers.fetchmany(CHUNK):
            yield [id_ for (id_,) in rows]


def _asked(filters: Filters) -> dict[str, Any]:
    asked = asdict(filters)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asked.items()
        if value is not None and value is not False
    }


def _as_json(manifest: Manifest) -> dict[str, Any]:
    plain = {name: getattr(manifest, name) for name in Manifest.__slots__}
    return plain | {"exported_at": manifest.exported_at.isoformat()}
