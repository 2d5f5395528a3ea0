"""What stands at a spot of a wrong rule: other comparisons, other members, a step left out."""

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from tests.mutation.spots import Spot

#: Name of an enumeration → its members.
Members = Mapping[str, Sequence[str]]
Node = TypeVar("Node", bound=ast.AST)

#: Who tells these, and always true and always false, from a comparison tells all others from it.
_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.NotEq),
    ast.LtE: (ast.Lt, ast.Eq),
    ast.Gt: (ast.GtE, ast.NotEq),
    ast.GtE: (ast.Gt, ast.Eq),
    ast.Eq: (ast.LtE, ast.GtE),
    ast.NotEq: (ast.Lt, ast.Gt),
}
_ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def variants(spot: Spot, members: Members) -> Iterator[ast.AST]:
    """Yield what could stand at a spot instead, one wrong thing each."""
    is_condition = spot.field == "test" or (
        spot.field == "ifs" and isinstance(spot.parent, ast.comprehension)
    )
    if is_condition or isinstance(spot.node, ast.Compare):
        yield from (ast.Constant(value=True), ast.Constant(value=False))
    if not isinstance(spot.parent, ast.Set):  # there, one less and one more says the same
        yield from _of_member(spot.node, members)
    yield from _of_collection(spot.node, members)
    if isinstance(spot.node, ast.stmt):
        yield from _of_statement(spot)
    elif isinstance(spot.node, ast.Constant):
        yield from _of_constant(spot)
    else:
        yield from _BY_KIND.get(type(spot.node), _nothing)(spot.node)


def _of_member(node: ast.AST, members: Members) -> Iterator[ast.AST]:
    match node:
        case ast.Attribute(value=ast.Name(id=enum), attr=name) if name in members.get(enum, ()):
            yield from _others(enum, [name], members)


def _of_collection(node: ast.AST, members: Members) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Set | ast.List | ast.Tuple):
        return
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    for index in range(len(node.elts)):
        rest = node.elts[:index] + node.elts[index + 1 :]
        is_no_set = isinstance(node, ast.Set) and not rest  # "{}" is a mapping
        yield ast.Call(ast.Name("set"), [], []) if is_no_set else _with(node, elts=rest)
    named: dict[str, list[str]] = {}
    for one in node.elts:
        match one:
            case ast.Attribute(value=ast.Name(id=enum), attr=name) if enum in members:
                named.setdefault(enum, []).append(name)
    for enum, names in named.items():
        for other in _others(enum, names, members):
            yield _with(node, elts=[*node.elts, other])


def _others(enum: str, names: Sequence[str], members: Members) -> Iterator[ast.expr]:
    for other in members[enum]:
        if other not in names:
            yield ast.Attribute(ast.Name(enum), other)


def _of_statement(spot: Spot) -> Iterator[ast.AST]:
    match spot.node:
        case ast.Return(value=value):
            # At a function's own end, falling through is the same as returning nothing.
            if not isinstance(spot.parent, ast.FunctionDef):
                yield ast.Pass()
            if value is not None and not _is_nothing(value):
                yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield from (ast.Break(), ast.Pass())
        case ast.Break():
            yield ast.Pass()
        case ast.AugAssign(op=op):
            yield from (
                _with(spot.node, op=other())
                for kind, other in _ARITHMETIC.items()
                if isinstance(op, kind)
            )
            yield ast.Pass()
        case ast.Expr() | ast.Raise():
            yield ast.Pass()


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and (node.value is None or node.value is False)


def _of_constant(spot: Spot) -> Iterator[ast.AST]:
    match spot.node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Constant(value=float(value)):
            yield from (ast.Constant(value * 2), ast.Constant(value / 2))
        case ast.Constant(value=str(value)) if not spot.is_wording:
            yield ast.Constant("" if value else "other")


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for index, op in enumerate(node.ops):
        for other in _COMPARISONS.get(type(op), ()):
            yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])


def _of_and_or(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for index in range(len(node.values)):
        rest = node.values[:index] + node.values[index + 1 :]
        yield _with(node, values=rest) if len(rest) > 1 else rest[0]


def _of_sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _of_arithmetic(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())
    yield from (node.left, node.right)


def _of_mapping(node: ast.Dict) -> Iterator[ast.AST]:
    for left in range(len(node.keys)):
        rest = [index for index in range(len(node.keys)) if index != left]
        yield _with(
            node, keys=[node.keys[one] for one in rest], values=[node.values[one] for one in rest]
        )


def _of_alternatives(node: ast.MatchOr) -> Iterator[ast.AST]:
    for index in range(len(node.patterns)):
        yield _with(node, patterns=node.patterns[:index] + node.patterns[index + 1 :])


def _of_slice(node: ast.Slice) -> Iterator[ast.AST]:
    for end in ("lower", "upper", "step"):
        if getattr(node, end) is not None:
            yield _with(node, **{end: None})


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    for index in range(len(node.keywords)):
        yield _with(node, keywords=node.keywords[:index] + node.keywords[index + 1 :])
    match node.func:
        case ast.Name(id="sorted"):
            yield ast.Call(ast.Name("list"), node.args, [])
        case ast.Name(id=name) if name in _OPPOSITES:
            yield _with(node, func=ast.Name(_OPPOSITES[name]))
        case ast.Attribute(value=ast.Name(id="re"), attr="compile"):
            yield from _of_pattern(node)


def _of_pattern(node: ast.Call) -> Iterator[ast.AST]:
    """Leave out each character of a regular expression, and its flags."""
    pattern, *flags = node.args
    if flags:
        yield _with(node, args=[pattern])
    if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
        for index in range(len(pattern.value)):
            shorter = pattern.value[:index] + pattern.value[index + 1 :]
            if _is_pattern(shorter):
                yield _with(node, args=[ast.Constant(shorter), *flags])


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _of_handler(node: ast.ExceptHandler) -> Iterator[ast.AST]:
    yield _with(node, type=ast.Tuple([], ast.Load()))  # catches nothing


def _nothing(_node: ast.AST) -> Iterator[ast.AST]:
    return iter(())


def _with(node: Node, **fields: object) -> Node:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


_BY_KIND: Mapping[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _of_comparison,
    ast.BoolOp: _of_and_or,
    ast.UnaryOp: _of_sign,
    ast.BinOp: _of_arithmetic,
    ast.Dict: _of_mapping,
    ast.MatchOr: _of_alternatives,
    ast.Slice: _of_slice,
    ast.Call: _of_call,
    ast.ExceptHandler: _of_handler,
}
