"""Acts on registrations, seats and attendance, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from training.staff.act_words.speaking import Sentence, is_own, named, organization, subject, who
from training.staff.audit_values import ReadEntry


def _registered(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    status = entry.after.get("status")
    if "instead_of" in entry.after:
        other = named(entry, "registration", entry.after["instead_of"])
        return str(_("%(name)s was registered instead of %(other)s.", other=other, **values))
    if _is_by_themselves(entry):
        by_themselves: dict[object, str] = {
            "requested": _("%(name)s asked for a seat.", **values),
            "waitlisted": _("%(name)s joined the waitlist.", **values),
        }
        return str(by_themselves.get(status) or _("%(name)s registered.", **values))
    without_a_seat: dict[object, str] = {
        "requested": _("%(actor)s asked for a seat for %(name)s.", **values),
        "waitlisted": _("%(actor)s put %(name)s on the waitlist.", **values),
    }
    if status in without_a_seat:
        return str(without_a_seat[status])
    if reason := entry.after.get("overbooked"):
        return str(
            _(
                "%(actor)s registered %(name)s beyond the number of seats: “%(reason)s”",
                reason=reason,
                **values,
            )
        )
    if "waived" in entry.after:
        return str(_("%(actor)s registered %(name)s without what the session builds on.", **values))
    return str(_("%(actor)s registered %(name)s.", **values))


def _is_by_themselves(entry: ReadEntry) -> bool:
    """Tell whether a participant did it; the public form knows nobody."""
    return entry.actor_id is None or is_own(entry)


def _promoted(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    if reason := entry.after.get("overbooked"):
        return str(
            _(
                "%(actor)s gave %(name)s a seat beyond the number of seats: “%(reason)s”",
                reason=reason,
                **values,
            )
        )
    if entry.actor_id is not None:
        return str(_("%(actor)s gave %(name)s a seat.", **values))
    if entry.cause is None:
        return str(_("%(name)s moved up from the waitlist.", **values))
    return _moved_up_because(entry.cause, subject(entry))


def _moved_up_because(cause: ReadEntry, name: str) -> str:
    values = {"name": name, "other": subject(cause)}
    sentences = {
        "registration.cancel": _(
            "%(name)s moved up from the waitlist because %(other)s cancelled.", **values
        ),
        "registration.release_unnamed": _(
            "%(name)s moved up from the waitlist because nobody was named for a reserved seat.",
            **values,
        ),
        "registration.leave": _(
            "%(name)s moved up from the waitlist because %(other)s moved to another session.",
            **values,
        ),
        "registration.transfer": _(
            "%(name)s moved up from the waitlist because %(other)s comes with another "
            "organization.",
            **values,
        ),
        "session.change_capacity": _(
            "%(name)s moved up from the waitlist because the number of seats was changed.", **values
        ),
        "session.revise": _(
            "%(name)s moved up from the waitlist because the session was changed.", **values
        ),
        "session.retime": _(
            "%(name)s moved up from the waitlist because time zone data changed.", **values
        ),
        "session.change_seat_rules": _(
            "%(name)s moved up from the waitlist because the rules for the seats were changed.",
            **values,
        ),
        "hold.set": _(
            "%(name)s moved up from the waitlist because held seats were changed.", **values
        ),
        "hold.release": _(
            "%(name)s moved up from the waitlist because held seats were released.", **values
        ),
        "allotment.set": _(
            "%(name)s moved up from the waitlist because the seats allotted to the organization "
            "were changed.",
            **values,
        ),
        "registration.decline": _(
            "%(name)s moved up from the waitlist because %(other)s declined the offered seat.",
            **values,
        ),
        "registration.expire_offer": _(
            "%(name)s moved up from the waitlist because %(other)s did not answer the offer.",
            **values,
        ),
        "organization.revise": _(
            "%(name)s moved up from the waitlist because the partnership with %(other)s "
            "runs again.",
            **values,
        ),
    }
    return str(
        sentences.get(cause.action)
        or _("%(name)s moved up from the waitlist because a seat stayed free.", **values)
    )


def _cancelled(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    sentences: dict[object, str] = (
        {
            "requested": _("%(name)s withdrew the request.", **values),
            "waitlisted": _("%(name)s left the waitlist.", **values),
            "offered": _("%(name)s cancelled and gave up the offered seat.", **values),
            "confirmed": _("%(name)s cancelled and gave up the seat.", **values),
        }
        if _is_by_themselves(entry)
        else {
            "requested": _("%(actor)s ended the request of %(name)s.", **values),
            "waitlisted": _("%(actor)s took %(name)s off the waitlist.", **values),
            "offered": _("%(actor)s took the offered seat back from %(name)s.", **values),
            "confirmed": _("%(actor)s cancelled the registration of %(name)s.", **values),
        }
    )
    return str(sentences.get(entry.before.get("status")) or sentences["confirmed"])


def _cancelled_with_session(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "The registration of %(name)s was cancelled because the session was.",
            name=subject(entry),
        )
    )


def _released_unnamed(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(name)s was given up: nobody was named in time.", name=subject(entry)))


def _corrected_name(entry: ReadEntry, _timezone: str) -> str:
    if is_own(entry):
        return str(_("%(name)s corrected their name.", name=subject(entry)))
    return str(
        _("%(actor)s corrected the name of %(name)s.", actor=who(entry), name=subject(entry))
    )


def _corrected_answers(entry: ReadEntry, _timezone: str) -> str:
    if is_own(entry):
        return str(_("%(name)s corrected their answers.", name=subject(entry)))
    return str(
        _("%(actor)s corrected the answers of %(name)s.", actor=who(entry), name=subject(entry))
    )


def _swapped(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s gave the seat of %(name)s to somebody else.",
            actor=who(entry),
            name=subject(entry),
        )
    )


def _left(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s moved %(name)s to another session.",
            actor=who(entry),
            name=subject(entry),
        )
    )


def _arrived(entry: ReadEntry, _timezone: str) -> str:
    values = {"actor": who(entry), "name": subject(entry)}
    if reason := entry.after.get("overbooked"):
        return str(
            _(
                "%(actor)s moved %(name)s here from another session, "
                "beyond the number of seats: “%(reason)s”",
                reason=reason,
                **values,
            )
        )
    return str(_("%(actor)s moved %(name)s here from another session.", **values))


def _confirmed_claim(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s confirmed that %(name)s is with %(organization)s.",
            actor=who(entry),
            name=subject(entry),
            organization=organization(entry),
        )
    )


def _refused_claim(entry: ReadEntry, _timezone: str) -> str:
    return str(
        _(
            "%(actor)s said that %(name)s is not with %(organization)s.",
            actor=who(entry),
            name=subject(entry),
            organization=organization(entry),
        )
    )


def _answered_by_calendar(entry: ReadEntry, _timezone: str) -> str:
    values = {"name": subject(entry)}
    if not entry.after.get("is_verified"):
        return str(
            _("Somebody answered by calendar as %(name)s, and may be somebody else.", **values)
        )
    sentences: dict[object, str] = {
        "accepted": _("%(name)s answered by calendar: accepted.", **values),
        "tentative": _("%(name)s answered by calendar: maybe.", **values),
        "declined": _("%(name)s answered by calendar: declined.", **values),
    }
    return sentences[entry.after.get("answer")]


def _marked(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s marked %(num)s person; %(marked)s of %(total)s have a mark now.",
            "%(actor)s marked %(num)s people; %(marked)s of %(total)s have a mark now.",
            entry.number("marks") or 0,
            actor=who(entry),
            marked=entry.number("marked") or 0,
            total=entry.number("total") or 0,
        )
    )


def _exported_roster(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s downloaded the list of participants, with %(num)s person.",
            "%(actor)s downloaded the list of participants, with %(num)s people.",
            entry.number("rows") or 0,
            actor=who(entry),
        )
    )


def _exported_attendance(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s downloaded the attendance list, with %(num)s line.",
            "%(actor)s downloaded the attendance list, with %(num)s lines.",
            entry.number("rows") or 0,
            actor=who(entry),
        )
    )


WORDS: Mapping[str, Sentence] = {
    "registration.register": _registered,
    "registration.promote": _promoted,
    "registration.cancel": _cancelled,
    "registration.release_unnamed": _released_unnamed,
    "registration.cancel_with_session": _cancelled_with_session,
    "registration.correct_name": _corrected_name,
    "registration.correct_answers": _corrected_answers,
    "registration.swap": _swapped,
    "registration.leave": _left,
    "registration.arrive": _arrived,
    "registration.confirm_claim": _confirmed_claim,
    "registration.refuse_claim": _refused_claim,
    "registration.answer_by_calendar": _answered_by_calendar,
    "attendance.mark": _marked,
    "attendance.export": _exported_attendance,
    "roster.export": _exported_roster,
}
