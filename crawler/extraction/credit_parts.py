"""What each segment of a credit is: a person, an organisation, a place, a title or nothing; and its role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extraction.agencies import DESK_WORDS, ORGANISATION_WORDS, OUTLETS, WIRES, WORDLIKE
from crawler.extraction.credit_leads import (
    after_waw,
    before_writes,
    is_known,
    is_organisation,
    is_title_mark,
    peel_lead,
    phrase_of,
    segments,
)
from crawler.extraction.credit_tokens import GAP, Segment, Token
from crawler.extraction.given_names import COMPOUND, GIVEN
from crawler.extraction.person import begins_name, is_given, read_persons, without_honorifics, without_titles
from crawler.extraction.places import PLACES
from crawler.extraction.roles import (
    BREAKS,
    DESK_OPENERS,
    FOR_THE_WIRE,
    HONORIFICS,
    JOBS,
    MAKERS,
    PAPER_ENDINGS,
    PLACE_PREPOSITIONS,
    WAW_NAMES,
    WRITES,
)


@dataclass(slots=True)
class Part:
    """A segment understood: kind is person, organisation, place, title (neither) or nothing."""

    kind: str
    words: list[Token]
    segment: Segment
    role: str | None = None
    sure: bool = True


def understand(
    tokens: Sequence[Token], text: str, own: frozenset[str], *, structured: bool = False
) -> list[Part]:
    """The parts of a credit in print order; `structured` says that an author's field holds it."""
    parts: list[Part] = []
    role: str | None = None
    for segment in segments(tokens, own):
        if is_title_mark(segment):
            continue
        segment, led = peel_lead(segment, own, follows=role is not None)
        role = led or role
        if not segment.words:
            continue
        author = before_writes(segment)
        if author or (led is None and segment.phrase in WRITES and parts and parts[-1].kind == "person"):
            parts = (
                [part for part in parts if part.kind in ("organisation", "place")] if author else parts[-1:]
            )
            if author:
                parts += _classify(Segment(author, segment.before, ":"), text, own, "writer")
            break
        if led == "writer":  # what stood before «بقلم» is the title of the piece
            parts = [part for part in parts if part.role or part.kind in ("organisation", "place", "nothing")]
        for part in _classify(segment, text, own, role):
            part.role = role
            if role == "compiler" and any(word.folded in FOR_THE_WIRE for word in segment.words):
                part.role = "translator"
            parts.append(part)
        if role in MAKERS and led is None and segment.after[:1] == ":" and _is_other_job(parts[-1:]):
            parts[-1].kind, role = "title", "other"
    parts = _settle(parts)
    return parts if structured else [_doubted(part, parts) for part in parts]


def _doubted(part: Part, parts: Sequence[Part]) -> Part:
    """An unfamiliar run of words that nothing supports is a label: no lead word, no place, no given name in it."""
    words = [word.folded for word in part.words]
    if part.kind != "person" or part.sure or part.role or words[0].isascii():
        return part
    beside = any(other.kind in ("place", "organisation", "person") for other in parts if other is not part)
    if not beside and not any(is_given(word) or word in COMPOUND for word in words[1:]):
        part.kind = "title"
    return part


def _is_other_job(last: Sequence[Part]) -> bool:
    """«تقرير: NAME - هندسة البث: NAME»: unfamiliar words before a colon are a job of which no lead word is known."""
    return any(part.kind in ("title", "organisation") and not is_known(part.words) for part in last)


