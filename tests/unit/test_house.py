"""The house keeps its own order: every module has its mirror among the tests, and no name says nothing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "pforte"
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "base",
    "manager",
    "handler",
    "handlers",
    "lib",
    "misc",
}
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))


def _has_code(path: Path) -> bool:
    """Say whether a module defines a function that does something; protocols and tables are proven by their users."""
    tree = ast.parse((SOURCE / path).read_text(encoding="utf-8"))
    protocols = {
        node
        for cls in ast.walk(tree)
        if isinstance(cls, ast.ClassDef)
        and any(getattr(parent, "id", "") == "Protocol" for parent in cls.bases)
        for node in ast.walk(cls)
    }
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(node not in protocols for node in functions)


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in MODULES
        if path.name not in {"__init__.py", "__main__.py", "env.py"}
        and "versions" not in path.parts
        and _has_code(path)
    ],
    ids=str,
)
def test_every_module_has_its_mirror(path: Path) -> None:
    """A stranger who changes a module finds its tests by the same path."""
    mirror = ROOT / "tests" / "unit" / path.parent / f"test_{path.stem}.py"
    samples = ROOT / "tests" / "samples" / f"mail.{path.stem.replace('_', '-')}" / "expect.toml"
    is_mail_check = path.parts[:2] == ("mail", "checks")
    assert mirror.exists() or (is_mail_check and samples.exists()), f"{mirror.relative_to(ROOT)} is missing"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_names_say_what_the_thing_is(path: Path) -> None:
    """A room called utils is a drawer in which everything gets lost."""
    assert not EMPTY_NAMES & {*path.parent.parts, path.stem}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_modules_and_functions_stay_readable(path: Path) -> None:
    """No module over 600 lines, no function over 60."""
    text = (SOURCE / path).read_text(encoding="utf-8")
    assert text.count("\n") <= 600
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < 60, f"{node.name} is too long"
