"""Scheduling a session: what the form stores, refuses and asks."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.db import db
from training.people.models import Person
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.sessions.values import Audience, Delivery, SessionStatus

NEW = "/staff/sessions/new"
DRAFT, PUBLISH = {"then": "draft"}, {"then": "publish"}
BERLIN = "Europe/Berlin"
#: Filled in as little as it takes.
LEAST = {
    "title": "Safer livestreams",
    "timezone": BERLIN,
    "meetings-0-day": "2027-05-12",
    "meetings-0-start": "14:00",
    "meetings-0-end": "15:30",
    "capacity": "20",
}


@pytest.fixture
def mina(make: Make) -> Account:
    """A coordinator."""
    return make.coordinator(name="Mina", email="mina@example.org")


@pytest.fixture
def staff(client: IsolatedClient, mina: Account) -> IsolatedClient:
    """The coordinator's browser."""
    client.sign_in(mina)
    return client


def _send(staff: IsolatedClient, **fields: Any) -> TestResponse:
    """Send the new form as the page fills it in, with LEAST and these fields."""
    names = {name.replace("__", "-"): value for name, value in fields.items()}
    return staff.fill(NEW, {**LEAST, **DRAFT, **names})


def _session() -> TrainingSession:
    return db.session.scalars(sa.select(TrainingSession)).one()


def _meetings() -> list[Meeting]:
    return list(db.session.scalars(sa.select(Meeting).order_by(Meeting.ordinal)))


def _nothing_stored() -> bool:
    counts = [
        db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for model in (TrainingSession, Meeting, Assignment)
    ]
    people = db.session.scalars(sa.select(Person.email)).all()
    return counts == [0, 0, 0] and people == ["mina@example.org"]


def test_a_draft_is_stored_with_what_was_typed(staff: IsolatedClient, mina: Account) -> None:
    response = _send(staff)

    stored = _session()
    [meeting] = _meetings()
    assert response.status_code == 303
    assert response.headers["Location"] == f"/staff/sessions/{stored.id}"
    assert (stored.title, stored.status) == ("Safer livestreams", SessionStatus.DRAFT)
    assert (stored.delivery, stored.audience) == (Delivery.ONLINE, Audience.PUBLIC)
    assert (stored.capacity, stored.waitlist_capacity) == (20, None)
    assert stored.timezone == BERLIN
    assert meeting.starts_at == datetime(2027, 5, 12, 12, 0, tzinfo=UTC)
    assert meeting.ends_at == datetime(2027, 5, 12, 13, 30, tzinfo=UTC)
    assert db.session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_id).where(
            AuditEntry.subject_kind == "training_session"
        )
    ).all() == [("session.schedule", mina.person_id)]
    page = staff.get(response.headers["Location"]).text
    assert "Draft saved. Only staff see it so far." in page


def test_save_and_publish_does_both(staff: IsolatedClient) -> None:
    response = _send(staff, **PUBLISH)

    assert response.status_code == 303
    assert _session().status is SessionStatus.PUBLISHED
    assert staff.get("/sessions/").text.count("Safer livestreams") == 1


def test_everything_that_can_be_said_is_stored(staff: IsolatedClient, make: Make) -> None:
    course, campaign = make.course(), make.campaign()
    asha = make.trainer(name="Asha", email="asha@example.org")

    response = _send(
        staff,
        title="  Two parts ",
        description="First line\r\n\r\n- a point",
        course_id=str(course.id),
        campaign_id=str(campaign.id),
        language="pt-BR",
        delivery="hybrid",
        audience="partners",
        meetings__0__venue="Campus Mitte",
        meetings__0__room="Room 2",
        meetings__0__join_url="https://meet.example.org/a?b=c",
        meetings__1__day="2027-05-19",
        meetings__1__start="22:00",
        meetings__1__end="01:00",
        meetings__1__end_day="2027-05-20",
        capacity="",
        no_limit="y",
        waitlist_capacity="5",
        registration_opens="2027-05-01T09:00",
        registration_closes="2027-05-11T18:00",
        trainer_ids=[str(asha.person_id)],
        other_trainer_name="Tom",
        other_trainer_email="Tom@example.org",
    )

    stored = _session()
    assert response.status_code == 303
    assert (stored.title, stored.description) == ("Two parts", "First line\n\n- a point")
    assert (stored.course_id, stored.campaign_id) == (course.id, campaign.id)
    assert (stored.language, stored.delivery) == ("pt-BR", Delivery.HYBRID)
    assert stored.audience is Audience.PARTNERS
    assert (stored.capacity, stored.waitlist_capacity) == (None, 5)
    assert stored.registration_opens_at == datetime(2027, 5, 1, 7, 0, tzinfo=UTC)
    assert stored.registration_closes_at == datetime(2027, 5, 11, 16, 0, tzinfo=UTC)
    assert [(one.starts_at, one.ends_at) for one in _meetings()] == [
        (datetime(2027, 5, 12, 12, 0, tzinfo=UTC), datetime(2027, 5, 12, 13, 30, tzinfo=UTC)),
        (datetime(2027, 5, 19, 20, 0, tzinfo=UTC), datetime(2027, 5, 19, 23, 0, tzinfo=UTC)),
    ]
    assert _meetings()[0].join_url == "https://meet.example.org/a?b=c"
    trainers = sa.select(Person.name).join(Assignment, Assignment.person_id == Person.id)
    assert set(db.session.scalars(trainers)) == {"Asha", "Tom"}
    page = staff.page(f"/staff/sessions/{stored.id}").text()
    assert "Room 2, Campus Mitte" in page
    assert "Asha, Tom" in page


