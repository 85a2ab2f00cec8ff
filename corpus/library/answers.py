"""Answers: the rows of a question beside the very statement that gave them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.text import mend
from corpus.transaction import Cursor


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a question, and the statement that gives them."""

    rows: list[dict[str, Any]]
    sql: str

    @property
    def first(self) -> dict[str, Any] | None:
        return self.rows[0] if self.rows else None

    def by(self, column: str) -> dict[Any, dict[str, Any]]:
        """The rows by what stands in a column."""
        return {row[column]: row for row in self.rows}


def ask(cursor: Cursor, sql: str, values: Mapping[str, Any] | None = None) -> Answer:
    """The answer to `sql` with its `values` as parameters."""
    statement = cursor.mogrify(textwrap.dedent(sql).strip(), mend(dict(values or {})))
    cursor.execute(statement)
    names = [column.name for column in cursor.description or ()]
    return Answer([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], statement.decode())