def _classify(segment: Segment, text: str, own: frozenset[str], role: str | None) -> list[Part]:
    words = without_titles(segment.words) if role in MAKERS else segment.words
    phrase = phrase_of(words)
    if (
        len(words) > 1
        and words[0].folded in PLACE_PREPOSITIONS
        and " ".join(w.folded for w in words[1:]) in PLACES
    ):
        return [Part("place", words[1:], segment)]
    if words[0].folded in PLACE_PREPOSITIONS and begins_name(without_honorifics(words[1:])):
        words = words[1:]
    if phrase in own or (is_organisation(phrase, own) and (segment.quoted or phrase not in PLACES)):
        return [Part("organisation", words, segment)]
    if phrase in PLACES:
        return [Part("place", words, segment)]
    if (
        segment.quoted
        and not begins_name(words)
        and len(words) < 7
        and not BREAKS.intersection(phrase.split())
    ):
        return [Part("organisation", words, segment)]
    first = words[0].folded
    if "," in segment.before and first.startswith("و") and first not in WAW_NAMES and first not in GIVEN:
        joined = [after_waw(words[0]), *words[1:]]
        words = joined if begins_name(joined) else words
    if len(words) == 1 and words[0].folded.startswith("و") and is_organisation(words[0].folded[1:], own):
        return [Part("organisation", [after_waw(words[0])], segment)]
    if len(words) == 1 and '"' in segment.after and words[0].folded in ORGANISATION_WORDS:
        return []  # «صحيفة "…"»: the name follows
    named = _organisation_at_edge(segment, words, text, own, role)
    if named:
        return named
    person_first = begins_name(without_honorifics(words))
    if _is_job(words) or (words[0].folded in DESK_WORDS and all(word.kind == "n" for word in words[1:])):
        return [Part("nothing", words, segment)]
    if not person_first and _is_named_like_organisation(words):
        return [Part("organisation", words, segment)]
    if not person_first and DESK_WORDS.intersection(phrase.split()):
        is_desk = len(words) > 1 and words[0].folded in DESK_OPENERS and len(words) < 6
        return [Part("organisation" if is_desk else "nothing", words, segment)]
    place = _place_at_edge(words)
    if place:
        rest = words[len(place) :] if place[0] is words[0] else words[: -len(place)]
        return [Part("place", place, segment), *_people(rest, text, segment, role)]
    return _people(words, text, segment, role)


def _people(words: Sequence[Token], text: str, segment: Segment, role: str | None) -> list[Part]:
    people = read_persons(words, text, led=role in MAKERS)
    if people and (role not in ("source", "rewrite", "exclusive", "publisher") or people[0].sure):
        last = people[-1].words[-1].end
        tail = [word for word in words if word.start >= last]
        parts = [Part("person", person.words, segment, sure=person.sure) for person in people]
        return [*parts, _tail_of_name(tail, segment)] if tail else parts
    if (
        role in ("source", "exclusive", "rewrite")
        and len(words) < 5
        and not BREAKS.intersection(w.folded for w in words)
    ):
        return [Part("organisation", list(words), segment)] if not begins_name(words) else []
    return [Part("title", list(words), segment)]


def _tail_of_name(tail: list[Token], segment: Segment) -> Part:
    """What follows a name in its segment: «في بيروت», «في صحيفة …», a job."""
    if len(tail) > 1 and tail[0].folded in PLACE_PREPOSITIONS:
        phrase = " ".join(word.folded for word in tail[1:])
        if phrase in PLACES:
            return Part("place", tail[1:], segment)
        if phrase in OUTLETS or phrase in WIRES or tail[1].folded in ORGANISATION_WORDS:
            return Part("organisation", tail[1:], segment)
    return Part("nothing", tail, segment)


def _organisation_at_edge(
    segment: Segment, words: Sequence[Token], text: str, own: frozenset[str], role: str | None
) -> list[Part]:
    """A known organisation that opens or closes the segment, with what is left beside it."""
    for size in range(min(5, len(words) - 1), 0, -1):
        for edge, rest in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            closing = edge[0] is not words[0]
            first = edge[0].folded
            if closing and first.startswith("و") and len(first) > 3:
                joined = [after_waw(edge[0]), *edge[1:]]
                if is_organisation(phrase_of(joined), own) and phrase_of(joined) not in PLACES:
                    return [
                        *_classify(Segment(list(rest), segment.before, GAP), text, own, role),
                        Part("organisation", joined, segment),
                    ]
            phrase = " ".join(word.folded for word in edge)
            if not is_organisation(phrase, own) or (phrase in PLACES and phrase not in own):
                continue
            left = list(rest)
            if len(left) > 1 and left[0].folded in PLACE_PREPOSITIONS and not closing:
                left = left[1:]  # «… من الرباط»
            if (closing and left[-1].folded in ("و", "في", "ل")) or (not closing and left[0].folded == "و"):
                left = left[:-1] if closing else left[1:]
            known = " ".join(word.folded for word in left)
            is_plain = (
                size == 1
                and (phrase in WORDLIKE or phrase in OUTLETS or is_given(phrase))
                and phrase not in own
            )
            if closing and phrase in PAPER_ENDINGS and known in PLACES:  # «الأردن اليوم» is one name
                return [Part("organisation", list(words), segment)]
            if not left or (is_plain and known not in PLACES):
                continue
            if not (
                known in PLACES
                or is_organisation(known, own)
                or begins_name(without_honorifics(left))
                or closing
            ):
                continue
            if closing and not (
                known in PLACES or begins_name(without_honorifics(left)) or is_organisation(known, own)
            ):
                continue
            others = _classify(Segment(left, segment.before, GAP), text, own, role)
            mine = Part("organisation", list(edge), segment)
            return [*others, mine] if closing else [mine, *others]
    return []


