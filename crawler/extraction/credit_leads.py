"""The lead words of a printed credit: what leads a name in, where, and which role it gives."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.extraction import credit_tokens
from crawler.extraction.agencies import ORGANISATION_WORDS, OUTLETS, WIRES
from crawler.extraction.credit_tokens import GAP, Segment, Token
from crawler.extraction.person import begins_name, without_honorifics
from crawler.extraction.places import PLACES
from crawler.extraction.roles import (
    COLON_LEADS,
    HONORIFICS,
    INNER_LEADS,
    LEADS,
    LOOSE_LEADS,
    OFFICES,
    WRITES,
)

_BARRIERS = frozenset(':/|-,("\n' + GAP)


def segments(tokens: Sequence[Token], own: frozenset[str]) -> list[Segment]:
    """Segments between separators, split again before a lead word in their midst."""
    found: list[Segment] = []
    for segment in credit_tokens.segments(tokens):
        words = segment.words
        for at in range(1, len(words) - 1):  # «يورونيوز مع أ ف ب»
            if words[at].folded == "مع" and is_organisation(phrase_of(words[at + 1 :]), own):
                found.append(Segment(words[:at], segment.before, GAP))
                words = words[at + 1 :]
                segment = Segment(words, GAP, segment.after)
                break
        cuts = [0]
        if not is_organisation(segment.phrase, own):
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


def phrase_of(words: Sequence[Token]) -> str:
    return " ".join(word.folded for word in words)


def is_title_mark(segment: Segment) -> bool:
    """«د.», «أ/»: honorifics that a point or a slash parts from the name."""
    return (
        segment.after[:1] in (".", "/", ":", "")
        and all(word.folded in HONORIFICS for word in segment.words)
        and (len(segment.phrase) < 3 or (segment.after[:1] in (".", "/") and not segment.quoted))
        and bool(segment.after)
    )


def peel_lead(segment: Segment, own: frozenset[str], *, follows: bool) -> tuple[Segment, str | None]:
    """The segment without the lead words at its beginning, and their role."""
    role: str | None = None
    words = segment.words
    while words:
        if role is None and (is_organisation(segment.phrase, own) and segment.phrase not in LEADS):
            break
        size, found = _lead(words, segment.after, follows)
        if not size:
            break
        role = found if role in (None, "exclusive", "publisher") else role
        words = words[size:]
    return (Segment(words, segment.before, segment.after) if role else segment), role


def _lead(words: Sequence[Token], after: str, follows: bool) -> tuple[int, str | None]:
    """How many words at the beginning lead a name in, and the role they give; `follows` another lead and name."""
    if words[0].folded.removeprefix("و") in INNER_LEADS and words[0].folded not in INNER_LEADS:
        words = [after_waw(words[0]), *words[1:]]
    whole = " ".join(word.folded for word in words)
    if whole in COLON_LEADS and after[:1] in (":", "/", "|"):
        return len(words), COLON_LEADS[whole]
    for size in range(min(4, len(words)), 0, -1):
        phrase = " ".join(word.folded for word in words[:size])
        if phrase in LEADS:
            rest = words[size:]
            if (
                follows and LEADS[phrase] in ("editor", "translator", "photographer") and 1 < len(rest) < 5
            ):  # «إعداد X – تحرير Y», whoever Y is
                return size, LEADS[phrase]
            if phrase in LOOSE_LEADS and rest and not begins_name(without_honorifics(rest)):
                return (size, LEADS[phrase]) if is_known(rest) else (0, None)
            if phrase in LOOSE_LEADS and not rest and not _BARRIERS.intersection(after):
                return (size, LEADS[phrase]) if not after else (0, None)
            return size, LEADS[phrase]
    return 0, None


def is_known(words: Sequence[Token]) -> bool:
    phrase = " ".join(word.folded for word in words)
    return phrase in OUTLETS or phrase in WIRES or phrase in PLACES or words[0].folded in ORGANISATION_WORDS


def before_writes(segment: Segment) -> list[Token]:
    """The name in «NAME يكتب: …», no words where the segment is not of this shape."""
    for at, word in enumerate(segment.words):
        if at > 1 and word.folded in WRITES:
            sure = begins_name(without_honorifics(segment.words)) or segment.after[:1] == ":"
            return segment.words[:at] if sure else []
    return []


def is_organisation(phrase: str, own: frozenset[str]) -> bool:
    return phrase in own or phrase in WIRES or phrase in OUTLETS


def after_waw(word: Token) -> Token:
    return Token("w", word.folded[1:], word.start + 1, word.end)
