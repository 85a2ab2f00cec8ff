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
def test_postgres_gives_a_pair_the_number_and_the_bit_that_the_program_gives_it(connection, words):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT akhbar.pair_number(a, b)::integer),"
            "       array_agg(DISTINCT akhbar.pair_bit(a, b)) FROM unnest(%s::text[], %s::text[]) AS p (a, b)",
            (words[:-1], words[1:]),
        )
        known_numbers, known_bits = cursor.fetchone()
        numbers, bits = word_pairs("", " ".join(words))
        cursor.execute(
            "SELECT array_agg(n) FROM generate_series(0, 4095) n WHERE get_bit(%s, n) = 1", (bits,)
        )
        (set_bits,) = cursor.fetchone()
    assert known_numbers == numbers
    assert known_bits == set_bits


def test_a_pair_has_one_number_however_its_first_word_is_attached_and_none_over_the_gap():
    assert (
        len({(*numbers, bits) for numbers, bits in (word_pairs("", f"{a}مدينه كبيره") for a in ATTACHED)})
        == 1
    )
    assert word_pairs("كلمه", "اخري") == ([], bytes(512))
    together, _ = word_pairs("كلمه اخري", "ثالثه رابعه")
    assert together == sorted({*word_pairs("كلمه اخري", "")[0], *word_pairs("", "ثالثه رابعه")[0]})


def test_every_two_words_of_a_stored_text_are_found_as_a_phrase_and_few_others(connection):
    chance = random.Random(3)
    letters = "وفبلكاسمنه"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 5))) for _ in range(1_200)]
    text = " ".join(words[:300])
    vector, (numbers, bits) = search_vector("", text), word_pairs("", text)
    seeming = seeming_still = 0
    with connection, connection.cursor() as cursor:
        for first, second in pairwise(words):
            cursor.execute("SELECT akhbar.pairs_condition(%s)", (f'"{first} {second}"',))
            (condition,) = cursor.fetchone()
            cursor.execute(
                f"SELECT {condition}, {condition.split(' AND ')[0]}, %s::tsvector @@ akhbar.search_query(%s)"
                " FROM (VALUES (%s::smallint[], %s::bytea)) AS a (pairs, pair_bits)",
                (vector, f'"{first} {second}"', numbers, bits),
            )
            by_bit, by_number, stands = cursor.fetchone()
            assert by_bit or not stands, (first, second)
            assert by_number or not by_bit
            seeming += by_number and not stands
            seeming_still += by_bit and not stands
        assert seeming > 5 * seeming_still  # what the bits are for
        cursor.execute(
            f"SELECT {condition} FROM (VALUES (%s::smallint[], NULL::bytea)) AS a (pairs, pair_bits)",
            (sorted({*numbers, pair_of(*words[-2:])}),),
        )
        assert cursor.fetchone() == (True,)  # stored before there were bits


def pair_of(first, second):
    return word_pairs("", f"{first} {second}")[0][0]
