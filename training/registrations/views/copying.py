"""Making a campaign like another one: every session is shown on its new day before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.campaigns.errors import CampaignNameTakenError, CampaignSlugTakenError
from training.campaigns.queries import CampaignDetails, get_campaign
from training.clock import find_zone, utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError
from training.registrations.copying_forms import CampaignCopyForm, copy_data
from training.registrations.copying_queries import PlannedCopies, PlannedCopy, planned_copies
from training.registrations.copying_service import copy_campaign
from training.registrations.copying_values import CampaignCopy
from training.registrations.views.blueprint import bp
from training.sessions.clash_queries import DescribedClash, described
from training.sessions.planned_queries import key_among
from training.sessions.words import planned_notes
from training.submissions.resending import why_refused
from training.submissions.service import KeyReusedError, Send, find_result, is_key, remember
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence
from training.web.filters import date_time, long_date

#: The way that this page hangs under.
_CAMPAIGNS = "sessions.campaigns"
#: What the button sends: looking at the dates writes nothing.
MAKE = "make"
_FIELD_OF: Mapping[type[DomainError], str] = {
    CampaignNameTakenError: "name",
    CampaignSlugTakenError: "slug",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One session, as the page shows it."""

    id: int
    revision: int
    title: str
    url: str
    #: When it would be, and when the other one is.
    when: str
    before: str
    #: What is to be known of it, as sentences.
    notes: tuple[str, ...]
    clashes: tuple[DescribedClash, ...]
    can_be_made: bool
    is_ticked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """What a request is about."""

    campaign: CampaignDetails
    form: CampaignCopyForm
    #: None: nothing was asked yet.
    found: PlannedCopies | None = None

    @property
    def chosen(self) -> list[PlannedCopy]:
        """The sessions that are ticked and can be made."""
        ticked = self.form.ticked
        copies = self.found.copies if self.found else ()
        return [one for one in copies if one.pattern.id in ticked and one.copy is not None]


