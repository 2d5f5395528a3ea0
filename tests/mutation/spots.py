"""The places in a module at which a decision could be another."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: A piece of source of at most this length shows best what was changed in it.
_WIDEST = 100
#: Their arguments are sentences for people.
_SENTENCES = frozenset({"N_", "_", "gettext", "lazy_gettext", "ngettext"})
_DECIDE_NOTHING = frozenset({"annotation", "returns", "decorator_list", "bases", "ctx"})
_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A node of a module's tree, and where it hangs."""

    #: Function or class, with those around it; empty: the module itself.
    where: str
    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    #: The piece of source around it that a reader is shown.
    shown: ast.AST
    #: Part of a sentence for people.
    is_wording: bool

    def put(self, node: ast.AST) -> None:
        """Hang another node there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def spots_of(tree: ast.Module) -> list[Spot]:
    """Return every spot of a module, in the order of the source."""
    return list(_spots_below(tree, where="", around=(), is_wording=False))


def is_enum(node: ast.AST) -> bool:
    """Tell whether a node defines an enumeration."""
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id in _ENUMS for base in node.bases
    )


def _spots_below(
    parent: ast.AST, *, where: str, around: tuple[ast.AST, ...], is_wording: bool
) -> Iterator[Spot]:
    is_wording = is_wording or _is_sentence(parent)
    for field, index, node in _children(parent):
        path = (node,) if isinstance(node, ast.stmt) else (*around, node)
        yield Spot(
            where=where,
            node=node,
            parent=parent,
            field=field,
            index=index,
            shown=_shown(path),
            is_wording=is_wording,
        )
        inside = where
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{where}.{node.name}".lstrip(".")
        yield from _spots_below(node, where=inside, around=path, is_wording=is_wording)


def _children(parent: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(parent):
        if field in _DECIDE_NOTHING:
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _decides_nothing(node, parent):
                yield field, index, node


def _decides_nothing(node: ast.AST, parent: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert():  # docstrings; types
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Subscript(value=ast.Name(id="Literal")):
            return True
        case ast.Assign():
            return is_enum(parent)  # words that the database holds
    return False


def _is_sentence(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _SENTENCES
        case ast.Raise():
            return True
    return False


def _shown(path: Sequence[ast.AST]) -> ast.AST:
    *around, node = path
    for wider in around:  # from the statement inwards
        if isinstance(wider, ast.expr | ast.stmt) and not hasattr(wider, "body"):
            text = ast.unparse(wider)
            if len(text) <= _WIDEST and "\n" not in text:
                return wider
    return node
