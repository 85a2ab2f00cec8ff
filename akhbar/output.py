"""How commands speak: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from rich.console import Console

# tables and progress for people; where standard error is no terminal, plain lines without colours
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON value on one line of standard output, Arabic as Arabic."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def data_console() -> Console:
    """A console on standard output for tables that a person reads; wide where it is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)
