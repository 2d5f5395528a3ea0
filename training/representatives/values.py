"""What a representative wants for their people."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """Somebody who is not among the organization's people yet, as a form names them."""

    name: str
    #: As typed; None: they have none of their own.
    email: str | None = None
    #: Of the form, from 0.
    row: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Who is to be registered: members by their ids, in order, then newcomers."""

    member_ids: tuple[int, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()
