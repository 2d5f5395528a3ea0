"""A language that nobody speaks: every message of ours longer, accented and from right to left."""

import re
from pathlib import Path

from babel import Locale
from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo

from training.app import TEMPLATES

#: Written from right to left; its days, cities and languages come from Babel.
LOCALE = "ar"
BEGIN, END = "⟦", "⟧"
#: What stays as it is: what is put in, and tags.
_KEPT = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\}|<[^>]+>|&\w+;)")
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçđéƒĝĥîĵķļɱñóþɋŕšŧúṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÓÞɊŔŠŦÚṼŴẊÝŽ",
)
_OURS = {"_l": None, "_n": (1, 2), "_lazy": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}


def pseudo(message: str) -> str:
    """Return a message as it is in that language: two fifths longer, and marked where it ends."""
    parts = _KEPT.split(message)
    accented = "".join(
        part if place % 2 else part.translate(_ACCENTED) for place, part in enumerate(parts)
    )
    longer = " ".join("őőőő" for _ in range(-(-len(message) * 2 // 25)))
    return f"{BEGIN}{accented} {longer}{END}"


def write_translations(folder: Path) -> None:
    """Compile every message of the code and the templates, found as for a translator."""
    catalog = Catalog(locale=Locale.parse(LOCALE))
    plurals = catalog.num_plurals
    found = [
        *extract_from_dir(
            str(TEMPLATES.parent / "training"),
            [("**.py", "python")],
            keywords={**DEFAULT_KEYWORDS, **_OURS},
        ),
        *extract_from_dir(
            str(TEMPLATES),
            [("**.html", "jinja2")],
            options_map={"**.html": {"trimmed": "true", "encoding": "utf-8"}},
        ),
    ]
    for _file, _line, message, _comments, _context in found:
        if isinstance(message, tuple):
            singular, plural = message[:2]
            texts = (pseudo(singular), *[pseudo(plural)] * (plurals - 1))
            catalog.add((singular, plural), texts)
        elif message:
            catalog.add(message, pseudo(message))
    target = folder / LOCALE / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalog)
