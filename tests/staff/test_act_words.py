"""Every act that the code records has a sentence, and says what happened."""

from typing import Any

import pytest
from flask import Flask

from tests.staff.actions import actions
from tests.times import NOW
from training.staff.act_words import GROUPS, WORDS, group_labels, sentence
from training.staff.audit_values import Name, ReadEntry, Subject

NAMES = {
    Subject(kind="person", id=1): Name("Asha Okoye", 1),
    Subject(kind="person", id=2): Name("Bo", 2),
    Subject(kind="person", id=3): Name(None, 3),
    Subject(kind="registration", id=2): Name("Bo", 2),
    Subject(kind="registration", id=4): Name("Cy", 4),
    Subject(kind="membership", id=1): Name("Bo", 2),
    Subject(kind="organization", id=1): Name("Aid", None),
    Subject(kind="training_session", id=1): Name("Basics", None),
    Subject(kind="course", id=1): Name("First aid", None),
    Subject(kind="campaign", id=1): Name("Month", None),
}
IN_AID = {"organization_id": 1}


def _entry(action: str, subject: tuple[str, int], **fields: Any) -> ReadEntry:
    values: dict[str, Any] = {"actor_id": 1, "before": {}, "after": {}, **fields}
    return ReadEntry(
        id=1,
        at=NOW,
        action=action,
        subject=Subject(kind=subject[0], id=subject[1]),
        training_session_id=1,
        names=NAMES,
        **values,
    )


def test_every_act_in_the_code_has_its_words_and_no_words_are_left_over() -> None:
    found = actions()

    assert {"session.publish", "registration.cancel_with_session", "venue.delete"} <= found
    assert found == set(WORDS)


def test_every_act_is_in_a_group_that_has_a_name(words: Flask) -> None:
    prefixes = tuple(prefix for group in GROUPS.values() for prefix in group)

    with words.test_request_context():
        assert [action for action in WORDS if not action.startswith(prefixes)] == []
        assert set(group_labels()) == set(GROUPS)