def test_another_trainer_who_is_known_keeps_their_name(staff: IsolatedClient, make: Make) -> None:
    known = make.person(name="Thomas", email="tom@example.org")

    _send(staff, other_trainer_name="Tom", other_trainer_email="TOM@example.org")

    assert db.session.scalars(sa.select(Assignment.person_id)).all() == [known.id]
    assert db.session.get_one(Person, known.id).name == "Thomas"


@pytest.mark.parametrize(
    ("timezone", "day", "nearest"),
    [
        (BERLIN, "2026-03-29 02:30", "01:30 and 03:30"),
        ("America/New_York", "2026-03-08 02:30", "01:30 and 03:30"),
        ("America/Santiago", "2026-09-06 00:30", "23:30 and 01:30"),
    ],
)
def test_time_01_a_time_that_does_not_exist_is_refused_with_the_nearest(
    staff: IsolatedClient, timezone: str, day: str, nearest: str
) -> None:
    on, _space, at = day.partition(" ")

    response = _send(
        staff,
        timezone=timezone,
        meetings__0__day=on,
        meetings__0__start=at,
        meetings__0__end="04:00",
    )

    assert response.status_code == 422
    said = (
        f"On {on} the clocks in {timezone} go forward over {at}. The nearest times are {nearest}."
    )
    error = Page(response.text).root.find(".//p[@id='meetings-0-start-error']")
    assert error is not None
    assert "".join(error.itertext()) == said
    assert f'value="{at}"' in response.text
    assert _nothing_stored()


@pytest.mark.parametrize(
    ("timezone", "day", "start", "end", "instants"),
    [
        (BERLIN, "2026-10-25", "02:30", "04:00", ("00:30", "01:30")),
        ("America/New_York", "2026-11-01", "01:30", "04:00", ("05:30", "06:30")),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "04:00", ("14:45", "15:15")),
    ],
)
@pytest.mark.parametrize("fold", [0, 1])
def test_time_02_a_time_that_occurs_twice_asks_which(
    staff: IsolatedClient,
    timezone: str,
    day: str,
    start: str,
    end: str,
    instants: tuple[str, str],
    fold: int,
) -> None:
    fields = {
        "timezone": timezone,
        "meetings-0-day": day,
        "meetings-0-start": start,
        "meetings-0-end": end,
    }

    asked = staff.fill(NEW, {**LEAST, **DRAFT, **fields})
    values = values_of(Page(asked.text).form())
    told = staff.post(NEW, data={**values, **PUBLISH, "meetings-0-start_fold": str(fold)})

    assert asked.status_code == 422
    assert f"show {start} twice. Choose the first or the second." in asked.text
    assert "meetings-0-start_fold" not in values
    assert "meetings-0-end_fold" not in asked.text
    assert told.status_code == 303
    [meeting] = _meetings()
    assert (f"{meeting.starts_at:%H:%M}", meeting.start_fold) == (instants[fold], fold)
    assert meeting.timezone == timezone
    _all_agree(staff, meeting, instants[fold])


