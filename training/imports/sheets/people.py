"""People: one row each, or one for each organization that somebody belongs to."""

from collections.abc import Iterable, Iterator, Sequence

from training.errors import N_
from training.imports.cells import Cells
from training.imports.errors import BadCellError
from training.imports.sheets.parts import Context, Item, refuse_double, refused
from training.imports.values import MembershipDraft, PersonDraft
from training.organizations.values import MembershipRole
from training.people.values import email_key
from training.text import joined, search_key

#: What further rows of a person may say otherwise than the first.
_OF_MEMBERSHIPS = frozenset({"organization", "role"})


def read(rows: Iterable[Cells], context: Context) -> Iterator[Item]:
    """Yield the people of a file, in the order of their first rows."""
    groups: dict[tuple[str, str], list[Cells]] = {}
    for cells in rows:
        email = cells.email("email")
        name = cells.line("name", is_required=True)
        organization = cells.line("organization")
        if not email and not organization and not cells.problems:
            cells.refuse(
                "", BadCellError(N_("Give an e-mail address, or the organization of this person."))
            )
        # Who has no address is known by name and organization, so another row is another person.
        known_by = (email_key(email), "") if email else (search_key(name), search_key(organization))
        if cells.problems:
            known_by = ("", str(cells.number))
        groups.setdefault(known_by, []).append(cells)
    for group in groups.values():
        yield _person(group, context)


def _person(group: Sequence[Cells], context: Context) -> Item:
    first, *others = group
    organizations: dict[str, int] = {}
    for cells in group:
        organization = search_key(cells.raw("organization"))
        before = organizations.setdefault(organization, cells.number)
        if before != cells.number:
            refuse_double(cells, "organization", before)
    for cells in others:
        for column in sorted(cells.says - _OF_MEMBERSHIPS - {"email"}):
            if cells.raw(column) != first.raw(column):
                cells.refuse(
                    column,
                    BadCellError(
                        N_("Row %(row)s says something else of the same person."), row=first.number
                    ),
                )
    zone = first.zone("timezone")
    locale = first.language("locale", default=context.locale)
    memberships = tuple(
        MembershipDraft(
            row=cells.number,
            organization=cells.raw("organization"),
            role=cells.word("role", MembershipRole, MembershipRole.MEMBER),
            says_role=bool(cells.raw("role")),
        )
        for cells in group
        if cells.raw("organization")
    )
    name = first.raw("name")
    if any(cells.problems for cells in group):
        return refused(group, name)
    return PersonDraft(
        row=first.number,
        rows=tuple(cells.number for cells in group),
        name=first.line("name"),
        detail=joined(first.raw("email"), *(one.organization for one in memberships)),
        says=first.says,
        cleaned=tuple(dict.fromkeys(column for cells in group for column in cells.cleaned)),
        email=first.raw("email") or None,
        locale=locale,
        timezone=zone.key if zone else None,
        memberships=memberships,
    )