def _is_named_like_organisation(words: Sequence[Token]) -> bool:
    """Whether a run of words is named as organisations are: with their words, a place and more, a number."""
    folded = [word.folded for word in words]
    if len(folded) > 7 or folded[0] in BREAKS:
        return False
    if any(word in ORGANISATION_WORDS or word.removeprefix("و") in ORGANISATION_WORDS for word in folded):
        return True
    if " ".join(folded[-2:]) in ORGANISATION_WORDS and len(folded) > 1:
        return True
    if any(letter.isdigit() for letter in "".join(folded)):
        return len(folded) < 4 and any(word.kind == "w" for word in words)
    if 1 < len(folded) < 4 and (folded[1] in PAPER_ENDINGS or folded[-1] in PAPER_ENDINGS):
        return True
    places = [at for at, word in enumerate(folded) if word in PLACES or f"ال{word}" in PLACES]
    if not 1 < len(folded) < 5 or not places or is_given(folded[0]):
        return False
    return not any(is_given(word) for word in folded) and not _place_at_edge(words)


def _is_job(words: Sequence[Token]) -> bool:
    """«كاتب وباحث»، «مراسل الجزيرة», «Editor»; «كاتب الشمري» is a man."""
    folded = [word.folded for word in words]
    if folded[0] in JOBS and not (is_given(folded[0]) and len(folded) > 1 and folded[1].startswith("ال")):
        return folded[0] not in HONORIFICS or len(folded) == 1 or folded[1] in JOBS or not is_given(folded[1])
    return folded[0].isascii() and not JOBS.isdisjoint(folded)


def _place_at_edge(words: Sequence[Token]) -> list[Token]:
    """A place that opens the segment before a name, or closes it after one, without a separator."""
    for size in range(min(3, len(words) - 2), 0, -1):
        first, left = words[:size], words[size:]
        if (
            not is_given(first[0].folded)
            and " ".join(w.folded for w in first) in PLACES
            and begins_name(left)
        ):
            return list(first)
        last, left = words[-size:], words[:-size]
        if (
            len(left) > 1
            and begins_name(left)
            and " ".join(word.folded for word in last) in PLACES
            and not is_given(last[0].folded)
            and left[-1].folded not in BREAKS
            and (len(left) > 2 or size > 1)
        ):
            return list(last)
    return []


def single_name(part: Part) -> Part:
    """One word of a field that holds names is a name, unless it is a desk, a user name or a place."""
    words = without_honorifics(part.words)
    if part.kind == "title" and len(words) == 1 and is_given(words[0].folded):
        return Part("person", words, part.segment, part.role)
    return part


def _settle(parts: list[Part]) -> list[Part]:
    """Unfamiliar words beside a sure person: across a dash the paper, across a comma another person."""
    places = [part for part in parts if part.kind == "place"]
    for part in places[1:] if len(places) > 1 else places if len(parts) == 1 else []:
        if part.segment.phrase in WIRES:  # قنا is a city of Egypt and the agency of Qatar
            part.kind = "organisation"
    sure = any(part.kind == "person" and part.sure for part in parts)
    named = any(part.kind == "organisation" for part in parts)
    for index, part in enumerate(parts):
        if not sure or (part.role and part.role not in ("exclusive", "publisher")):
            continue
        signs = part.segment.before if index else part.segment.after
        apart = any(sign in signs for sign in "-|/\n" + GAP)
        unfamiliar = part.kind == "title" or (part.kind == "person" and not part.sure)
        if not unfamiliar or not apart:
            continue
        folded = [word.folded for word in part.words]
        supported = part.kind == "person" and any(
            is_given(word) or word.startswith("ال") for word in folded[1:]
        )
        if index and part.kind == "person" and supported:
            continue
        is_paper = not index and not named and 1 < len(folded) < 5 and not BREAKS.intersection(folded)
        part.kind = "organisation" if is_paper and not (folded[0].startswith("ال") and supported) else "title"
    return parts
