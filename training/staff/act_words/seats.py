"""Acts on how seats are given: rules, held and allotted seats, offers and requests, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from training.registrations.values import Obstacle
from training.staff.act_words.speaking import (
    Sentence,
    instant,
    is_own,
    organization,
    subject,
    who,
)
from training.staff.audit_values import ReadEntry


def _changed_rules(entry: ReadEntry, _timezone: str) -> str:
    words = _rules()
    names = dict.fromkeys(words.get(name, name) for name in entry.after)
    if not names:
        return str(_("%(actor)s changed the rules for the seats.", actor=who(entry)))
    return str(
        _(
            "%(actor)s changed the rules for the seats: %(what)s.",
            actor=who(entry),
            what=", ".join(names),
        )
    )


def _rules() -> dict[str, str]:
    """Return what the rules for seats are called."""
    return {
        "promotion": _("what becomes of a free seat"),
        "offer_hours": _("hours to answer an offer"),
        "needs_approval": _("whether staff decide"),
        "approval_hours": _("hours to decide"),
        "organization_limit": _("seats for one organization"),
        "fills_gaps": _("whether people may pass a group"),
        "groups_wait": _("whether groups wait as a whole"),
        "minimum": _("people needed"),
        "decide": _("when it is decided"),
    }


def _reopened(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s re-opened the session.", actor=who(entry)))


def _held_anyway(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s said that the session takes place.", actor=who(entry)))


def _set_hold(entry: ReadEntry, timezone: str) -> str:
    values = {"actor": who(entry), "organization": organization(entry)}
    seats, before = entry.number("seats") or 0, entry.before.get("seats")
    if "release_at" not in entry.after:
        return str(_("%(actor)s held seats for %(organization)s.", **values))
    values["until"] = instant(entry.after["release_at"], timezone)
    if before is not None and before != seats:
        return str(
            ngettext(
                "%(actor)s held %(num)s seat for %(organization)s instead of %(before)s, "
                "until %(until)s.",
                "%(actor)s held %(num)s seats for %(organization)s instead of %(before)s, "
                "until %(until)s.",
                seats,
                before=before,
                **values,
            )
        )
    return str(
        ngettext(
            "%(actor)s held %(num)s seat for %(organization)s until %(until)s.",
            "%(actor)s held %(num)s seats for %(organization)s until %(until)s.",
            seats,
            **values,
        )
    )


def _released_hold(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "organization": organization(entry)}
    if entry.actor_id is None:
        return str(
            _("The seats held for %(organization)s were released: their day had come.", **values)
        )
    return str(_("%(actor)s released the seats held for %(organization)s.", **values))


def _set_allotment(entry: ReadEntry, _timezone: str) -> str:
    values = {
        "actor": who(entry),
        "organization": organization(entry),
        "campaign": subject(entry),
    }
    seats = entry.number("seats")
    if seats is None:
        return str(_("%(actor)s let %(organization)s use any seats of %(campaign)s.", **values))
    return str(
        ngettext(
            "%(actor)s allotted %(num)s seat of %(campaign)s to %(organization)s.",
            "%(actor)s allotted %(num)s seats of %(campaign)s to %(organization)s.",
            seats,
            **values,
        )
    )


def _offered(entry: ReadEntry, _timezone: str) -> str:
    name = subject(entry)
    if entry.cause is None:
        return str(_("%(name)s was offered a seat.", name=name))
    values = {"name": name, "other": subject(entry.cause)}
    sentences = {
        "registration.cancel": _(
            "%(name)s was offered a seat because %(other)s cancelled.", **values
        ),
        "registration.decline": _(
            "%(name)s was offered a seat because %(other)s declined it.", **values
        ),
        "registration.expire_offer": _(
            "%(name)s was offered a seat because %(other)s did not answer in time.", **values
        ),
        "session.change_capacity": _(
            "%(name)s was offered a seat because the number of seats was changed.", **values
        ),
        "hold.release": _(
            "%(name)s was offered a seat because held seats were released.", **values
        ),
    }
    return str(
        sentences.get(entry.cause.action)
        or _("%(name)s was offered a seat because one became free.", **values)
    )


def _accepted(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    if entry.actor_id is None or is_own(entry):
        return str(_("%(name)s accepted the offered seat.", **values))
    return str(_("%(actor)s accepted the seat that %(name)s was offered.", **values))


def _declined(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    if entry.actor_id is None or is_own(entry):
        return str(_("%(name)s declined the offered seat.", **values))
    return str(_("%(actor)s declined the seat that %(name)s was offered.", **values))


def _offer_expired(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(name)s did not answer the offer of a seat in time.", name=subject(entry)))


def _approved(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    if entry.after.get("status") == "waitlisted":
        return str(_("%(actor)s approved the request of %(name)s, who waits for a seat.", **values))
    return str(_("%(actor)s approved the request of %(name)s, who has a seat.", **values))


def _refused(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _("%(actor)s refused the request of %(name)s.", actor=who(entry), name=subject(entry))
    )


def _lapsed(entry: ReadEntry, _timezone: str) -> str:
    return str(_("The request of %(name)s lapsed: nobody decided in time.", name=subject(entry)))


def _restored(entry: ReadEntry, _timezone: str) -> str:
    name = subject(entry)
    sentences = {
        "confirmed": _("%(name)s has the seat again: the session was re-opened.", name=name),
        "offered": _("%(name)s is offered a seat again: the session was re-opened.", name=name),
        "waitlisted": _("%(name)s waits again: the session was re-opened.", name=name),
        "requested": _("%(name)s asks for a seat again: the session was re-opened.", name=name),
    }
    return str(
        sentences.get(str(entry.after.get("status")))
        or _("%(name)s is registered again: the session was re-opened.", name=name)
    )


def _passed_over(entry: ReadEntry, _timezone: str) -> str:
    name = subject(entry)
    sentences: dict[str, str] = {
        Obstacle.LIMIT: _(
            "%(name)s was passed over, because the organization has as many seats as one may "
            "have, and keeps the place in line.",
            name=name,
        ),
        Obstacle.ALLOTMENT: _(
            "%(name)s was passed over, because the organization has used its seats in the "
            "campaign, and keeps the place in line.",
            name=name,
        ),
        Obstacle.GROUP: _(
            "%(name)s was passed over, because there were not enough seats for the whole group, "
            "and keeps the place in line.",
            name=name,
        ),
        Obstacle.BEHIND_GROUP: _(
            "%(name)s was passed over, because a group waits before, and keeps the place in line.",
            name=name,
        ),
    }
    return str(
        sentences.get(str(entry.after.get("obstacle")))
        or _(
            "%(name)s was passed over, because the partnership does not run now, "
            "and keeps the place in line.",
            name=name,
        )
    )


WORDS: Mapping[str, Sentence] = {
    "session.change_seat_rules": _changed_rules,
    "session.reopen": _reopened,
    "session.hold_anyway": _held_anyway,
    "hold.set": _set_hold,
    "hold.release": _released_hold,
    "allotment.set": _set_allotment,
    "registration.offer": _offered,
    "registration.accept": _accepted,
    "registration.decline": _declined,
    "registration.expire_offer": _offer_expired,
    "registration.approve": _approved,
    "registration.refuse": _refused,
    "registration.lapse": _lapsed,
    "registration.restore": _restored,
    "registration.pass_over": _passed_over,
}
