"""Finds the name of every act that the code writes into the audit trail, by reading the code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import training

PACKAGE = Path(training.__file__).parent
Function = ast.FunctionDef | None


@dataclass(frozen=True)
class _Place:
    """An expression, with what it can see."""

    expression: ast.expr
    function: Function
    module: str

    def __str__(self) -> str:
        return f"{self.module}:{self.expression.lineno}"


class Code:
    """Every function and call of the package."""

    def __init__(self) -> None:
        #: Name → where it is defined.
        self.functions: dict[str, list[tuple[ast.FunctionDef, str]]] = {}
        #: Name → where it is called, as a name or as an attribute of something.
        self.calls: dict[str, list[tuple[ast.Call, Function, str]]] = {}
        for path in sorted(PACKAGE.rglob("*.py")):
            if "migrations" not in path.parts:
                relative = path.relative_to(PACKAGE.parent).with_suffix("")
                module = ".".join(relative.parts).removesuffix(".__init__")
                self._read(ast.parse(path.read_text()), None, module)

    def _read(self, node: ast.AST, function: Function, module: str) -> None:
        if isinstance(node, ast.FunctionDef):
            self.functions.setdefault(node.name, []).append((node, module))
            function = node
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            self.calls.setdefault(name, []).append((node, function, module))
        for child in ast.iter_child_nodes(node):
            self._read(child, function, module)


def actions() -> set[str]:
    """Return the name of every act.

    :raise AssertionError: somewhere it cannot be told which name an act has.
    """
    code = Code()
    places = [
        _Place(_argument(call, 0, "action"), function, module)
        for call, function, module in code.calls["Act"]
    ]
    return {name for place in places for name in _names(code, place)}


def _names(code: Code, place: _Place) -> Iterator[str]:
    expression = place.expression
    match expression:
        case ast.Constant(value=str(name)):
            yield name
        case ast.IfExp():
            for branch in (expression.body, expression.orelse):
                yield from _names(code, _Place(branch, place.function, place.module))
        case ast.Name(id=name):
            yield from _of_name(code, place, name)
        case ast.Attribute(value=ast.Name(id=base), attr=name):
            yield _text(getattr(getattr(import_module(place.module), base), name), place)
        case ast.Call():
            yield from _returned(code, expression)
        case _:
            raise AssertionError(f"{place}: which act is this?")


def _of_name(code: Code, place: _Place, name: str) -> Iterator[str]:
    position = _parameter(place.function, name)
    if position is not None:
        yield from _passed(code, place.function, position, name)
    elif assigned := _assigned(place.function, name):
        for value in assigned:
            yield from _names(code, _Place(value, place.function, place.module))
    else:
        yield _text(getattr(import_module(place.module), name), place)


def _returned(code: Code, call: ast.Call) -> Iterator[str]:
    called = getattr(call.func, "id", getattr(call.func, "attr", ""))
    for function, module in code.functions[called]:
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from _names(code, _Place(node.value, function, module))


def _passed(code: Code, function: Function, position: int, name: str) -> Iterator[str]:
    """Yield what a function is called with."""
    assert function is not None
    [home] = [module for found, module in code.functions[function.name] if found is function]
    for call, caller, module in code.calls.get(function.name, []):
        if _home(call.func, module) == home:  # not another function of that name
            yield from _names(code, _Place(_argument(call, position, name), caller, module))


def _home(called: ast.expr, module: str) -> str | None:
    """Return the module of the function that is called."""
    match called:
        case ast.Name(id=name):
            found = getattr(import_module(module), name, None)
        case ast.Attribute(value=ast.Name(id=base), attr=name):
            found = getattr(getattr(import_module(module), base, None), name, None)
        case _:
            return None
    return getattr(found, "__module__", None)


def _argument(call: ast.Call, position: int, name: str) -> ast.expr:
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return by_name[0] if by_name else call.args[position]


def _parameter(function: Function, name: str) -> int | None:
    if function is None:
        return None
    names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    return names.index(name) if name in names else None


def _assigned(function: Function, name: str) -> list[ast.expr]:
    return [
        node.value
        for node in (ast.walk(function) if function else ())
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]


def _text(value: object, place: _Place) -> str:
    assert isinstance(value, str), f"{place}: {value!r} names no act"
    return str(value)
