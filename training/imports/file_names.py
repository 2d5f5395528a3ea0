"""The name that a file came with, made fit to be shown. Nothing is ever stored under it."""

import re
import unicodedata

from training.text import for_display

MAX_NAME = 120
#: Letters without a shape of their own would hide or rearrange what stands beside them.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown_name(name: str | None, *, default: str) -> str:
    """Return the last part of a path, in one line, at most 120 characters, with its ending.

    :param default: for a name of which nothing is left.
    """
    last = re.split(r"[/\\]", name or "")[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in _UNSEEN)
    line = unicodedata.normalize("NFC", " ".join(for_display(seen).split())).strip(" .")
    if len(line) <= MAX_NAME:
        return line or default
    stem, _dot, ending = line.rpartition(".")
    ending = f"….{ending}" if stem and len(ending) < MAX_NAME // 4 else "…"
    return line[: MAX_NAME - len(ending)] + ending
