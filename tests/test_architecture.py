"""The import law of the four rooms, the pinned settings, and names that must agree."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("crawler", "pipelines", "corpus", "akhbar")
GROUND = ("crawler.arabic", "crawler.items", "crawler.outlet", "crawler.candidate")
DRIVERS = ("psycopg2", "psycopg")


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every name that a module imports when it runs; what only a type checker reads may point anywhere."""
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def allowed(module: str, imported: str) -> bool:
    """Whether the law of DESIGN lets `module` import `imported`."""
    ours = within(imported, *ROOMS)
    if within(imported, *DRIVERS):
        return within(module, "corpus")
    if within(module, *GROUND):
        return not ours or within(imported, *GROUND)
    if within(module, "crawler.extraction", "crawler.discovery"):
        own = ("crawler.extraction",) if within(module, "crawler.extraction") else ("crawler.discovery",)
        return not within(imported, "scrapy", "twisted") and (not ours or within(imported, *GROUND, *own))
    if within(module, "crawler"):
        return not within(imported, "pipelines", "corpus", "akhbar")
    if within(module, "corpus"):
        return not ours or within(imported, *GROUND, "corpus")
    if within(module, "pipelines"):
        return not ours or within(imported, *GROUND, "corpus", "pipelines")
    return True


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_imports_go_one_way(path: Path) -> None:
    against = [name for name in imports_of(path) if not allowed(module_name(path), name)]
    assert not against


def test_the_law_forbids_what_it_should() -> None:
    assert not allowed("crawler.spider", "corpus.ledger")
    assert not allowed("crawler.extraction.body", "scrapy")
    assert not allowed("pipelines.store", "psycopg2")
    assert not allowed("corpus.ledger", "crawler.spider")
    assert not allowed("crawler.arabic.letters", "crawler.spider")
    assert allowed("corpus.ledger", "crawler.candidate")


def test_the_ground_floor_of_the_script_needs_no_library() -> None:
    import sys

    for path in sorted((ROOT / "crawler" / "arabic").glob("*.py")):
        for name in imports_of(path):
            assert within(name, "crawler.arabic") or name.partition(".")[0] in sys.stdlib_module_names, path


def test_there_are_no_import_cycles() -> None:
    graph = {module_name(path): set(runtime_imports(path)) for path in modules()}
    edges = {
        name: {found for target in targets if (found := resolve(target, graph))}
        for name, targets in graph.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for target in sorted(edges[name]):
                visit(target, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def runtime_imports(path: Path) -> Iterator[str]:
    """What a module imports when it is imported: not in functions, not for type checkers."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def resolve(target: str, graph: dict[str, set[str]]) -> str | None:
    """The module of ours that an imported name lives in."""
    while target and target not in graph:
        target = target.rpartition(".")[0]
    return target or None


def test_no_module_is_called_what_says_nothing() -> None:
    nothing = {"utils", "helpers", "common", "base", "manager", "misc"}
    assert not [path for path in modules() if path.stem in nothing or path.parent.name in nothing]


def test_sql_stands_in_the_corpus_only() -> None:
    sql = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\.\w+\s+SET|DELETE\s+FROM)\s", re.S)
    for path in modules():
        if not within(module_name(path), "corpus"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not sql.search(node.value), f"{path}:{node.lineno}"


def test_forced_settings_have_not_drifted_and_scrapy_knows_them() -> None:
    from scrapy.settings import Settings, default_settings

    settings = importlib.import_module("crawler.settings")
    project = Settings()
    project.setmodule(settings, priority="project")
    assert settings.FORCED["REMOTE_CONTROL_ENABLED"] is False
    assert settings.FORCED["TELNETCONSOLE_ENABLED"] is False
    assert settings.FORCED["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert settings.FORCED["COOKIES_ENABLED"] is False
    assert settings.FORCED["METAREFRESH_ENABLED"] is False
    assert settings.FORCED["DOWNLOAD_MAXSIZE"] == 5 * 1024**2
    assert settings.FORCED["JOBDIR"] is None
    assert {"file": None, "ftp": None, "s3": None, "data": None}.items() <= settings.FORCED[
        "DOWNLOAD_HANDLERS"
    ].items()
    extensions = [str(name) for name in project.get_component_priority_dict_with_base("EXTENSIONS")]
    assert "scrapy.extensions.closespider.CloseSpider" in extensions
    assert not [name for name in extensions if "remote_control" in name or "telnet" in name]
    for name, value in settings.FORCED.items():
        assert name == "JOBDIR" or hasattr(default_settings, name), f"Scrapy no longer knows {name}"
        if not isinstance(value, dict):
            assert project[name] == value


def test_outlets_are_called_the_same_everywhere() -> None:
    from akhbar.outlets import load_outlets

    files = {path.stem for path in (ROOT / "crawler" / "spiders").glob("[a-z]*.py")}
    assert set(load_outlets()) == files
    fixtures = {path.name for path in (ROOT / "fixtures").iterdir() if path.is_dir()}
    assert fixtures <= files, "a fixture folder is called as its outlet"
