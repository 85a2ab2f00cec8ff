"""`akhbar metrics`: the figures of the corpus in Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from corpus.metrics import Metric

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it there at one stroke (for node_exporter's textfile collector) instead of printing it.",
)
def metrics(output: Path | None) -> None:
    """Print the figures of outlets, ledger, queue, workers and warnings in Prometheus' text format.

    Run it from a timer with --output into the textfile collector's folder (see docs/operations.md).
    """
    from corpus.database import connect
    from corpus.metrics import gather

    connection = connect()
    try:
        text = format_metrics(gather(connection))
    finally:
        connection.close()
    if output is None:
        click.echo(text, nl=False)
    else:
        partial = output.with_name(f".{output.name}.part")
        partial.write_text(text, encoding="utf-8")
        partial.chmod(0o644)
        partial.replace(output)


def format_metrics(found: Iterable[Metric]) -> str:
    """Metrics in the text exposition format, version 0.0.4; a metric without samples is left out."""
    lines = []
    for metric in found:
        if not metric.samples:
            continue
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        for labels, value in metric.samples:
            inner = ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items())
            lines.append(f"{metric.name}{f'{{{inner}}}' if inner else ''} {value:.15g}")
    return "\n".join(lines) + "\n"
