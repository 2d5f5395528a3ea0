"""Which courses may build on which: values in, answer out."""

from collections.abc import Collection, Mapping


def find_circle(
    course_id: int, wanted: Collection[int], required_of: Mapping[int, Collection[int]]
) -> int | None:
    """Return which of the wanted courses builds on this one already, or None: none does.

    :param wanted: what the course is to build on.
    :param required_of: course → what it builds on now; courses that build on nothing may be left
        out.
    """
    for first in sorted(wanted):
        seen: set[int] = set()
        to_see = [first]
        while to_see:
            one = to_see.pop()
            if one == course_id:
                return first
            if one not in seen:
                seen.add(one)
                to_see += required_of.get(one, ())
    return None
