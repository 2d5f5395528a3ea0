"""Registrations: one row for each person in a session."""

from collections.abc import Iterable, Iterator

from training.errors import N_
from training.imports.cells import Cells
from training.imports.errors import BadCellError
from training.imports.sheets.parts import Context, Item, refuse_double, refused
from training.imports.values import RegistrationDraft
from training.people.values import email_key
from training.text import joined, search_key

MAX_REFERENCE = 128


def read(rows: Iterable[Cells], _context: Context) -> Iterator[Item]:
    """Yield the registrations of a file."""
    row_of: dict[tuple[str, ...], int] = {}
    for cells in rows:
        session = cells.line("session", most=MAX_REFERENCE, is_required=True)
        name = cells.line("name", is_required=True)
        email = cells.email("email")
        organization = cells.line("organization")
        if not email and not organization and not cells.problems:
            cells.refuse(
                "", BadCellError(N_("Give an e-mail address, or the organization of this person."))
            )
        known_by = (
            (session, email_key(email))
            if email
            else (session, search_key(name), search_key(organization))
        )
        before = cells.number if cells.problems else row_of.setdefault(known_by, cells.number)
        if before != cells.number:
            refuse_double(cells, "email" if email else "name", before)
        if cells.problems:
            yield refused([cells], name)
        else:
            yield RegistrationDraft(
                row=cells.number,
                rows=(cells.number,),
                name=name,
                detail=joined(session, email, organization),
                says=cells.says,
                cleaned=tuple(cells.cleaned),
                session=session,
                email=email,
                organization=organization,
            )
