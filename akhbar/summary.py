"""How ended crawls are told: the ledger's sum, why pages gave no article, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from akhbar.exits import Exit, describe
from akhbar.output import notes

if TYPE_CHECKING:
    from akhbar.crawling import CrawlResult
    from corpus.ledger import LedgerSum


def format_sum(total: LedgerSum) -> str:
    """The law of the ledger with its numbers, e.g. `discovered 9 = stored 7 + rejected 2 (listing 2) …`."""
    stored = f"stored {total.stored + total.unchanged}"
    parts = [
        f"{stored} ({total.unchanged} unchanged)" if total.unchanged else stored,
        f"duplicate {total.duplicate}",
        f"rejected {sum(total.rejected.values())}{_reasons(total.rejected)}",
        f"failed {sum(total.failed.values())}{_reasons(total.failed)}",
        f"pending {total.pending}",
    ]
    law = "" if total.holds else "  — THE SUM DOES NOT HOLD"
    return f"discovered {total.discovered} = {' + '.join(parts)}{law}"


def sum_as_json(total: LedgerSum) -> dict[str, Any]:
    """The ledger's sum as JSON values; `stored` counts the articles found unchanged, too."""
    return {
        "discovered": total.discovered,
        "stored": total.stored + total.unchanged,
        "unchanged": total.unchanged,
        "duplicate": total.duplicate,
        "rejected": dict(total.rejected),
        "failed": dict(total.failed),
        "pending": total.pending,
        "holds": total.holds,
    }


def print_results(results: Sequence[CrawlResult]) -> None:
    """A line for each crawl on standard error: its outlet, the sum of the ledger, what went wrong."""
    for result in results:
        if result.error is not None:
            notes.print(f"[bold]{result.outlet}[/]: {describe(result.error)[0]}", markup=True)
            continue
        if result.reason == "shutdown":
            notes.print(
                f"[bold]{result.outlet}[/]: interrupted; the next crawl goes on from here", markup=True
            )
        if result.sum is not None:
            notes.print(f"[bold]{result.outlet}[/]: {format_sum(result.sum)}", markup=True)
        if result.verdict and result.status is Exit.UNWELL:
            notes.print(f"[bold]{result.outlet}[/] is unwell: {result.verdict}", markup=True)


def results_as_json(results: Sequence[CrawlResult]) -> list[dict[str, Any]]:
    """One JSON object a crawl."""
    return [
        {
            "outlet": result.outlet,
            "reason": result.reason,
            "verdict": result.verdict,
            "this_crawl": result.counts,
            "receipt": result.receipt,
            "pulse": result.pulse,
            "ledger": sum_as_json(result.sum) if result.sum else None,
            "error": describe(result.error)[0] if result.error else None,
        }
        for result in results
    ]


def worst_status(results: Sequence[CrawlResult]) -> Exit:
    """The exit status for several crawls: storage away, faults, running, wrong use, unwell, in this order."""
    order = (Exit.STORAGE_AWAY, Exit.FAULT, Exit.RUNNING, Exit.WRONG_USE, Exit.UNWELL)
    statuses = {result.status for result in results}
    return next((status for status in order if status in statuses), Exit.DONE)


def _reasons(reasons: Mapping[str, int]) -> str:
    if not reasons:
        return ""
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return f" ({', '.join(f'{reason} {count}' for reason, count in ordered)})"
