"""Sessions and courses by schema.org's words: only what their pages say to everybody."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

from flask import current_app
from flask_babel import gettext as _

from training.config import Settings
from training.registrations.cards import SessionCard
from training.registrations.course_queries import PublicCourse
from training.registrations.queries import PublicSession, Sitting
from training.sessions.values import Availability, Delivery, SessionState
from training.text import excerpt, for_display
from training.web.structured_data import Thing
from training.web.times import Moment

#: Letters of a description that programs are told.
_MOST = 500
_MODES = {
    Delivery.ONLINE: "OnlineEventAttendanceMode",
    Delivery.IN_PERSON: "OfflineEventAttendanceMode",
    Delivery.HYBRID: "MixedEventAttendanceMode",
}
_COURSE_MODES = {
    Delivery.ONLINE: "Online",
    Delivery.IN_PERSON: "Onsite",
    Delivery.HYBRID: "Blended",
}
#: Else nobody can register (any more), and nothing is offered.
_OFFERED = {
    SessionState.NOT_YET_OPEN: "PreOrder",
    SessionState.OPEN: "InStock",
    SessionState.FEW_SEATS: "InStock",
    SessionState.WAITLIST: "SoldOut",
    SessionState.FULL: "SoldOut",
}


class Site(NamedTuple):
    """Who speaks, and where."""

    name: str
    #: Without a slash at its end.
    address: str
    #: Address of the picture that stands for it.
    picture: str

    @property
    def organization(self) -> Thing:
        return {"@type": "Organization", "name": self.name, "url": f"{self.address}/"}


def site() -> Site:
    """Return this site."""
    settings: Settings = current_app.extensions["settings"]
    static_url = cast("Callable[[str], str]", current_app.jinja_env.globals["static_url"])
    picture = settings.base_url + static_url("img/preview.png")
    return Site(settings.site_name, settings.base_url, picture)


def event_of(
    training_session: PublicSession, sittings: Sequence[tuple[Sitting, Moment]], *, url: str
) -> Thing:
    """Return a session as an event; of several meetings each is an event in it.

    :param url: the whole address of its page.
    """
    here = site()
    held = [
        (sitting, when)
        for sitting, when in sittings
        if training_session.is_cancelled or not sitting.is_cancelled
    ]
    _last, last = max(held, key=lambda one: one[0].ends_at)
    return {
        "@type": "EducationEvent",
        "@id": url,
        "url": url,
        "name": for_display(training_session.title),
        "description": excerpt(training_session.description, _MOST)
        or for_display(training_session.title),
        "image": [here.picture],
        "startDate": held[0][1].start,
        "endDate": last.end,
        "eventStatus": _status(
            is_cancelled=training_session.is_cancelled,
            is_rescheduled=_is_rescheduled(training_session, held[0][0]),
        ),
        "eventAttendanceMode": _mode(training_session),
        "location": _locations(training_session, [sitting for sitting, _when in held], url),
        "inLanguage": training_session.language,
        "audience": _audience(training_session.for_whom),
        "organizer": here.organization,
        "performer": [
            {"@type": "Person", "name": for_display(trainer.name)}
            for trainer in training_session.trainers
        ],
        "offers": _offer(training_session, url),
        "remainingAttendeeCapacity": _remaining(training_session),
        "superEvent": _series(training_session, here),
        "subEvent": [_meeting(training_session, *one, url=url) for one in sittings]
        if len(sittings) > 1
        else None,
    }


def course_of(
    course: PublicCourse, dates: Sequence[tuple[SessionCard, Moment, str]], *, url: str
) -> Thing:
    """Return a course with its next dates: card, moment and whole address of each."""
    here = site()
    return {
        "@type": "Course",
        "@id": url,
        "url": url,
        "name": for_display(course.title),
        "description": excerpt(course.summary or course.description, _MOST)
        or for_display(course.title),
        "inLanguage": course.language,
        "image": here.picture,
        "audience": _audience(course.for_whom),
        "coursePrerequisites": [for_display(title) for title in course.builds_on],
        "provider": here.organization,
        "hasCourseInstance": [
            {
                "@type": "CourseInstance",
                "name": for_display(card.title),
                "url": address,
                "courseMode": _COURSE_MODES[card.delivery],
                "startDate": when.start,
                "endDate": when.end if card.meetings == 1 else None,
                "inLanguage": card.language,
                "eventStatus": _status(
                    is_cancelled=card.availability.state is SessionState.CANCELLED
                ),
                "location": {"@type": "VirtualLocation", "url": address}
                if card.delivery is Delivery.ONLINE
                else None,
                "organizer": here.organization,
            }
            for card, when, address in dates
        ],
    }


def _meeting(training_session: PublicSession, sitting: Sitting, when: Moment, *, url: str) -> Thing:
    return {
        "@type": "EducationEvent",
        "name": for_display(training_session.title),
        "startDate": when.start,
        "endDate": when.end,
        "eventStatus": _status(is_cancelled=sitting.is_cancelled),
        "eventAttendanceMode": _mode(training_session),
        "location": _locations(training_session, [sitting], url),
    }


def _status(*, is_cancelled: bool, is_rescheduled: bool = False) -> str:
    status = (
        "EventCancelled"
        if is_cancelled
        else "EventRescheduled"
        if is_rescheduled
        else "EventScheduled"
    )
    return f"https://schema.org/{status}"


def _is_rescheduled(training_session: PublicSession, first: Sitting) -> bool:
    """Tell whether a time changed that people have read: a draft's is no news."""
    published_at, rescheduled_at = training_session.published_at, first.rescheduled_at
    return bool(published_at and rescheduled_at and rescheduled_at > published_at)


