"""Only transaction() commits: a test of the code, because one commit elsewhere would go unseen."""

import ast
from pathlib import Path

import training


def commits(source: str) -> int:
    """Count the calls that commit, or that write without transaction()."""
    return sum(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        for node in ast.walk(ast.parse(source))
    )


def test_nothing_but_transaction_commits() -> None:
    package = Path(training.__file__).parent

    committing = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "migrations" not in path.parts and commits(path.read_text())
    }

    assert committing == {"db.py"}


def test_nothing_but_entry_points_opens_a_transaction() -> None:
    package = Path(training.__file__).parent
    entry_points = {"views", "cli", "jobs", "access"}

    opening = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "with transaction()" in path.read_text() and path.name != "db.py"
    }

    assert [
        name for name in opening if not entry_points & set(name.removesuffix(".py").split("/"))
    ] == []