def _all_agree(staff: IsolatedClient, meeting: Meeting, utc: str) -> None:
    """Roster, public page, calendar file and edit form show the stored instant."""
    offset = meeting.starts_at.astimezone(ZoneInfo(meeting.timezone)).isoformat()[-6:]
    shown = f"{meeting.wall_start:%Y-%m-%dT%H:%M}{offset}"
    number = meeting.training_session_id
    roster = staff.get(f"/staff/sessions/{number}").text
    public = staff.get(f"/sessions/{number}", follow_redirects=True).text
    calendar = staff.get(f"/calendar/sessions/{number}.ics").text
    edit = values_of(staff.page(f"/staff/sessions/{number}/edit").form())

    assert f'datetime="{shown}"' in roster
    assert f'datetime="{shown}"' in public
    assert f"DTSTART:{meeting.starts_at:%Y%m%d}T{utc.replace(':', '')}00Z" in calendar
    assert edit["meetings-0-start_fold"] == [str(meeting.start_fold)]


def test_time_03_over_the_change_the_wall_says_three_hours_and_it_is_four(
    staff: IsolatedClient,
) -> None:
    response = _send(
        staff,
        meetings__0__day="2026-10-25",
        meetings__0__start="01:00",
        meetings__0__end="04:00",
    )

    [meeting] = _meetings()
    assert response.status_code == 303
    assert (meeting.ends_at - meeting.starts_at).total_seconds() == 4 * 3600


def test_a_doubled_hour_may_begin_and_end_a_meeting(staff: IsolatedClient) -> None:
    fields = {
        "meetings-0-day": "2026-10-25",
        "meetings-0-start": "02:30",
        "meetings-0-end": "02:15",
    }

    asked = staff.fill(NEW, {**LEAST, **fields})
    values = values_of(Page(asked.text).form())
    folds = {"meetings-0-start_fold": "0", "meetings-0-end_fold": "1"}
    told = staff.post(NEW, data={**values, **folds})

    [meeting] = _meetings()
    assert told.status_code == 303
    assert (meeting.ends_at - meeting.starts_at).total_seconds() == 45 * 60


def test_a_fold_that_was_chosen_stays_when_something_else_is_wrong(staff: IsolatedClient) -> None:
    fields = {"meetings-0-day": "2026-10-25", "meetings-0-start": "02:30", "title": ""}

    response = staff.post(
        NEW,
        data={
            **values_of(staff.page(NEW).form()),
            **LEAST,
            **fields,
            "meetings-0-start_fold": "1",
        },
    )

    assert response.status_code == 422
    assert values_of(Page(response.text).form())["meetings-0-start_fold"] == ["1"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Europe/Berln", "The nearest are: Europe/Berlin"),
        ("UTC+2", "There is no time zone of this name."),
        ("<script>", "There is no time zone of this name."),
        ("../../etc/passwd", "There is no time zone of this name."),
        ("x" * 5000, "Field cannot be longer than 64 characters."),
    ],
)
def test_time_07_an_unknown_zone_is_refused_with_the_nearest_names(
    staff: IsolatedClient, typed: str, said: str
) -> None:
    response = _send(staff, timezone=typed)

    error = Page(response.text).root.find(".//p[@id='timezone-error']")
    assert response.status_code == 422
    assert error is not None
    assert said in "".join(error.itertext())
    assert "<script>" not in response.text
    assert _nothing_stored()


def test_time_07_an_alias_is_accepted(staff: IsolatedClient) -> None:
    response = _send(staff, timezone="Asia/Calcutta")

    assert response.status_code == 303
    assert _meetings()[0].starts_at == datetime(2027, 5, 12, 8, 30, tzinfo=UTC)


def test_seat_17_capacity_is_a_number_in_plain_digits(staff: IsolatedClient) -> None:
    answers = {
        typed: _send(staff, capacity=typed).status_code
        for typed in [
            "-1",
            str(2**31),
            "",
            "1e3",
            "\uff11\uff10",
            "1_000",
            "0x1",
            "+7",
            "5" * 5000,
            "²",
        ]
    }

    assert answers == dict.fromkeys(answers, 422)
    assert _nothing_stored()


