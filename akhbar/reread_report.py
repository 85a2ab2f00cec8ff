"""What is told of a re-reading: the differences, the speed, and what was done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape

from akhbar.exits import Exit
from akhbar.output import data_console, notes, print_json, tell_count

if TYPE_CHECKING:
    from akhbar.rereading import Differences


def print_report(
    differences: Differences,
    kept: int,
    speed: float | None,
    refused: list[str],
    archived: int,
    without: int,
    *,
    as_json: bool,
    cores: int | None = None,
    more: dict[str, Any] | None = None,
) -> int:
    """Print the differences and what was done about them; the exit status.

    `speed` is pages a second, on so many
    `cores` where it was one machine."""
    if as_json:
        print_json(
            {
                "archived": archived,
                "not_archived": without,
                "read": differences.read,
                "same": differences.same,
                "changed": differences.changed,
                "fields": dict(differences.fields.most_common()),
                "lost": dict(differences.lost.most_common()),
                "before": dict(differences.had),
                "after": dict(differences.has),
                "samples": differences.samples,
                "kept": kept,
                "refused": refused,
                "pages_per_second": round(speed, 1) if speed else None,
                **({"pages_per_second_per_core": round(speed / cores, 1)} if speed and cores else {}),
                **(more or {}),
            }
        )
    else:
        _print(differences, kept, speed, cores)
    if refused:
        notes.print(f"Not applied, the new reading is worse: {'; '.join(refused)}. --force applies it.")
        return Exit.WRONG_USE
    return Exit.DONE


def _print(differences: Differences, kept: int, speed: float | None, cores: int | None) -> None:
    console = data_console()
    console.print(
        f"{differences.read} read again: {differences.same} as stored, {differences.changed} differ, "
        f"{sum(differences.lost.values())} give no article any more"
    )
    for name, count in differences.fields.most_common():
        console.print(f"[bold]{name}[/] {count}")
        for sample in differences.samples[name]:
            console.print(f"  [dim]{sample['article']}[/] [red]- {escape(sample['before'])}[/]")
            console.print(f"  {' ' * len(str(sample['article']))} [green]+ {escape(sample['after'])}[/]")
    for reason, count in differences.lost.most_common():
        console.print(f"[bold]kept as stored[/] {count} ({reason})")
    for name in ("bodies", "dates", "authors"):
        console.print(f"{name}: {differences.had[name]} before, {differences.has[name]} after")
    if speed:
        a_core = f", {speed / cores:.1f} a core" if cores else ""
        console.print(f"{speed:.1f} pages a second{a_core}")
    if kept:
        console.print(f"{tell_count(kept, 'new revision')} kept")
