"""What a page says to programs that read it: schema.org, as JSON-LD.

A block of data is no script: browsers do not run it, and the content policy has nothing against it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

#: Characters that could end the block, or begin a comment in it; in JSON they mean the same so.
_ESCAPES = tuple((char, f"\\u{ord(char):04x}") for char in "<>&\u2028\u2029")

#: One thing, by schema.org's words.
Thing = Mapping[str, Any]


def data_block(things: Sequence[Thing]) -> Markup:
    """Return the block for the head of a page.

    :param things: what the page is about; of what is None in them nothing is said.
    """
    graph = {"@context": "https://schema.org", "@graph": [without_nothing(one) for one in things]}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    for char, escape in _ESCAPES:  # five searches are quicker than a look at each letter
        text = text.replace(char, escape)
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 -- nothing in it can end the block


def without_nothing(thing: Any) -> Any:
    """Return a thing without what is None, "" or an empty list in it."""
    if isinstance(thing, Mapping):
        return {
            name: value if isinstance(value, str) else without_nothing(value)
            for name, value in thing.items()
            if value not in (None, "", [])
        }
    if isinstance(thing, list):
        return [without_nothing(one) for one in thing]
    return thing


def breadcrumbs(crumbs: Sequence[tuple[str, str]]) -> Thing:
    """Return the way down to a page, the page itself the last: name and whole address of each."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": address}
            for position, (name, address) in enumerate(crumbs, start=1)
        ],
    }