def _mode(training_session: PublicSession) -> str:
    return f"https://schema.org/{_MODES[training_session.delivery]}"


def _locations(
    training_session: PublicSession, sittings: Iterable[Sitting], url: str
) -> Thing | list[Thing]:
    """Return where it is: online that is the page, which knows for whom the link to join is."""
    online = {"@type": "VirtualLocation", "url": url}
    if training_session.delivery is Delivery.ONLINE:
        return online
    named = dict.fromkeys((sitting.place, sitting.address) for sitting in sittings)
    places: list[Thing] = [
        {"@type": "Place", "name": for_display(place), "address": for_display(address or place)}
        for place, address in named
        if place
    ] or [{"@type": "Place", "name": _("The place follows"), "address": _("The place follows")}]
    found = places if training_session.delivery is Delivery.IN_PERSON else [*places, online]
    return found[0] if len(found) == 1 else found


def _audience(for_whom: str) -> Thing | None:
    return {"@type": "Audience", "audienceType": for_display(for_whom)} if for_whom else None


def _offer(training_session: PublicSession, url: str) -> Thing | None:
    """Return how one gets a seat; None: not by oneself, or nobody can any more."""
    seen: Availability = training_session.availability
    availability = _OFFERED.get(seen.state)
    if availability is None or training_session.is_for_partners:
        return None
    return {
        "@type": "Offer",
        "url": url,
        "availability": f"https://schema.org/{availability}",
        "validFrom": seen.opens_at.isoformat() if seen.opens_at else None,
        "validThrough": seen.closes_at.isoformat(),
    }


def _remaining(training_session: PublicSession) -> int | None:
    """Return how many seats are left, where the page says so in its badge."""
    seen = training_session.availability
    is_said = not training_session.is_for_partners and not training_session.is_on_request
    return seen.free if is_said and seen.state is SessionState.FEW_SEATS else None


def _series(training_session: PublicSession, here: Site) -> Thing | None:
    """Return the course as what the session is one of."""
    if training_session.course_slug is None or training_session.course_title is None:
        return None
    return {
        "@type": "EventSeries",
        "name": for_display(training_session.course_title),
        "url": f"{here.address}/courses/{training_session.course_slug}",
    }
