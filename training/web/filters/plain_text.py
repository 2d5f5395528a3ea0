"""Plain text as HTML."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from markupsafe import Markup, escape

#: What begins a line of a list in plain text.
_BULLETS = ("- ", "* ", "• ")


@lru_cache(maxsize=512)
def paragraphs(plain: str) -> Markup:
    """Return plain text as HTML: escaped; paragraphs, line breaks, and lists of "- " lines."""
    lines = [line.rstrip() for line in plain.split("\n")]
    blocks = [list(group) for filled, group in groupby(lines, key=bool) if filled]
    return Markup("\n").join(block for lines in blocks for block in _blocks(lines))


def _blocks(lines: Sequence[str]) -> Iterator[Markup]:
    for is_list, group in groupby(lines, key=lambda line: line.lstrip().startswith(_BULLETS)):
        if is_list:
            items = Markup().join(Markup("<li>{}</li>").format(line.lstrip()[2:]) for line in group)
            yield Markup("<ul>{}</ul>").format(items)
        else:
            yield Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in group))
