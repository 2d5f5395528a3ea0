"""The ways in which a rule could be wrong: its source, each time with one thing changed."""

import ast
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.mutation.spots import is_enum, spots_of
from tests.mutation.variants import Members, variants


class Key(NamedTuple):
    """What names a mutant as long as that piece of source stays, wherever its line moves."""

    #: Function or class, with those around it; empty: the module itself.
    where: str
    before: str
    after: str
    #: Of several that read the same in one function, which; from 1.
    nth: int

    def __str__(self) -> str:
        nth = f" (number {self.nth})" if self.nth > 1 else ""
        return f"in {self.where or 'the module'}{nth}: {self.before}  ->  {self.after}"


class Mutant(NamedTuple):
    """A module with one change."""

    key: Key
    source: str


def mutants_of(source: str, members: Members) -> list[Mutant]:
    """Return every mutant of a module, each once.

    :param members: see :func:`members_of`.
    """
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    met: Counter[tuple[str, str, str]] = Counter()
    mutants = []
    for spot in spots_of(tree):
        before = ast.unparse(spot.shown)
        for variant in variants(spot, members):
            spot.put(variant)
            mutated = ast.unparse(tree)
            after = ast.unparse(variant if spot.shown is spot.node else spot.shown)
            spot.put(spot.node)
            if mutated in seen or not _compiles(mutated):
                continue
            seen.add(mutated)
            met[spot.where, before, after] += 1
            key = Key(spot.where, before, after, met[spot.where, before, after])
            mutants.append(Mutant(key, mutated))
    return mutants


def members_of(source: str, root: Path) -> Members:
    """Return the members of the enumerations that a module defines or imports, by name.

    :param root: the folder from which modules are named.
    """
    tree = ast.parse(source)
    found = _defined(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            path = root.joinpath(*node.module.split(".")).with_suffix(".py")
            defined = _defined(ast.parse(path.read_text("utf-8"))) if path.exists() else {}
            names = {alias.name: alias.asname or alias.name for alias in node.names}
            found |= {names[name]: members for name, members in defined.items() if name in names}
    return found


def _defined(tree: ast.Module) -> dict[str, list[str]]:
    return {
        node.name: [
            target.id
            for line in node.body
            if isinstance(line, ast.Assign)
            for target in line.targets
            if isinstance(target, ast.Name)
        ]
        for node in tree.body
        if isinstance(node, ast.ClassDef) and is_enum(node)
    }


def _compiles(source: str) -> bool:
    try:
        compile(source, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
