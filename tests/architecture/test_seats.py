"""Only the seats package assigns a registration's status or a session's counter.

A listener refuses what is assigned outside the lock; this reads the code for all else.
"""

import ast
from pathlib import Path

import pytest

import training

COUNTERS = {
    "confirmed_count",
    "offered_count",
    "waitlisted_count",
    "overbooked_by",
    "next_ticket",
}


def assignments(source: str) -> list[str]:
    """Return what assigns a registration's status or a counter, as far as code can tell."""
    found: set[str] = set()
    tree = ast.parse(source)
    knows_registrations = any(
        name == "Registration"
        for node in ast.walk(tree)
        for name in (getattr(node, "id", None), getattr(node, "name", None))
    )
    suspicious = COUNTERS | ({"status"} if knows_registrations else set())
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()):
                found |= {name} & suspicious
            case ast.Call(func=ast.Name(id="Registration"), keywords=keywords) if any(
                keyword.arg == "status" for keyword in keywords
            ):
                found.add("status")
            case ast.Call(func=ast.Attribute(attr="values"), args=args, keywords=keywords):
                keys = {n.attr for a in args for n in ast.walk(a) if isinstance(n, ast.Attribute)}
                names = keys | {keyword.arg for keyword in keywords if keyword.arg}
                found |= names & suspicious
            case ast.Subscript(slice=ast.Attribute(attr=name), ctx=ast.Store()):
                found |= {name} & COUNTERS
            case ast.Dict(keys=keys_of):
                attributes = {
                    f"{key.value.id}.{key.attr}"
                    for key in keys_of
                    if isinstance(key, ast.Attribute) and isinstance(key.value, ast.Name)
                }
                found |= {
                    name.partition(".")[2]
                    for name in attributes
                    if name == "Registration.status" or name.partition(".")[2] in COUNTERS
                }
    return sorted(found)


def test_only_seats_assigns_a_status_or_a_counter() -> None:
    package = Path(training.__file__).parent
    offenders = {
        path.relative_to(package).parent.as_posix()
        for path in package.rglob("*.py")
        if "migrations" not in path.parts and assignments(path.read_text())
    }

    assert offenders == {"registrations/seats"}


@pytest.mark.parametrize(
    "source",
    [
        "from x import Registration\nregistration.status = 'confirmed'",
        "Registration(status=x)",
        "sa.update(TrainingSession).values(confirmed_count=1)",
        "sa.update(Registration).values({Registration.status: x})",
        "values[TrainingSession.overbooked_by] = 3",
        "{TrainingSession.next_ticket: 3}",
    ],
)
def test_the_reader_of_the_code_sees_each_way_to_assign(source: str) -> None:
    assert assignments(source) != []
