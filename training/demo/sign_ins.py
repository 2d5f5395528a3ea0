"""The demo's sign-ins: made by chance for each instance, and kept in its folder to show again."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from training.demo.values import Colleague, SignIn

FILE_NAME = "demo-sign-ins.txt"
#: Without what is easily mistaken for something else.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_HEADINGS = ("role", "e-mail", "password")


def invent(colleagues: Sequence[Colleague]) -> list[SignIn]:
    """Return a sign-in for each, with a new password of 60 random bits."""
    return [
        SignIn(
            role=colleague.role,
            email=colleague.email,
            password="-".join(
                "".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3)
            ),
        )
        for colleague in colleagues
    ]


def table(sign_ins: Sequence[SignIn]) -> str:
    """Return the sign-ins as lines of text, one below the other."""
    rows = [_HEADINGS, *((one.role, one.email, one.password) for one in sign_ins)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def keep(folder: Path, text: str) -> None:
    """Write the table for its owner alone. It appears whole or not at all."""
    path = folder / FILE_NAME
    draft = path.with_name(f".{FILE_NAME}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def find(folder: Path) -> str | None:
    """Return the table that was kept, or None where no demo was made."""
    try:
        return (folder / FILE_NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
