"""Search vectors and pairs: what the program writes is what Postgres understands."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.vector import BODY_WORDS, GAP, WORD_LIMIT, search_vector, word_pairs

ATTACHED = ("", "و", "ف", "ب", "ل", "ك", "ال", "وال", "بال", "لل")


def as_stored(connection, headline, text):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            'SELECT lexeme, positions, weights FROM unnest(%s::tsvector) ORDER BY lexeme COLLATE "C"',
            (search_vector(headline, text),),
        )
        return {word: list(zip(places, weights, strict=True)) for word, places, weights in cursor.fetchall()}


def test_words_keep_their_places_and_those_of_the_headline_weigh_more(connection):
    assert as_stored(connection, "فتح مكتبه", "في المدينه فتح") == {
        "فتح": [(1, "A"), (2 + GAP + 2, "D")],
        "مكتبه": [(2, "A")],
        "في": [(2 + GAP, "D")],
        "المدينه": [(2 + GAP + 1, "D")],
    }
    assert as_stored(connection, "", "") == {}


def test_quotes_and_very_long_words_and_texts_are_stored(connection):
    stored = as_stored(connection, "o'neil", "a\\b " + "س" * (WORD_LIMIT + 1) + " 5:3 ''")
    assert sorted(stored) == ["''", "5:3", "a\\b", "o'neil"]
    often = as_stored(connection, "", "كلمه " * 400 + "اخيره")
    assert len(often["كلمه"]) == 256  # MAXNUMPOS of Postgres (tsvector)
    long = as_stored(connection, "", " ".join(f"ك{n}" for n in range(BODY_WORDS + 10)))
    assert len(long) == BODY_WORDS and long[f"ك{BODY_WORDS - 1}"] == [(BODY_WORDS - 1 + GAP, "D")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("وفبلكاسمنه5.'\\a", min_size=1, max_size=6), min_size=2, max_size=30))
def test_postgres_gives_a_pair_the_number_that_the_program_gives_it(connection, words):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT akhbar.pair_number(a, b)::integer"
            " FROM unnest(%s::text[], %s::text[]) AS p (a, b) ORDER BY 1",
            (words[:-1], words[1:]),
        )
        assert [number for (number,) in cursor.fetchall()] == word_pairs("", " ".join(words))


def test_a_pair_has_one_number_however_its_first_word_is_attached_and_none_over_the_gap():
    assert len({tuple(word_pairs("", f"{letters}مدينه كبيره")) for letters in ATTACHED}) == 1
    assert word_pairs("كلمه", "اخري") == []
    assert word_pairs("كلمه اخري", "ثالثه رابعه") == sorted(
        {*word_pairs("كلمه اخري", ""), *word_pairs("", "ثالثه رابعه")}
    )


def test_every_two_words_of_a_stored_text_are_found_as_a_phrase(connection):
    chance = random.Random(3)
    letters = "وفبلكاسمنه"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 5))) for _ in range(120)]
    with connection, connection.cursor() as cursor:
        for first, second in pairwise(words):
            cursor.execute("SELECT akhbar.pairs_condition(%s)", (f'"{first} {second}"',))
            (condition,) = cursor.fetchone()
            cursor.execute(
                f"SELECT {condition} AND %s::tsvector @@ akhbar.search_query(%s)"
                " FROM (VALUES (%s::smallint[])) AS a (pairs)",
                (search_vector("", " ".join(words)), f'"{first} {second}"', word_pairs("", " ".join(words))),
            )
            assert cursor.fetchone() == (True,), (first, second)