BO, BASICS = ("registration", 2), ("training_session", 1)
HOLD, AT = ("hold", 1), "2027-05-12T11:00:00+00:00"
CANCELLED = _entry("registration.cancel", ("registration", 4))
RELEASED = _entry("hold.release", HOLD, after=IN_AID)
SENTENCES = [
    (
        _entry("session.write_to_subscribers", BASICS, after={"count": 1}),
        "Asha Okoye wrote to 1 person whose calendar had an old time.",
    ),
    (
        _entry("session.write_to_subscribers", BASICS, after={"count": 3, "note": "Sorry."}),
        "Asha Okoye wrote to 3 people whose calendars had an old time, and added: “Sorry.”",
    ),
    (
        _entry("session.change_capacity", BASICS, before={"capacity": 20}, after={"capacity": 25}),
        "Asha Okoye raised the capacity from 20 to 25.",
    ),
    (
        _entry("session.change_capacity", BASICS, before={"capacity": 9}, after={"capacity": 8}),
        "Asha Okoye lowered the capacity from 9 to 8.",
    ),
    (
        _entry("session.change_capacity", BASICS, before={"capacity": 9}, after={"capacity": None}),
        "Asha Okoye took the limit of 9 seats away.",
    ),
    (
        _entry("session.change_capacity", BASICS, before={"capacity": None}, after={"capacity": 9}),
        "Asha Okoye set a limit of 9 seats.",
    ),
    (
        _entry(
            "session.change_capacity",
            BASICS,
            before={"capacity": 9, "waitlist_capacity": None},
            after={"capacity": 9, "waitlist_capacity": 4},
        ),
        "Asha Okoye changed the places on the waitlist from no limit to 4.",
    ),
    (
        _entry(
            "session.schedule",
            BASICS,
            after={"starts_at": "2027-05-12T11:00:00+00:00", "copied_from": 7},
        ),
        (
            "Asha Okoye scheduled “Basics” for Wed, 12 May 2027, 14:00 (Nairobi), "
            "as a copy of something that was deleted."
        ),
    ),
    (
        _entry(
            "session.revise",
            BASICS,
            before={"starts_at": "2027-05-12T11:00:00+00:00"},
            after={
                "starts_at": "2027-05-13T11:00:00+00:00",
                "changed": ["meetings.ends_at", "meetings.starts_at", "title"],
            },
        ),
        (
            "Asha Okoye moved the session from Wed, 12 May 2027, 14:00 (Nairobi) "
            "to Thu, 13 May 2027, 14:00 (Nairobi). Changed: time, title."
        ),
    ),
    (
        _entry("session.revise", BASICS, after={"changed": ["trainers", "new_field"]}),
        "Asha Okoye changed the session: trainers, new_field.",
    ),
    (
        _entry(
            "session.retime",
            BASICS,
            actor_id=None,
            before={"starts_at": "2027-05-12T11:00:00+00:00"},
            after={
                "starts_at": "2027-05-12T10:00:00+00:00",
                "zone_data": "2027a",
                "changed": ["decide_at", "meetings.starts_at"],
            },
        ),
        (
            "The program brought the session in line with the time zone data 2027a: calendars had "
            "Wed, 12 May 2027, 14:00 (Nairobi), and it starts at Wed, 12 May 2027, 13:00 "
            "(Nairobi), as planned. Changed: time of the decision whether it takes place, time."
        ),
    ),
    (
        _entry(
            "session.retime",
            BASICS,
            actor_id=None,
            before={"starts_at": AT},
            after={"starts_at": AT, "zone_data": "2027a", "changed": ["release_at"]},
        ),
        (
            "The program brought the session in line with the time zone data 2027a. "
            "Changed: release of held seats."
        ),
    ),
    (_entry("registration.register", BO, actor_id=None), "Bo registered."),
    (_entry("registration.register", BO), "Asha Okoye registered Bo."),
    (
        _entry("registration.register", BO, actor_id=2, after={"status": "waitlisted"}),
        "Bo joined the waitlist.",
    ),
    (
        _entry("registration.register", BO, after={"instead_of": 4}),
        "Bo was registered instead of Cy.",
    ),
    (
        _entry("registration.cancel", BO, actor_id=2, before={"status": "confirmed"}),
        "Bo cancelled and gave up the seat.",
    ),
    (
        _entry("registration.cancel", BO, before={"status": "waitlisted"}),
        "Asha Okoye took Bo off the waitlist.",
    ),
    (
        _entry("registration.promote", BO, actor_id=None, cause=CANCELLED),
        "Bo moved up from the waitlist because Cy cancelled.",
    ),
    (_entry("registration.promote", BO), "Asha Okoye gave Bo a seat."),
    (
        _entry("registration.promote", BO, actor_id=None, cause=RELEASED),
        "Bo moved up from the waitlist because held seats were released.",
    ),
    (
        _entry("registration.register", BO, actor_id=None, after={"status": "requested"}),
        "Bo asked for a seat.",
    ),
    (
        _entry("registration.register", BO, after={"status": "requested"}),
        "Asha Okoye asked for a seat for Bo.",
    ),
    (
        _entry("registration.cancel", BO, actor_id=2, before={"status": "requested"}),
        "Bo withdrew the request.",
    ),
    (
        _entry("registration.cancel", BO, before={"status": "offered"}),
        "Asha Okoye took the offered seat back from Bo.",
    ),
    (
        _entry("registration.offer", BO, actor_id=None, cause=CANCELLED),
        "Bo was offered a seat because Cy cancelled.",
    ),
    (_entry("registration.offer", BO, actor_id=None), "Bo was offered a seat."),
    (_entry("registration.accept", BO, actor_id=2), "Bo accepted the offered seat."),
    (_entry("registration.accept", BO), "Asha Okoye accepted the seat that Bo was offered."),
    (_entry("registration.decline", BO, actor_id=None), "Bo declined the offered seat."),
    (
        _entry("registration.expire_offer", BO, actor_id=None),
        "Bo did not answer the offer of a seat in time.",
    ),
    (
        _entry("registration.approve", BO, after={"status": "confirmed"}),
        "Asha Okoye approved the request of Bo, who has a seat.",
    ),
    (
        _entry("registration.approve", BO, after={"status": "waitlisted"}),
        "Asha Okoye approved the request of Bo, who waits for a seat.",
    ),
    (_entry("registration.refuse", BO), "Asha Okoye refused the request of Bo."),
    (
        _entry("registration.lapse", BO, actor_id=None),
        "The request of Bo lapsed: nobody decided in time.",
    ),
    (
        _entry("registration.restore", BO, after={"status": "waitlisted"}),
        "Bo waits again: the session was re-opened.",
    ),
    (
        _entry("registration.pass_over", BO, actor_id=None, after={"obstacle": "limit"}),
        (
            "Bo was passed over, because the organization has as many seats as one may have, "
            "and keeps the place in line."
        ),
    ),
    (
        _entry("registration.pass_over", BO, actor_id=None),
        (
            "Bo was passed over, because the partnership does not run now, "
            "and keeps the place in line."
        ),
    ),
    (
        _entry("session.change_seat_rules", BASICS, after={"minimum": 6, "decide": None}),
        "Asha Okoye changed the rules for the seats: people needed, when it is decided.",
    ),
    (_entry("session.reopen", BASICS), "Asha Okoye re-opened the session."),
    (_entry("session.hold_anyway", BASICS), "Asha Okoye said that the session takes place."),
    (
        _entry("hold.set", HOLD, after={**IN_AID, "seats": 3, "release_at": AT}),
        "Asha Okoye held 3 seats for Aid until Wed, 12 May 2027, 14:00 (Nairobi).",
    ),
    (
        _entry(
            "hold.set",
            HOLD,
            before={"seats": 3},
            after={**IN_AID, "seats": 1, "release_at": AT},
        ),
        ("Asha Okoye held 1 seat for Aid instead of 3, until Wed, 12 May 2027, 14:00 (Nairobi)."),
    ),
    (
        _entry("hold.release", HOLD, after=IN_AID),
        "Asha Okoye released the seats held for Aid.",
    ),
    (
        _entry("hold.release", HOLD, actor_id=None, after=IN_AID),
        "The seats held for Aid were released: their day had come.",
    ),
    (
        _entry("allotment.set", ("campaign", 1), after={**IN_AID, "seats": 5}),
        "Asha Okoye allotted 5 seats of “Month” to Aid.",
    ),
    (
        _entry("allotment.set", ("campaign", 1), after={**IN_AID, "seats": None}),
        "Asha Okoye let Aid use any seats of “Month”.",
    ),
    (
        _entry("campaign.copy", ("campaign", 1), after={"copied_from": 2, "count": 3, "days": 7}),
        "Asha Okoye made the campaign “Month” like another one, with 3 sessions.",
    ),
    (
        _entry("registration.promote", BO, after={"overbooked": "They came by plane"}),
        "Asha Okoye gave Bo a seat beyond the number of seats: “They came by plane”",
    ),
    (
        _entry("registration.register", BO, after={"overbooked": "A chair was found"}),
        "Asha Okoye registered Bo beyond the number of seats: “A chair was found”",
    ),
    (
        _entry("registration.arrive", BO, after={"overbooked": "The room is larger"}),
        (
            "Asha Okoye moved Bo here from another session, "
            "beyond the number of seats: “The room is larger”"
        ),
    ),
    (
        _entry("registration.cancel", ("registration", 9), actor_id=3),
        "Somebody who was erased cancelled the registration of something that was deleted.",
    ),
    (
        _entry("attendance.mark", ("meeting", 1), after={"marks": 1, "marked": 3, "total": 9}),
        "Asha Okoye marked 1 person; 3 of 9 have a mark now.",
    ),
    (
        _entry("membership.add", ("membership", 1), after={**IN_AID, "role": "member"}),
        "Asha Okoye added Bo to Aid.",
    ),
    (
        _entry("membership.change_role", ("membership", 1), after={**IN_AID, "role": "member"}),
        "Asha Okoye let Bo act for Aid no longer.",
    ),
    (
        _entry(
            "organization.revise",
            ("organization", 1),
            before={"status": "active"},
            after={"status": "suspended", "changed": ["status"]},
        ),
        "Asha Okoye suspended the partnership with Aid.",
    ),
    (
        _entry("person.revise", ("person", 2), after={"changed": ["email"]}),
        "Asha Okoye changed what we know of Bo: e-mail address.",
    ),
    (
        _entry("person.revise", ("person", 1), after={"changed": ["name", "timezone"]}),
        "Asha Okoye changed what we know of them: name, time zone.",
    ),
    (
        _entry("course.delete", ("course", 9), before={"title": "Gone"}),
        "Asha Okoye deleted the course “Gone”.",
    ),
    *(
        (
            _entry(
                "person.revise_profile",
                ("person", 2),
                before={"is_public": before},
                after={"is_public": after, "changed": ["about"]},
            ),
            said,
        )
        for before, after, said in (
            (False, True, "Asha Okoye let everybody see that Bo trains."),
            (True, False, "Asha Okoye lets nobody see any more that Bo trains."),
            (True, True, "Asha Okoye changed what people see of Bo as a trainer."),
        )
    ),
    (_entry("future.act", ("person", 2)), "future.act"),
]


@pytest.mark.parametrize(
    ("entry", "expected"), SENTENCES, ids=[expected[:40] for _entry, expected in SENTENCES]
)
def test_an_act_is_told_in_one_sentence(words: Flask, entry: ReadEntry, expected: str) -> None:
    with words.test_request_context():
        assert sentence(entry, "Africa/Nairobi") == expected


#: Facts that an act may have; none is needed to put it into words.
FACTS = {"starts_at": "2027-05-12T11:00:00+00:00", "kind": "people", "status": "active"}


@pytest.mark.parametrize("action", sorted(WORDS))
def test_every_sentence_can_be_said_of_what_is_gone(words: Flask, action: str) -> None:
    """Whoever and whatever it was about was erased or deleted since, or the program did it."""
    with words.test_request_context():
        for actor_id in (None, 1, 3, 9):
            said = sentence(
                _entry(action, ("nothing", 9), actor_id=actor_id, after=FACTS), "Africa/Nairobi"
            )
            assert said.endswith((".", "”"))
            assert "%(" not in said
            assert "None" not in said
