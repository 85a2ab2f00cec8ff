"""What COPY writes is read back as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.extras import Json

from corpus.bulk import copy_rows

COLUMNS = ("number", "said", "words", "facts", "raw", "at", "known")
# all that a column takes: no NUL, no surrogates
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
HARD = st.one_of(
    TEXTS, st.text(list("\\\t\n\r\"'{},N. ن")), st.sampled_from(["\\N", "\\.", "NULL", "", "{}"])
)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**62), 2**62), st.none() | HARD, st.lists(HARD), st.dictionaries(HARD, HARD),
        st.none() | st.binary(), st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        st.none() | st.booleans(),
    )
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(rows=ROWS)
def test_rows_come_back_as_they_were_written(shared_connection, rows):
    with shared_connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS copied (place serial, number bigint, said text, words text[], facts jsonb,"
            " raw bytea, at timestamptz, known boolean)"
        )
        cursor.execute("TRUNCATE copied")
        copy_rows(
            cursor,
            "copied",
            COLUMNS,
            ((number, said, words, Json(facts), *rest) for number, said, words, facts, *rest in rows),
        )
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM copied ORDER BY place")
        found = [
            (*row[:4], bytes(row[4]) if row[4] is not None else None, *row[5:]) for row in cursor.fetchall()
        ]
    assert found == rows


class _Named(StrEnum):
    SAID = "قال"


class _Numbered(IntEnum):
    SEVEN = 7


def test_a_derived_value_is_written_as_what_it_derives_from(connection):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE derived (number int, said text, day date)")
        copy_rows(
            cursor,
            "derived",
            ("number", "said", "day"),
            [
                (_Numbered.SEVEN, _Named.SAID, date(2026, 1, 31)),
                (2, "", datetime(2026, 2, 1, tzinfo=UTC)),
            ],
        )
        cursor.execute("SELECT * FROM derived")
        assert cursor.fetchall() == [(7, "قال", date(2026, 1, 31)), (2, "", date(2026, 2, 1))]


def test_a_value_of_a_kind_that_nobody_told_is_refused(connection):
    with connection.cursor() as cursor, pytest.raises(TypeError, match="dict"):
        copy_rows(cursor, "akhbar.credits", ("words",), [({},)])
