"""Acts on sessions, courses, campaigns and venues, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from training.staff.act_words.speaking import (
    Sentence,
    instant,
    listed,
    named,
    subject,
    who,
)
from training.staff.audit_values import ReadEntry
from training.text import for_display


def _scheduled(entry: ReadEntry, timezone: str) -> str:
    values = {
        "actor": who(entry),
        "name": subject(entry),
        "time": instant(entry.after["starts_at"], timezone),
    }
    if "copied_from" in entry.after:
        other = named(entry, "training_session", entry.after["copied_from"])
        return str(
            _(
                "%(actor)s scheduled %(name)s for %(time)s, as a copy of %(other)s.",
                other=other,
                **values,
            )
        )
    return str(_("%(actor)s scheduled %(name)s for %(time)s.", **values))


def _revised(entry: ReadEntry, timezone: str) -> str:
    values = {"actor": who(entry), "what": listed(entry, _fields_of_session())}
    before, after = entry.before.get("starts_at"), entry.after.get("starts_at")
    if before and after and before != after:
        return str(
            _(
                "%(actor)s moved the session from %(before)s to %(after)s. Changed: %(what)s.",
                before=instant(before, timezone),
                after=instant(after, timezone),
                **values,
            )
        )
    return str(_("%(actor)s changed the session: %(what)s.", **values))


def _retimed(entry: ReadEntry, timezone: str) -> str:
    values = {
        "actor": who(entry),
        "version": entry.after.get("zone_data", ""),
        "what": listed(entry, _fields_of_session()),
    }
    before, after = entry.before.get("starts_at"), entry.after.get("starts_at")
    if before and after and before != after:
        return str(
            _(
                "%(actor)s brought the session in line with the time zone data %(version)s: "
                "calendars had %(before)s, and it starts at %(after)s, as planned. "
                "Changed: %(what)s.",
                before=instant(before, timezone),
                after=instant(after, timezone),
                **values,
            )
        )
    return str(
        _(
            "%(actor)s brought the session in line with the time zone data %(version)s. "
            "Changed: %(what)s.",
            **values,
        )
    )


def _published(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s published the session.", actor=who(entry)))


def _cancelled(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s cancelled the session.", actor=who(entry)))


def _wrote_to_subscribers(entry: ReadEntry, _timezone: str) -> str:
    count = entry.number("count") or 0
    note = entry.after.get("note")
    if note:
        return str(
            ngettext(
                "%(actor)s wrote to %(num)s person whose calendar had an old time, "
                "and added: “%(note)s”",
                "%(actor)s wrote to %(num)s people whose calendars had an old time, "
                "and added: “%(note)s”",
                count,
                actor=who(entry),
                note=note,
            )
        )
    return str(
        ngettext(
            "%(actor)s wrote to %(num)s person whose calendar had an old time.",
            "%(actor)s wrote to %(num)s people whose calendars had an old time.",
            count,
            actor=who(entry),
        )
    )


def _changed_capacity(entry: ReadEntry, _timezone: str) -> str:
    before, after = entry.before.get("capacity"), entry.after.get("capacity")
    values = {"actor": who(entry), "before": before, "after": after}
    if before == after:
        return str(
            _(
                "%(actor)s changed the places on the waitlist from %(waiting_before)s "
                "to %(waiting_after)s.",
                waiting_before=_limit(entry.before.get("waitlist_capacity")),
                waiting_after=_limit(entry.after.get("waitlist_capacity")),
                **values,
            )
        )
    if after is None:
        return str(_("%(actor)s took the limit of %(before)s seats away.", **values))
    if before is None:
        return str(_("%(actor)s set a limit of %(after)s seats.", **values))
    if after > before:
        return str(_("%(actor)s raised the capacity from %(before)s to %(after)s.", **values))
    return str(_("%(actor)s lowered the capacity from %(before)s to %(after)s.", **values))


def _limit(places: int | None) -> str:
    return str(_("no limit")) if places is None else str(places)


def _simple(entry: ReadEntry) -> dict[str, str]:
    """Return who did it and to what; what was deleted since, as it was called."""
    known = entry.after.get("title") or entry.after.get("name")
    known = known or entry.before.get("title") or entry.before.get("name")
    is_gone = entry.subject not in entry.names and known
    name = f"“{known}”" if is_gone else subject(entry)
    return {"actor": who(entry), "name": name, "what": listed(entry, _fields_of_things())}


def _added_course(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s added the course %(name)s.", **_simple(entry)))


def _revised_course(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s changed the course %(name)s: %(what)s.", **_simple(entry)))


def _archived_course(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s archived the course %(name)s.", **_simple(entry)))


def _restored_course(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s brought the course %(name)s back.", **_simple(entry)))


def _deleted_course(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s deleted the course %(name)s.", **_simple(entry)))


def _added_campaign(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s added the campaign %(name)s.", **_simple(entry)))


def _revised_campaign(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s changed the campaign %(name)s: %(what)s.", **_simple(entry)))


def _archived_campaign(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s archived the campaign %(name)s.", **_simple(entry)))


def _restored_campaign(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s brought the campaign %(name)s back.", **_simple(entry)))


def _deleted_campaign(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s deleted the campaign %(name)s.", **_simple(entry)))


def _added_venue(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s added the venue %(name)s.", **_simple(entry)))


def _revised_venue(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s changed the venue %(name)s: %(what)s.", **_simple(entry)))


def _archived_venue(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s archived the venue %(name)s.", **_simple(entry)))


def _restored_venue(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s brought the venue %(name)s back.", **_simple(entry)))


def _deleted_venue(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s deleted the venue %(name)s.", **_simple(entry)))


def _added_question(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s added the question “%(question)s”.", **_question(entry)))


def _revised_question(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s changed the question “%(question)s”.", **_question(entry)))


def _moved_question(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s moved the question “%(question)s”.", **_question(entry)))


def _archived_question(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s archived the question “%(question)s”.", **_question(entry)))


def _restored_question(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s asks the question “%(question)s” again.", **_question(entry)))


def _question(entry: ReadEntry) -> dict[str, str]:
    return {"actor": who(entry), "question": for_display(str(entry.after.get("label", "")))}


def _fields_of_session() -> dict[str, str]:
    """Return what fields of a session and its meetings are called."""
    when, where = _("time"), _("place")
    return {
        "title": _("title"),
        "description": _("description"),
        "language": _("language"),
        "delivery": _("how people take part"),
        "audience": _("who may register"),
        "timezone": _("time zone"),
        "course": _("course"),
        "course_id": _("course"),
        "campaign": _("campaign"),
        "campaign_id": _("campaign"),
        "trainers": _("trainers"),
        "meetings": _("meetings"),
        "place": where,
        "registration_paused": _("whether registration is paused"),
        **dict.fromkeys(
            ("registration_opens", "registration_opens_at"), _("opening of registration")
        ),
        **dict.fromkeys(
            ("registration_closes", "registration_closes_at"), _("closing of registration")
        ),
        "decide_at": _("time of the decision whether it takes place"),
        "release_at": _("release of held seats"),
        **{
            f"meetings.{name}": when
            for name in (
                *("wall_start", "start_fold", "wall_end", "end_fold"),
                *("starts_at", "ends_at", "timezone"),
            )
        },
        "meetings.room_id": where,
        "meetings.join_url": _("link to join"),
        "search_key": _("title"),
    }


def _fields_of_things() -> dict[str, str]:
    """Return what fields of courses, campaigns and venues are called."""
    return {
        "title": _("title"),
        "name": _("name"),
        "slug": _("short name in addresses"),
        "summary": _("summary"),
        "description": _("description"),
        "language": _("language"),
        "hashtag": _("hashtag"),
        "goal": _("goal"),
        "starts_on": _("first day"),
        "ends_on": _("last day"),
        "status": _("status"),
        "partners": _("partners"),
        "required": _("what it builds on"),
        "session_defaults": _("what a new session starts with"),
        "address": _("address"),
        "rooms": _("rooms"),
        "timezone": _("time zone"),
        "capacity": _("capacity"),
        "search_key": _("title"),
    }


WORDS: Mapping[str, Sentence] = {
    "session.schedule": _scheduled,
    "session.revise": _revised,
    "session.retime": _retimed,
    "session.publish": _published,
    "session.cancel": _cancelled,
    "session.change_capacity": _changed_capacity,
    "session.write_to_subscribers": _wrote_to_subscribers,
    "course.add": _added_course,
    "course.revise": _revised_course,
    "course.archive": _archived_course,
    "course.restore": _restored_course,
    "course.delete": _deleted_course,
    "question.add": _added_question,
    "question.revise": _revised_question,
    "question.move": _moved_question,
    "question.archive": _archived_question,
    "question.restore": _restored_question,
    "campaign.add": _added_campaign,
    "campaign.revise": _revised_campaign,
    "campaign.archive": _archived_campaign,
    "campaign.restore": _restored_campaign,
    "campaign.delete": _deleted_campaign,
    "venue.add": _added_venue,
    "venue.revise": _revised_venue,
    "venue.archive": _archived_venue,
    "venue.restore": _restored_venue,
    "venue.delete": _deleted_venue,
}
