"""What the README says is so: its commands, its variables, its exit statuses, its views."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from psycopg2.extensions import connection as Connection

from akhbar.commands import VERBS, group
from akhbar.exits import Exit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [README, *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md")))]


def commands(node: click.Command, name: str, context: click.Context) -> dict[str, click.Command]:
    """Every command of the program by its full name."""
    found = {name: node}
    if isinstance(node, click.Group):
        for verb in node.list_commands(context):
            child = node.get_command(context, verb)
            assert child is not None
            found |= commands(child, f"{name} {verb}", context)
    return found


ALL = commands(group, "akhbar", click.Context(group))


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_says_what_it_does(name: str) -> None:
    command = ALL[name]
    assert command.get_short_help_str(200), f"{name} has no help"
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name != "help":
            assert parameter.help or parameter.show_default, f"{name} {parameter.opts} has no help"


def test_the_readme_names_every_verb() -> None:
    named = set(re.findall(r"`akhbar ([a-z]+)", README))
    assert named - {"home"} <= set(VERBS)
    assert set(VERBS) - named <= set(), f"not in the README: {sorted(set(VERBS) - named)}"


def test_documents_show_no_command_that_does_not_exist() -> None:
    for text in DOCUMENTS:
        for verb, second in re.findall(r"(?:^|`|\$ |; |&& )akhbar ([a-z]+)(?: ([a-z][a-z-]*))?", text, re.M):
            assert verb in VERBS, f"akhbar {verb}"
            if isinstance(ALL[f"akhbar {verb}"], click.Group) and second:
                assert f"akhbar {verb} {second}" in ALL, f"akhbar {verb} {second}"


def test_the_readme_names_the_variables_that_the_code_reads() -> None:
    read = set()
    for room in ("crawler", "pipelines", "corpus", "akhbar"):
        for path in (ROOT / room).rglob("*.py"):
            read |= set(
                re.findall(r"environ(?:\.get)?[(\[]\s*\"(AKHBAR_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
            )
    documented = set(re.findall(r"^\| `(AKHBAR_[A-Z_]+)`", README, re.M))
    assert documented == read


def test_the_readme_gives_the_exit_statuses_of_the_code() -> None:
    line = README.partition("Exit status: ")[2].partition("\n\n")[0]
    documented = {int(number) for number in re.findall(r"(?:^|· |\n)(\d+) ", line)}
    assert documented == {status.value for status in Exit if status is not Exit.INTERRUPTED}


def test_the_readme_shows_the_plain_lines_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    install = re.search(r"^\t(\$\(PYTHON\) -m venv .*) && touch", makefile, re.M)
    assert install
    line = install[1].replace("$(PYTHON)", "python3").replace("$(BIN)", ".venv/bin")
    for target, end in re.findall(r"^(demo|test): \.venv/ready\n\t(.*)$", makefile, re.M):
        assert f"{line} && {end.replace('$(BIN)', '.venv/bin')}" in README, target


def test_the_readme_lists_the_views(connection: Connection) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.views WHERE table_schema = 'corpus'")
        views = {name for (name,) in cursor.fetchall()}
    documented = set(re.findall(r"^\| `corpus\.([a-z_]+)`", README, re.M))
    assert documented == views


def test_documents_name_no_place_of_one_machine() -> None:
    for text in DOCUMENTS:
        assert not re.search(r"(?<![\w.])/(?:work|root|home/[a-z]+)/", text)
