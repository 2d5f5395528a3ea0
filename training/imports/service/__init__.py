"""Bringing things in: made, brought up to date, or left as they are."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from training.imports.service import organizations, people, registrations, sessions
from training.imports.service.events import bring_in, find_stored
from training.imports.service.files import claim, finish, forget_old_files, keep
from training.imports.values import Draft, Kind, Options, Row

__all__ = [
    "batches",
    "bring_in",
    "claim",
    "find_stored",
    "finish",
    "forget_old_files",
    "keep",
    "plan",
    "write",
]


class _Kind(Protocol):
    """What is done with the drafts of one kind; each a module of this package."""

    def batches(self, drafts: Any, /) -> Any: ...

    def plan(self, drafts: Any, options: Options, /) -> list[Row]: ...

    def write(self, drafts: Any, options: Options, /) -> list[Row]: ...


_KINDS: Mapping[Kind, _Kind] = MappingProxyType(
    {
        Kind.SESSIONS: sessions,
        Kind.ORGANIZATIONS: organizations,
        Kind.PEOPLE: people,
        Kind.REGISTRATIONS: registrations,
    }
)


def batches(kind: Kind, drafts: Sequence[Draft]) -> list[Sequence[Draft]]:
    """Return drafts in parts, each to be brought in by one transaction of about a second."""
    return list(_KINDS[kind].batches(drafts))


def plan(kind: Kind, drafts: Sequence[Draft], options: Options) -> list[Row]:
    """Return what would become of drafts, as things are now; writes nothing."""
    return _KINDS[kind].plan(drafts, options)


def write(kind: Kind, drafts: Sequence[Draft], options: Options) -> list[Row]:
    """Bring drafts in; what is the same already is not touched.

    :raise ConflictError: the world changed while this was decided; nothing is to be kept.
    """
    return _KINDS[kind].write(drafts, options)
