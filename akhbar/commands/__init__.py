"""The command line: one module a verb, each thin; heavy rooms are imported when their verb runs."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from typing import NoReturn

import click

from akhbar.exits import Exit, describe

# verb → module of akhbar.commands that holds the click command of that name
VERBS = {
    "demo": "demo",
    "crawl": "crawl",
    "extract": "extract",
    "parse": "parse",
    "outlets": "outlets",
    "search": "search",
    "show": "show",
    "explain": "explain",
    "export": "export",
    "reextract": "reextract",
    "takedown": "takedown",
    "status": "status",
    "schedule": "schedule",
    "worker": "worker",
    "metrics": "metrics",
    "web": "web",
    "db": "db",
}


class Verbs(click.Group):
    """The verbs, each imported when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"akhbar.commands.{VERBS[name]}"), name)
        return command


def program_version() -> str:
    """The version of the installed package; `checkout` where it is not installed."""
    try:
        return version("akhbar")
    except PackageNotFoundError:
        return "checkout"


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(program_version(), message="akhbar %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def group() -> None:
    """Akhbar (أخبار) crawls Arabic news, reads each article out of its page, recognises copies,
    and keeps a Postgres corpus.

    Exit status: 0 done, 1 unexpected fault, 2 wrong use, 3 an outlet is unwell, 4 another crawl of
    the outlet is running, 75 storage is not available (nothing was lost; run again).
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the status that INTERFACE promises; an error is one line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        # Arabic whatever the locale says, and never an error for a character that UTF-8 has no form for
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = group.main(arguments, prog_name="akhbar", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = Exit.WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        status = Exit.INTERRUPTED
    except BrokenPipeError:
        # the reader of our output went away (`akhbar extract … | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = Exit.DONE
    except Exception as error:
        if "--debug" in arguments:
            traceback.print_exc()
        line, status = describe(error)
        click.echo(f"akhbar: {line}", err=True)
    sys.exit(int(status or 0))
