"""Text in the cells of a CSV file: nothing that a spreadsheet would run, and all of it back."""

#: What makes a spreadsheet take a cell for a formula. The wide forms do so where East Asian text is
#: typed; what ends a line or a column is dropped by some programs before they look at the rest.
FORMULA_SIGNS = frozenset("=+-@\t\r\n｜＝＋－＠")
#: Spreadsheets take what follows it as text.
TEXT_SIGN = "'"

_GUARDED = FORMULA_SIGNS | {TEXT_SIGN}


def guard(text: str) -> str:
    """Return a text as it may stand in a cell: what looks like a formula is said to be text.

    So is what begins with the sign that says so; otherwise nobody could tell it from ours.
    """
    return TEXT_SIGN + text if text[:1] in _GUARDED else text


def unguard(text: str) -> str:
    """Return what :func:`guard` was given; a cell that it never wrote stays as it is."""
    return text[1:] if text[:1] == TEXT_SIGN and text[1:2] in _GUARDED else text
