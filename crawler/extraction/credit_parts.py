"""What each segment of a credit is: a person, an organisation, a place, a title or nothing; and its role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extraction import credit_tokens
from crawler.extraction.agencies import DESK_WORDS, ORGANISATION_WORDS, OUTLETS, WIRES, WORDLIKE
from crawler.extraction.credit_tokens import GAP, Segment, Token
from crawler.extraction.given_names import GIVEN
from crawler.extraction.person import begins_name, is_given, read_persons, without_honorifics
from crawler.extraction.places import PLACES
from crawler.extraction.roles import (
    BREAKS,
    COLON_LEADS,
    DESK_OPENERS,
    FOR_THE_WIRE,
    HONORIFICS,
    INNER_LEADS,
    JOBS,
    LEADS,
    LOOSE_LEADS,
    OFFICES,
    PAPER_ENDINGS,
    PLACE_PREPOSITIONS,
    WAW_NAMES,
    WRITES,
)

_BARRIERS = frozenset(':/|-,("\n' + GAP)


@dataclass(slots=True)
class Part:
    """A segment understood: kind is person, organisation, place, title (neither) or nothing."""

    kind: str
    words: list[Token]
    segment: Segment
    role: str | None = None
    sure: bool = True


def understand(tokens: Sequence[Token], text: str, own: frozenset[str]) -> list[Part]:
    parts: list[Part] = []
    role: str | None = None
    for segment in _segments(tokens, own):
        if _is_title_mark(segment):
            continue
        segment, led = _peel_lead(segment, own)
        role = led or role
        if not segment.words:
            continue
        author = _before_writes(segment)
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
    return _settle(parts)


def _segments(tokens: Sequence[Token], own: frozenset[str]) -> list[Segment]:
    """Segments between separators, split again before a lead word in their midst."""
    found: list[Segment] = []
    for segment in credit_tokens.segments(tokens):
        words = segment.words
        cuts = [0]
        if not _is_organisation(segment.phrase, own):
            cuts += [
                at
                for at in range(1, len(words))
                if words[at].folded.removeprefix("و") in INNER_LEADS
                and words[at - 1].folded not in OFFICES
                and not any(
                    " ".join(word.folded for word in words[start : at + 1]) in LEADS for start in range(at)
                )
            ]
        for start, end in zip(cuts, [*cuts[1:], len(words)], strict=True):
            before = segment.before if start == 0 else GAP
            found.append(Segment(words[start:end], before, segment.after if end == len(words) else GAP))
    return found


def _is_title_mark(segment: Segment) -> bool:
    """«د.», «أ/»: honorifics that a point or a slash parts from the name."""
    return (
        segment.after[:1] in (".", "/", ":", "")
        and all(word.folded in HONORIFICS for word in segment.words)
        and (len(segment.phrase) < 3 or (segment.after[:1] in (".", "/") and not segment.quoted))
        and bool(segment.after)
    )


def _peel_lead(segment: Segment, own: frozenset[str]) -> tuple[Segment, str | None]:
    """The segment without the lead words at its beginning, and their role."""
    role: str | None = None
    words = segment.words
    while words:
        if role is None and (_is_organisation(segment.phrase, own) and segment.phrase not in LEADS):
            break
        size, found = _lead(words, segment.after)
        if not size:
            break
        role = found if role in (None, "exclusive", "publisher") else role
        words = words[size:]
    return (Segment(words, segment.before, segment.after) if role else segment), role


def _lead(words: Sequence[Token], after: str) -> tuple[int, str | None]:
    """How many words at the beginning lead a name in, and the role they give."""
    if words[0].folded.removeprefix("و") in INNER_LEADS and words[0].folded not in INNER_LEADS:
        words = [_after_waw(words[0]), *words[1:]]
    whole = " ".join(word.folded for word in words)
    if whole in COLON_LEADS and after[:1] in (":", "/", "|"):
        return len(words), COLON_LEADS[whole]
    for size in range(min(4, len(words)), 0, -1):
        phrase = " ".join(word.folded for word in words[:size])
        if phrase in LEADS:
            rest = words[size:]
            if phrase in LOOSE_LEADS and rest and not begins_name(without_honorifics(rest)):
                return (size, LEADS[phrase]) if _is_known(rest) else (0, None)
            if phrase in LOOSE_LEADS and not rest and not _BARRIERS.intersection(after):
                return (size, LEADS[phrase]) if not after else (0, None)
            return size, LEADS[phrase]
    return 0, None


def _is_known(words: Sequence[Token]) -> bool:
    phrase = " ".join(word.folded for word in words)
    return phrase in OUTLETS or phrase in WIRES or phrase in PLACES or words[0].folded in ORGANISATION_WORDS


def _before_writes(segment: Segment) -> list[Token]:
    """The name in «NAME يكتب: …», no words where the segment is not of this shape."""
    for at, word in enumerate(segment.words):
        if at > 1 and word.folded in WRITES:
            sure = begins_name(without_honorifics(segment.words)) or segment.after[:1] == ":"
            return segment.words[:at] if sure else []
    return []


def _is_organisation(phrase: str, own: frozenset[str]) -> bool:
    return phrase in own or phrase in WIRES or phrase in OUTLETS


def _classify(segment: Segment, text: str, own: frozenset[str], role: str | None) -> list[Part]:
    words, phrase = segment.words, segment.phrase
    if (
        len(words) > 1
        and words[0].folded in PLACE_PREPOSITIONS
        and " ".join(w.folded for w in words[1:]) in PLACES
    ):
        return [Part("place", words[1:], segment)]
    if words[0].folded in PLACE_PREPOSITIONS and begins_name(without_honorifics(words[1:])):
        words = words[1:]
    if phrase in own or (_is_organisation(phrase, own) and (segment.quoted or phrase not in PLACES)):
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
        joined = [_after_waw(words[0]), *words[1:]]
        words = joined if begins_name(joined) else words
    if len(words) == 1 and words[0].folded.startswith("و") and _is_organisation(words[0].folded[1:], own):
        return [Part("organisation", [_after_waw(words[0])], segment)]
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
    people = read_persons(words, text)
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


def _after_waw(word: Token) -> Token:
    return Token("w", word.folded[1:], word.start + 1, word.end)


def _organisation_at_edge(
    segment: Segment, words: Sequence[Token], text: str, own: frozenset[str], role: str | None
) -> list[Part]:
    """A known organisation that opens or closes the segment, with what is left beside it."""
    for size in range(min(5, len(words) - 1), 0, -1):
        for edge, rest in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            closing = edge[0] is not words[0]
            first = edge[0].folded
            if closing and first.startswith("و") and len(first) > 3:
                joined = [_after_waw(edge[0]), *edge[1:]]
                if _is_organisation(" ".join(word.folded for word in joined), own):
                    return [
                        *_classify(Segment(list(rest), segment.before, GAP), text, own, role),
                        Part("organisation", joined, segment),
                    ]
            phrase = " ".join(word.folded for word in edge)
            if not _is_organisation(phrase, own) or (phrase in PLACES and phrase not in own):
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
            if not left or (is_plain and known not in PLACES):
                continue
            if not (
                known in PLACES
                or _is_organisation(known, own)
                or begins_name(without_honorifics(left))
                or closing
            ):
                continue
            if closing and not (
                known in PLACES or begins_name(without_honorifics(left)) or _is_organisation(known, own)
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
