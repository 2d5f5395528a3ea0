"""Secret keys: which are too weak to sign with, and the one that a copy makes for itself."""

import contextlib
import os
import secrets
from pathlib import Path

#: What makes one, for messages and documents.
NEW_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
FILE_NAME = "secret_key"
#: A random key is longer (``secrets.token_urlsafe(32)`` has 43 characters); a password is not.
MIN_LENGTH = 32
#: A random text of 32 characters, even in hexadecimal, hardly ever has fewer different ones.
MIN_VARIETY = 9
#: What people leave where a key should be. A random key does not contain it.
WELL_KNOWN = (
    "changeme",
    "changethis",
    "secret",
    "password",
    "insecure",
    "example",
    "development",
    "123456789",
    "abcdefgh",
    "qwerty",
    "yourkey",
)


def weakness(key: str) -> str | None:
    """Say why somebody could guess the key, as the rest of a sentence; None if nobody could."""
    if len(key) < MIN_LENGTH:
        return f"has {len(key)} characters, and needs {MIN_LENGTH} or more"
    plain = "".join(character for character in key.lower() if character.isalnum())
    if any(word in plain for word in WELL_KNOWN):
        return "is a well-known text, not a random one"
    is_repeated = any(key[step:] == key[:-step] for step in range(1, len(key) // 2 + 1))
    if is_repeated or len(set(key)) < MIN_VARIETY:
        return "repeats itself, so it is easy to guess"
    return None


def make() -> str:
    """Return a new random key."""
    return secrets.token_urlsafe(48)


def keep(instance: Path) -> str:
    """Return the key in the instance folder; make both if there are none.

    Several processes may ask at once: one key wins, and all return that one.

    :raise OSError: the folder or the file cannot be read or written.
    :raise ValueError: the file is there and holds no key.
    """
    path = instance / FILE_NAME
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = instance / f".{FILE_NAME}-{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces a key that another process has made meanwhile;
        # and nobody ever sees the file half written.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    return _read(path)


def _read(path: Path) -> str:
    key = path.read_text(encoding="utf-8").strip()
    if len(key) < MIN_LENGTH:
        raise ValueError(
            f"the file {path} holds no secret key. Put the old one back, or delete the file to "
            "get a new one (everybody signs in again, and links in mails sent so far stop working)."
        )
    return key
