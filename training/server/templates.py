"""Compiled templates, kept in the instance folder so that the next start is fast.

Compiling all of them takes each worker a second. Jinja itself sees to it that what was compiled
from another text, or by another Jinja or Python, is not used. Who can write there can write the
database and the secret key too.
"""

import contextlib
import secrets
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Keeps what was compiled in a folder. Where that fails, it is compiled each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)

    def load_bytecode(self, bucket: Bucket) -> None:
        with contextlib.suppress(OSError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        path = self._path(bucket)
        draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")  # workers start together
        with contextlib.suppress(OSError):
            try:
                draft.write_bytes(bucket.bytecode_to_string())
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / bucket.key