def test_seat_17_a_session_may_have_no_seat(staff: IsolatedClient) -> None:
    response = _send(staff, capacity="0", waitlist_capacity="0")

    assert response.status_code == 303
    assert (_session().capacity, _session().waitlist_capacity) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "target", "said"),
    [
        pytest.param({"title": "  "}, "title", "Give it a title.", id="no title"),
        pytest.param(
            {"title": "a" * 201}, "title", "Field cannot be longer than 200", id="long title"
        ),
        pytest.param(
            {"description": "a" * 20_001}, "description", "longer than 20000", id="long text"
        ),
        pytest.param({"meetings-0-day": ""}, "meetings-0-day", "Choose a day.", id="no day"),
        pytest.param(
            {"meetings-0-day": "2027-02-30"}, "meetings-0-day", "Type a day", id="30 February"
        ),
        pytest.param({"meetings-0-day": "0001-01-01"}, "meetings-0-day", "Type a day", id="year 1"),
        pytest.param(
            {"meetings-0-day": "\uff19\uff19\uff19\uff19-12-31"},
            "meetings-0-day",
            "Type a day",
            id="other digits",
        ),
        pytest.param(
            {"meetings-0-start": "25:00"}, "meetings-0-start", "Type a time", id="25 o'clock"
        ),
        pytest.param(
            {"meetings-0-end": "14:00"}, "meetings-0-end", "The end must be after", id="no length"
        ),
        pytest.param(
            {"meetings-0-room": "Room 2"}, "meetings-0-venue", "In which place", id="room alone"
        ),
        pytest.param(
            {"meetings-0-join_url": "javascript:alert(1)"},
            "meetings-0-join_url",
            "Type a link that begins with https://",
            id="javascript",
        ),
        pytest.param(
            {"meetings-0-join_url": "http://[::1"},
            "meetings-0-join_url",
            "Type a link that begins with https://",
            id="broken link",
        ),
        pytest.param(
            {"registration_opens": "2027-05-02T10:00", "registration_closes": "2027-05-01T10:00"},
            "registration_closes",
            "Registration must close after it opens.",
            id="closes before it opens",
        ),
        pytest.param(
            {"registration_opens": "2026-03-29T02:30"},
            "registration_opens",
            "go forward over 02:30",
            id="opens in the gap",
        ),
        pytest.param(
            {"registration_opens": "2032-06-01T00:00"},
            "registration_opens",
            "Registration must open before the last meeting is over.",
            id="opens afterwards",
        ),
        pytest.param(
            {"title": "\u200b\u200d"}, "title", "Give it a title.", id="nothing that shows"
        ),
        pytest.param(
            {"other_trainer_name": "Tom"},
            "other_trainer_email",
            "needs a name and an e-mail address",
            id="trainer without address",
        ),
        pytest.param({"trainer_ids": ["999"]}, "trainer_ids", "", id="unknown trainer"),
        pytest.param({"course_id": "999"}, "course_id", "", id="unknown course"),
        pytest.param({"language": "xx-YY"}, "language", "", id="unknown language"),
        pytest.param({"audience": "everyone"}, "audience", "", id="unknown audience"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(
    staff: IsolatedClient, fields: dict[str, Any], target: str, said: str
) -> None:
    response = staff.fill(NEW, {**LEAST, **fields})

    error = Page(response.text).root.find(f".//p[@id='{target}-error']")
    assert response.status_code == 422
    assert error is not None
    assert said in "".join(error.itertext())
    assert f'href="#{target}' in response.text
    assert _nothing_stored()


TEXT_FIELDS = (
    "title",
    "description",
    "timezone",
    "meetings-0-day",
    "meetings-0-start",
    "meetings-0-venue",
    "meetings-0-room",
    "meetings-0-join_url",
    "capacity",
    "waitlist_capacity",
    "registration_opens",
    "other_trainer_name",
    "other_trainer_email",
    "course_id",
    "trainer_ids",
)


@pytest.mark.parametrize("broken", ["a\x00b", "a\x1bb", "a\x85b", "a\u2028b"])
def test_inp_01_02_what_cannot_be_stored_is_refused_in_every_field(
    staff: IsolatedClient, broken: str
) -> None:
    page = {**values_of(staff.page(NEW).form()), **LEAST}

    answers = {}
    for name in TEXT_FIELDS:
        values = {**page, name: broken}
        body = "&".join(
            f"{quote(key)}={quote(text.encode('utf-8', 'surrogatepass'))}"
            for key, value in values.items()
            for text in ([value] if isinstance(value, str) else value)
        )
        response = staff.post(NEW, data=body, content_type="application/x-www-form-urlencoded")
        answers[name] = response.status_code

    assert answers == dict.fromkeys(TEXT_FIELDS, 422)
    assert _nothing_stored()


def test_inp_02_half_a_character_is_refused(staff: IsolatedClient) -> None:
    page = values_of(staff.page(NEW).form())
    token = f"csrf_token={quote(page['csrf_token'][0])}"

    bodies = [f"{token}&title=a%ED%A0%80b", f"{token}&title=%FF"]
    answers = [
        staff.post(NEW, data=body, content_type="application/x-www-form-urlencoded").status_code
        for body in bodies
    ]
    asked = staff.get("/staff/schedule/?q=%FF").status_code

    assert [*answers, asked] == [400, 400, 400]
    assert _nothing_stored()


def test_inp_03_05_row_numbers_and_sizes_break_nothing(staff: IsolatedClient) -> None:
    page = {**values_of(staff.page(NEW).form()), **LEAST}

    odd_rows = staff.post(
        NEW,
        data={**page, "meetings-²-day": "x", f"meetings-{'9' * 5000}-day": "x", "title": ""},
    )
    too_many = staff.post(
        NEW,
        data={**page, **{f"meetings-{n}-day": "2027-05-12" for n in range(60)}},
    )
    megabytes = staff.post(NEW, data={**page, "description": "a" * 10_000_000})

    assert odd_rows.status_code == 422
    assert too_many.status_code == 422
    assert "A session has at most 53 meetings." in too_many.text
    assert megabytes.status_code == 413
    assert _nothing_stored()


def test_authz_11_fields_that_the_form_does_not_have_are_not_taken(staff: IsolatedClient) -> None:
    _send(
        staff,
        status="published",
        confirmed_count="7",
        overbooked_by="7",
        next_ticket="99",
        uid="x",
        meetings__0__meeting_id="",
    )

    stored = _session()
    assert stored.status is SessionStatus.DRAFT
    assert (stored.confirmed_count, stored.overbooked_by, stored.next_ticket) == (0, 0, 1)


def test_rows_are_added_and_removed_without_script_and_keep_what_was_typed(
    staff: IsolatedClient,
) -> None:
    more = staff.fill(NEW, {**LEAST, "add": "1"})
    values = values_of(Page(more.text).form())
    values["meetings-1-day"] = ["2027-05-19"]
    fewer = staff.post(NEW, data={**values, "remove": "0"})
    left = values_of(Page(fewer.text).form())

    assert (more.status_code, fewer.status_code) == (200, 200)
    assert values["meetings-0-day"] == ["2027-05-12"]
    assert 'class="field__error"' not in more.text
    assert left["meetings-0-day"] == ["2027-05-19"]
    assert "meetings-1-day" not in left
    assert left["title"] == ["Safer livestreams"]
    assert _nothing_stored()


def test_the_only_row_cannot_be_removed(staff: IsolatedClient) -> None:
    response = staff.fill(NEW, {**LEAST, "remove": "0"})

    assert values_of(Page(response.text).form())["meetings-0-day"] == ["2027-05-12"]


def test_a_new_form_starts_from_the_manner_of_the_last_session(
    staff: IsolatedClient, make: Make
) -> None:
    make.training_session(timezone="Asia/Tokyo", language="ja")

    values = values_of(staff.page(NEW).form())

    assert (values["timezone"], values["language"]) == (["Asia/Tokyo"], ["ja"])
    assert (values["delivery"], values["audience"]) == (["online"], ["public"])


def test_another_session_like_one_starts_a_week_later(staff: IsolatedClient, make: Make) -> None:
    pattern = make.training_session(title="Basics", capacity=7, starts_at=NOW + DAY)
    day = pattern.starts_at.astimezone(UTC) + 7 * DAY

    values = values_of(staff.page(f"/staff/sessions/{pattern.id}/duplicate").form())

    assert (values["title"], values["capacity"]) == (["Basics"], ["7"])
    assert values["meetings-0-meeting_id"] == [""]
    assert (
        abs((datetime.fromisoformat(values["meetings-0-day"][0]) - day.replace(tzinfo=None)).days)
        <= 1
    )


def test_without_a_token_nothing_is_stored(staff: IsolatedClient) -> None:
    response = staff.post(NEW, data=LEAST)

    assert response.status_code == 400
    assert _nothing_stored()


def test_strangers_sign_in_first_and_trainers_may_not(client: IsolatedClient, make: Make) -> None:
    stranger = client.get(NEW)
    client.sign_in(make.trainer())
    trainer = client.get(NEW)

    assert stranger.headers["Location"] == "/account/sign-in?next=/staff/sessions/new"
    assert (stranger.status_code, trainer.status_code) == (303, 403)


def test_admins_may(client: IsolatedClient, make: Make) -> None:
    client.sign_in(make.admin(email="mina@example.org"))

    assert _send(client).status_code == 303
