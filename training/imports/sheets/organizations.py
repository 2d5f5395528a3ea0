"""Organizations: one row each."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from babel import Locale

from training.errors import N_
from training.imports.cells import Cells, quoted
from training.imports.errors import BadCellError
from training.imports.sheets.parts import Context, Item, refuse_double, refused
from training.imports.values import OrganizationDraft
from training.organizations.errors import MailDomainError
from training.organizations.rules import mail_domain
from training.organizations.values import OrganizationPlan, OrganizationStatus
from training.organizations.words import country_names

_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
MAX_SLUG = 60
MOST_DOMAINS = 20


def read(rows: Iterable[Cells], _context: Context) -> Iterator[Item]:
    """Yield the organizations of a file."""
    row_of: dict[tuple[str, str], int] = {}
    for cells in rows:
        plan = _plan(cells)
        for column, text in (("name", plan.name.casefold()), ("slug", plan.slug)):
            if text and (before := row_of.setdefault((column, text), cells.number)) != cells.number:
                refuse_double(cells, column, before)
        if cells.problems:
            yield refused([cells], plan.name)
        else:
            yield OrganizationDraft(
                row=cells.number,
                rows=(cells.number,),
                name=plan.name,
                detail=", ".join(plan.domains),
                says=cells.says,
                cleaned=tuple(cells.cleaned),
                plan=plan,
            )


@cache
def _countries() -> frozenset[str]:
    return frozenset(country_names(Locale("en")))


def _plan(cells: Cells) -> OrganizationPlan:
    zone = cells.zone("timezone")
    return OrganizationPlan(
        name=cells.line("name", is_required=True),
        slug=_slug(cells),
        domains=_domains(cells),
        country=_country(cells),
        timezone=zone.key if zone else None,
        status=cells.word("status", OrganizationStatus, OrganizationStatus.ACTIVE),
    )


def _slug(cells: Cells) -> str:
    slug = cells.line("slug", most=MAX_SLUG)
    if slug and not _SLUG.fullmatch(slug):
        cells.refuse(
            "slug",
            BadCellError(
                N_("“%(typed)s” is no short name: use a-z, 0-9 and hyphens."), typed=quoted(slug)
            ),
        )
        return ""
    return slug


def _domains(cells: Cells) -> tuple[str, ...]:
    typed = cells.line("domains", most=5_000)
    found: dict[str, None] = {}
    for part in filter(None, re.split(r"[;,\s]+", typed)):
        try:
            found[mail_domain(part)] = None
        except MailDomainError as error:
            cells.refuse("domains", error)
    if len(found) > MOST_DOMAINS:
        cells.refuse(
            "domains", BadCellError(N_("At most %(most)s domains are kept."), most=MOST_DOMAINS)
        )
    return tuple(found)


def _country(cells: Cells) -> str | None:
    typed = cells.line("country")
    if typed and typed.upper() not in _countries():
        cells.refuse(
            "country",
            BadCellError(
                N_("“%(typed)s” is no code of a country: two letters, such as KE."),
                typed=quoted(typed),
            ),
        )
        return None
    return typed.upper() or None