@bp.route("/staff/campaigns/<id:campaign_id>/duplicate", methods=["GET", "POST"])
@allows(Action.MANAGE_CAMPAIGNS)
def duplicate_campaign(campaign_id: int) -> ResponseReturnValue:
    """Make a campaign like another one, with its sessions on other days."""
    campaign = get_campaign(campaign_id)
    is_sent = request.method == "POST"
    today = utc_now().astimezone(find_zone(signed_in().timezone or "UTC")).date()
    form = CampaignCopyForm(data=None if is_sent else copy_data(campaign.plan, today=today))
    form.offer()
    page = _Page(campaign=campaign, form=form)
    if not is_sent:
        return _render(page)
    is_valid = form.validate()
    if form.errors.keys() - {"clash_reason"}:
        return _render(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    page = replace(page, found=_found(campaign, form))
    if not is_valid:
        return _render(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _make(page) if request.form.get("then") == MAKE else _render(page)


def _found(campaign: CampaignDetails, form: CampaignCopyForm) -> PlannedCopies:
    return planned_copies(
        campaign.id,
        form.move(campaign.plan),
        form.chosen_parts,
        capacity=campaign.plan.session_defaults.get("capacity"),
        now=utc_now(),
    )


def _make(page: _Page) -> ResponseReturnValue:
    """Make the campaign and the sessions that are ticked, or show why not."""
    form, send = page.form, _send(page)
    try:
        result = find_result(send)
    except KeyReusedError as error:
        form.renew_key()
        form.refuse(error)
        return _render(page, status_of(error))
    # First of all: what the same form made clashes with what it would make now.
    if result is not None:
        return _done(result["campaign_id"])
    status = _why_not(page)
    if status is not None:
        return _render(page, status)
    copy = _copy(page)
    try:
        campaign_id = _save(copy, send)
    except (ConflictError, InvalidInputError, BusyError) as error:
        return _refused(page, send, error)
    flash(_told(len(copy.sessions)))
    return _done(campaign_id)


def _why_not(page: _Page) -> HTTPStatus | None:
    """Say in the form why what is ticked is not made; None: it can be."""
    form, chosen = page.form, page.chosen
    ticked = form.ticked
    as_shown = {one.pattern.id for one in chosen if ticked[one.pattern.id] == one.pattern.revision}
    clashing = {one.pattern.id for one in chosen if one.planned.clashes}
    if as_shown != ticked.keys():
        form.form_errors.append(
            _("A session was changed meanwhile: look at the dates again, nothing was made.")
        )
        return HTTPStatus.CONFLICT
    if not clashing <= form.seen_clashing:
        form.form_errors.append(
            _("Something else was planned meanwhile: look at the dates that clash.")
        )
        return HTTPStatus.CONFLICT
    if clashing and not form.clash_reason.data:
        form.clash_reason.errors = [_("Say why this is saved although it clashes.")]
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return None


def _copy(page: _Page) -> CampaignCopy:
    sessions = tuple(one.copy for one in page.chosen if one.copy is not None)
    return CampaignCopy(
        copied_from=page.campaign.id,
        campaign=page.form.to_plan(page.campaign.plan),
        days=page.form.move(page.campaign.plan),
        parts=page.form.chosen_parts,
        sessions=sessions,
        reason=page.form.clash_reason.data if any(one.is_clashing for one in sessions) else "",
    )


def _save(copy: CampaignCopy, send: Send) -> int:
    now = utc_now()
    with transaction():
        campaign_id = copy_campaign(copy, actor_id=signed_in().person_id, now=now)
        remember(send, {"campaign_id": campaign_id}, now=now)
    return campaign_id


def _send(page: _Page) -> Send:
    form = page.form
    if not is_key(form.key.data or ""):
        form.renew_key()
    plan = form.to_plan(page.campaign.plan)
    return Send(
        key=form.key.data,
        purpose=f"duplicate_campaign:{page.campaign.id}",
        actor_id=signed_in().person_id,
        content={
            "name": plan.name,
            "slug": plan.slug,
            "period": [plan.starts_on.isoformat(), plan.ends_on.isoformat()],
            "days": form.move(page.campaign.plan),
            "parts": sorted(form.chosen_parts),
            "sessions": sorted(form.ticked),
        },
    )


def _refused(page: _Page, send: Send, error: DomainError) -> ResponseReturnValue:
    """Show why nothing was made, or what the same form made before."""
    refusal = why_refused(page.form, send, error)
    if refusal is None:
        return _done((find_result(send) or {})["campaign_id"])
    field = _FIELD_OF.get(type(refusal))
    if field is None:
        page.form.refuse(refusal)
    else:
        page.form[field].errors = [sentence(refusal)]
    # What was read before may be what has changed.
    found = _found(page.campaign, page.form)
    return _render(replace(page, found=found), status_of(refusal))


def _done(campaign_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.campaign", campaign_id=campaign_id), code=303)


def _told(count: int) -> str:
    if not count:
        return str(_("Campaign made, as a draft without sessions."))
    return str(
        ngettext(
            "Campaign made, with %(num)s draft. Only staff see it so far.",
            "Campaign made, with %(num)s drafts. Only staff see them so far.",
            count,
        )
    )


def _render(page: _Page, status: HTTPStatus = HTTPStatus.OK) -> ResponseReturnValue:
    rows = _rows(page)
    html = render_workplace(
        "registrations/duplicate_campaign.html",
        current=_CAMPAIGNS,
        campaign=page.campaign,
        form=page.form,
        found=page.found,
        rows=rows,
        clashing=sum(bool(row.clashes) for row in rows),
        make=MAKE,
    )
    return html, status, headers_for(status)


def _rows(page: _Page) -> list[_Row]:
    """Return each session as the page shows it; what it clashes with is named all at once."""
    copies: Sequence[PlannedCopy] = page.found.copies if page.found else ()
    titles = {key_among(number): one.pattern.title for number, one in enumerate(copies)}
    flat = [clash for one in copies for clash in one.planned.clashes]
    shown = iter(described(flat, my_timezone="UTC", planned=titles))
    is_sent, ticked = request.form.get("then") == MAKE, page.form.ticked
    now = utc_now()
    rows = []
    for one in copies:
        pattern = one.pattern
        clashes = tuple(_in_zone(next(shown), pattern.timezone) for _clash in one.planned.clashes)
        is_likely = one.copy is not None and not clashes and not one.planned.has_begun(now)
        rows.append(
            _Row(
                id=pattern.id,
                revision=pattern.revision,
                title=pattern.title,
                url=url_for("registrations.roster", training_session_id=pattern.id),
                when=_when(one),
                before=date_time(pattern.clock.starts_at, pattern.timezone),
                notes=planned_notes(one.planned, now),
                clashes=clashes,
                can_be_made=one.copy is not None,
                is_ticked=pattern.id in ticked if is_sent else is_likely,
            )
        )
    return rows


def _in_zone(clash: DescribedClash, timezone: str) -> DescribedClash:
    """Return a clash with this side's times in its own zone; that of the other, if it has none."""
    other = timezone if clash.is_own or clash.is_planned or clash.is_absence else clash.timezone
    return replace(clash, my_timezone=timezone, timezone=other)


def _when(one: PlannedCopy) -> str:
    if not one.planned.times:
        return long_date(one.planned.day)
    return date_time(min(times.starts_at for times in one.planned.times), one.pattern.timezone)
