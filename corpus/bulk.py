"""Bulk: many values handed to Postgres at once.

Rows written by COPY cost the server and the program less than an INSERT of their values: no statement as long as the
texts is parsed, and the rows of a page are written together.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from types import NoneType
from typing import Any

from psycopg2.extras import Json

from corpus.transaction import Cursor


def copy_rows(cursor: Cursor, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes rows of None, str, bool, int, bytes, date, datetime, Json and lists of str; TypeError for any other.

    `table` and `columns` are names of ours, never of a page. A str goes to a column of any type in the form that this
    type is written in, and psycopg2.Error says where it cannot be read so.
    """
    lines = ["\t".join([_FORMS[type(value)](value) for value in row]) for row in rows]
    if lines:
        lines.append("")
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", io.StringIO("\n".join(lines)))


def integers(values: Iterable[int]) -> str:
    """An array of integers as one text, to be cast: psycopg2 writes as many constants, each parsed and planned."""
    return f"{{{','.join(map(str, values))}}}"


def _escaped(text: str) -> str:
    # most texts hold none of these: to look for each is quicker than to translate every character
    for sign, written in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        if sign in text:
            text = text.replace(sign, written)
    return text


def _listed(texts: list[str]) -> str:
    """An array of texts (PostgreSQL manual, 8.15.6)."""
    return _escaped("{" + ",".join(map(_quoted, texts)) + "}")


def _quoted(element: str) -> str:
    return '"' + element.replace("\\", r"\\").replace('"', r"\"") + '"'


class _Forms(dict[type, Callable[[Any], str]]):
    """How the values of a type are written; a derived type as the one that it derives from."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        for base in kind.__mro__:
            if base in self:
                self[kind] = self[base]
                return self[base]
        raise TypeError(f"COPY is not told how to write {kind.__name__}.")


# a value in the text format of COPY (PostgreSQL manual, COPY, "File Formats")
_FORMS = _Forms(
    {
        NoneType: lambda _: r"\N",
        str: _escaped,
        bool: lambda value: "t" if value else "f",
        int: int.__repr__,
        bytes: lambda value: rf"\\x{value.hex()}",
        date: lambda value: value.isoformat(),  # of which a datetime is one
        Json: lambda value: _escaped(value.dumps(value.adapted)),
        list: _listed,
    }
)
