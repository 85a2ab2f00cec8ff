"""Verdict: whether an outlet is well, from what one crawl of it saw and what its crawls usually see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, lgamma, log, sqrt
from typing import Final

from corpus.history import History, Past
from crawler.items import SourceReport
from pipelines.fields import FIELDS, count_read

# the words that a status of 3 stands for; a thin outlet is only pointed out
UNWELL: Final = frozenset({"silent", "blocked", "relaid", "broken"})

# fewer pages than these prove nothing of an outlet
_TELLING_PAGES = 5
# of the pages that were read, the share that gives an article where the layout is as it was
_LEAST_ARTICLES = 0.2
# what is left of a share, or of a body's words, where it counts as lost
_LOST = 0.7
# a fall that comes by chance more rarely is none: some ten shares are tested a crawl, and tens of thousands of
# crawls a day
_CHANCE = 1e-5
_DEVIATIONS = 4.3  # the same of a normal distribution
# how alike the pages of one crawl may be, as far as is known from one crawl
_UNEASE = 0.1
_SPREAD = 0.7  # of the logarithm of a body's words, where a crawl did not keep it
_BLOCKED = ("blocked", "http_401", "http_403", "http_429", "http_451")
# of how many each share is counted
_COUNTED = {"share": "pages", "original": "found"} | dict.fromkeys((*FIELDS, "headline"), "articles")

Fields = Mapping[str, float]
Losses = dict[str, tuple[float, float | None]]


def judge(
    counts: Mapping[str, int],
    reports: Sequence[SourceReport],
    *,
    articles_today: int | None = None,
    daily_articles: range | None = None,
    losses: Losses | None = None,
) -> str:
    """One of healthy, thin, silent, blocked, relaid, broken.

    `counts` are the crawl's endings by state and by `state/reason`; `articles_today` is what the
    outlet gave in the last 24 hours, None while it has not been crawled for as long; `losses` are
    those of `find_losses`. A crawl of archives asks no outlet: it is judged without reports and
    `articles_today`, by its pages alone.

    blocked: it turns us away · broken: no source can be read · silent: its sources announce
    nothing at all · relaid: pages come, but hardly any holds an article (its layout changed), or
    their articles lack a field, or much of the text, that the outlet's articles used to have ·
    thin: fewer articles a day than its file calls healthy.
    """
    turned_away = sum(
        counts.get(f"{state}/{reason}", 0) for state in ("rejected", "failed") for reason in _BLOCKED
    )
    articles, _ = count_read(counts)
    failed_sources = [report for report in reports if report.reason]
    if (turned_away >= _TELLING_PAGES and turned_away > articles) or (
        reports and all(report.reason in _BLOCKED for report in reports)
    ):
        return "blocked"
    if reports and len(failed_sources) == len(reports):
        return "broken"
    if losses:
        return "relaid"
    if reports and not any(report.listed or report.status == 304 for report in reports):
        return "silent"
    if daily_articles and articles_today is not None and articles_today < daily_articles.start:
        return "silent" if articles_today == 0 else "thin"
    return "healthy"


def find_losses(fields: Fields, history: History) -> Losses:
    """What this crawl's pages lack that the outlet's pages had: by name, the share now and before.

    The names are those of `FieldCount.rates`: fields, `share`, `original`, `headline`, and `words`,
    which are lost where bodies are much shorter than usual and where they are much longer. Where fewer
    than a fifth of the pages hold an article, `share` is lost whatever was before (None if unknown).

    Any other share is lost when it is less than 0.7 of the usual and chance would bring it so low once
    in 100,000 crawls, given how many pages there are and how much the shares of past crawls vary: an
    outlet that prints no names at night, and does so every night, has lost nothing.

    A crawl that read fewer than five pages is judged together with the ones just before it that were
    as small. One that tells nothing still, straight after a crawl with losses, has not mended them:
    it has the same ones.
    """
    now = dict(fields)
    for past in history.before:
        if now.get("pages", 0) >= _TELLING_PAGES or past.fields.get("pages", 0) >= _TELLING_PAGES:
            break
        now = pool(now, past.fields)
    if now.get("pages", 0) < _TELLING_PAGES:
        return dict(history.before[0].losses) if history.before else {}
    usual = list(_gather(history.usual))
    losses: Losses = {}
    for name, counted in _COUNTED.items():
        shares = [(past[name], past[counted]) for past in usual if name in past]
        if name in now and now[counted] >= _TELLING_PAGES and shares:
            before = _mean(shares)
            if now[name] < _LOST * before and _is_unlikely(now[name], now[counted], shares):
                losses[name] = (round(now[name], 3), round(before, 3))
    if now["found"] < _LEAST_ARTICLES * now["pages"]:
        shares = [(past["share"], past["pages"]) for past in usual]
        losses["share"] = (round(now["share"], 3), round(_mean(shares), 3) if shares else None)
    if words := _find_change_of_words(now, usual):
        losses["words"] = words
    return losses


def pool(one: Fields, other: Fields) -> dict[str, float]:
    """Two crawls as if they were one."""
    pooled = {name: one.get(name, 0) + other.get(name, 0) for name in ("articles", "pages", "found")}
    for name, counted in {**_COUNTED, "words": "articles", "spread": "articles"}.items():
        parts = [(part[name], part.get(counted, 0)) for part in (one, other) if name in part]
        if total := sum(count for _, count in parts):
            if name == "words":
                pooled[name] = exp(sum(log(value) * count for value, count in parts) / total)
            else:
                pooled[name] = sum(value * count for value, count in parts) / total
    return pooled


def _gather(history: Iterable[Past]) -> Iterable[Fields]:
    """The past crawls, neighbours taken together until they hold enough pages to tell something."""
    gathered: dict[str, float] = {}
    for past in history:
        gathered = pool(gathered, past.fields)
        if gathered["pages"] >= _TELLING_PAGES:
            yield gathered
            gathered = {}


def _mean(shares: Sequence[tuple[float, float]]) -> float:
    """The usual share. One miss and one hit more than were seen: a handful of pages proves no certainty."""
    total = sum(count for _, count in shares)
    return (sum(share * count for share, count in shares) + 1) / (total + 2)


def _is_unlikely(now: float, counted: float, shares: Sequence[tuple[float, float]]) -> bool:
    mean, total = _mean(shares), sum(count for _, count in shares)
    chance = mean * (1 - mean)
    varied = sum(count * (share - mean) ** 2 for share, count in shares) / total
    # how alike the pages of one crawl are: as they were seen to be, and as far as we do not know it
    alike = max(0.0, varied / chance - len(shares) / total) + _UNEASE / len(shares) + 1 / total
    pages, hits = round(counted), round(counted * now)
    return (
        # one page more is nothing
        pages * mean - hits > 1 and _chance_of(hits, pages, mean, min(alike, 0.9)) < _CHANCE
    )


def _chance_of(hits: int, pages: int, mean: float, alike: float) -> float:
    """The chance of so many hits or fewer among the pages of a crawl whose own share varies about the mean.

    The beta-binomial distribution; `alike` is the correlation within a crawl, over 0 and below 1.
    """
    size = 1 / alike - 1
    hit, miss = mean * size, (1 - mean) * size
    whole = lgamma(hit) + lgamma(miss) - lgamma(size) + lgamma(size + pages) - lgamma(pages + 1)
    return sum(
        exp(lgamma(hit + n) - lgamma(n + 1) + lgamma(miss + pages - n) - lgamma(pages - n + 1) - whole)
        for n in range(hits + 1)
    )


def _find_change_of_words(now: Fields, usual: Sequence[Fields]) -> tuple[float, float] | None:
    """The words of a body now and before, where they are out of all proportion."""
    lengths = [(log(past["words"]), past["articles"]) for past in usual if past.get("words")]
    if not now.get("words") or now["articles"] < _TELLING_PAGES or not lengths:
        return None
    total = sum(count for _, count in lengths)
    mean = sum(value * count for value, count in lengths) / total
    spreads = [past.get("spread", _SPREAD) for past in usual if past.get("words")]
    within = sum(spread**2 for spread in spreads) / len(spreads)
    varied = sum(count * (value - mean) ** 2 for value, count in lengths) / total
    beside = max(0.0, varied - within * len(lengths) / total)
    variance = within * (1 / now["articles"] + 1 / total) + beside + _UNEASE**2 / len(lengths)
    change = log(now["words"]) - mean
    is_much = change < log(_LOST) or change > -2 * log(_LOST)
    return (
        (round(now["words"]), round(exp(mean)))
        if is_much and abs(change) > _DEVIATIONS * sqrt(variance)
        else None
    )
