"""What a representative wants for their people."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """Somebody who is not among the organization's people yet, as a form names them."""

    name: str
    #: As typed; None: they have none of their own.
    email: str | None = None
    #: Of the form, from 0.
    row: int = 0
    #: To the session's questions: version of a question → answer.
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Who is to be registered: members by their ids, in order, then newcomers."""

    member_ids: tuple[int, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()
    #: Of the members: id → version of a question → answer.
    answers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    #: Fingerprint of the questions that the form asked, "" for none; None: nobody was asked.
    asked: str | None = None
