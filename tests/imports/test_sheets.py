"""What the rows of a CSV file mean, and everything that is said of those that mean nothing."""

from datetime import datetime

import pytest

from tests.imports.events import DATA
from training.imports.columns import COLUMNS
from training.imports.errors import UnreadableFileError
from training.imports.sheets import read_sheet
from training.imports.values import (
    Kind,
    MembershipDraft,
    OrganizationDraft,
    PersonDraft,
    RegistrationDraft,
    SessionDraft,
    Sheet,
)
from training.organizations.values import MembershipRole, OrganizationPlan, OrganizationStatus
from training.sessions.values import (
    Audience,
    Delivery,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

NEEDED = "key,title,timezone,start,end"


def read(kind: Kind, *lines: str) -> Sheet:
    return read_sheet(kind, "\n".join(lines).encode(), locale="en")


def problems(sheet: Sheet) -> list[tuple[int, str, str]]:
    """Return row, column and sentence of everything that is wrong."""
    return [
        (problem.row, problem.column, str(problem.error))
        for row in sheet.refused
        for problem in row.problems
    ]


def refusal(kind: Kind, header: str) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(kind, header, "x," * header.count(",") + "x")
    return str(caught.value)


def session_of(sheet: Sheet) -> SessionDraft:
    assert problems(sheet) == []
    [draft] = sheet.drafts
    assert isinstance(draft, SessionDraft)
    return draft


@pytest.mark.parametrize(
    ("kind", "header", "told"),
    [
        (Kind.SESSIONS, "key,title,start", "Columns that are missing: “timezone”, “end”."),
        (
            Kind.PEOPLE,
            "name,Email,EMAIL,name,role",
            "Columns that stand there more than once: “name”, “email”.",
        ),
        (
            Kind.ORGANIZATIONS,
            "name,domain,shoe size",
            (
                "Unknown columns: “domain”, “shoe size”. Are these meant: domains? "
                "All that can be read: name, slug, domains, country, timezone, status."
            ),
        ),
        (
            Kind.REGISTRATIONS,
            "session,name,xyz",
            "Unknown columns: “xyz”. All that can be read: session, name, email, organization.",
        ),
    ],
    ids=["missing", "double", "misspelt", "unknown"],
)
def test_file_05_columns_that_are_wrong_are_named(kind: Kind, header: str, told: str) -> None:
    assert refusal(kind, header) == told


@pytest.mark.parametrize("kind", Kind)
def test_every_column_is_documented(kind: Kind) -> None:
    text = (DATA.parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    [section] = [part for part in text.split("\n## ") if part.lower().startswith(f"{kind}\n")]

    first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    documented = [name.strip(" `") for cell in first_cells for name in cell.split(",")]
    ours = [column.name for column in COLUMNS[kind]]
    assert [name for name in documented if name.islower()] == ours


def test_a_session_of_two_meetings_has_two_rows_with_its_key() -> None:
    sheet = read(
        Kind.SESSIONS,
        f"{NEEDED},description,language,course,campaign,delivery,audience,venue,room,join_url,"
        "capacity,waitlist,trainers,status",
        's-1,Safer,Africa/Nairobi,2027-05-12 14:00,20270512T153000,"Two\r\nlines",PT_br,intro,'
        "spring,Hybrid,partners,Town hall,4,https://meet.example.org/1,40,0,"
        "a@example.org; b@example.org,published",
        "s-1,,,2027-05-13T14:00:00,2027-05-13 15:30,,,,,,,Annex,,,40",
    )

    draft = session_of(sheet)
    assert (draft.row, draft.rows, draft.name, draft.cleaned) == (2, (2, 3), "Safer", ())
    assert (draft.source, draft.key, draft.status) == ("csv", "s-1", SessionStatus.PUBLISHED)
    assert (draft.course, draft.campaign) == ("intro", "spring")
    assert draft.trainers == ("a@example.org", "b@example.org")
    assert draft.seats == SeatPlan(capacity=40, waitlist_capacity=0)
    assert draft.plan == SessionPlan(
        title="Safer",
        description="Two\nlines",
        language="pt-BR",
        delivery=Delivery.HYBRID,
        audience=Audience.PARTNERS,
        timezone="Africa/Nairobi",
        meetings=(
            MeetingPlan(
                wall_start=datetime(2027, 5, 12, 14),
                wall_end=datetime(2027, 5, 12, 15, 30),
                timezone="Africa/Nairobi",
                venue="Town hall",
                room="4",
                join_url="https://meet.example.org/1",
            ),
            MeetingPlan(
                wall_start=datetime(2027, 5, 13, 14),
                wall_end=datetime(2027, 5, 13, 15, 30),
                timezone="Africa/Nairobi",
                venue="Annex",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("cells", "delivery"),
    [(",", "online"), ("Hall,", "in_person"), ("Hall,https://x.example.org", "hybrid")],
)
def test_how_people_take_part_is_seen_where_it_is_not_said(cells: str, delivery: str) -> None:
    sheet = read(
        Kind.SESSIONS,
        f"{NEEDED},venue,join_url",
        f"1,A,Africa/Nairobi,2027-05-12 14:00,2027-05-12 15:00,{cells}",
    )

    draft = session_of(sheet)
    assert draft.plan.delivery == delivery
    assert (draft.plan.audience, draft.plan.language) == (Audience.PUBLIC, "en")
    assert (draft.seats, draft.status) == (SeatPlan(capacity=None), SessionStatus.DRAFT)
    assert "delivery" not in draft.says


@pytest.mark.parametrize(("offset", "fold"), [("+02:00", 0), ("+0100", 1)])
def test_a_time_that_the_clocks_show_twice_is_told_apart_by_its_offset(
    offset: str, fold: int
) -> None:
    sheet = read(
        Kind.SESSIONS,
        NEEDED,
        f"1,A,Europe/Paris,2027-10-31 02:30{offset},2027-10-31 05:00+01:00",
    )

    [meeting] = session_of(sheet).plan.meetings
    assert (meeting.start_fold, meeting.end_fold) == (fold, None)


def test_every_cell_that_is_wrong_is_named_with_its_row() -> None:
    sheet = read(
        Kind.SESSIONS,
        f"{NEEDED},language,delivery,venue,room,join_url,capacity,trainers,status",
        "1,,Melbourne,12.5.2027,2027-02-30 10:00,klingon,by post,"
        ",4,javascript:x,many,ada,cancelled",
        "2,B,Europe/Paris,2027-03-28 02:30,2027-10-31 02:30",
        "3,C,Europe/Paris,2027-05-12 14:00+05:00,2027-05-12 13:00",
        "4,D,Africa/Nairobi,2027-05-12 14:00,2027-05-12 14:00",
        "5,E,Africa/Nairobi,2027-05-12 14:00,2027-05-12 15:00",
        "5,F,Africa/Nairobi,2027-05-13 14:00,2027-05-13 15:00",
        ",G,Africa/Nairobi,2027-05-13 14:00,2027-05-13 15:00",
        f"{'k' * 129},{'t' * 201},Africa/Nairobi,2027-05-13 14:00,2027-05-13 15:00",
        "8,H,Africa/Nairobi,2027-05-13 14:00,2027-05-13 15:00",
    )

    no_time = (
        "“%s” is no time that can be read. Write year, month, day and the time, "
        "such as 2027-05-12 14:00 or 20270512T140000."
    )
    assert [draft.name for draft in sheet.drafts] == ["H"]
    assert sorted(problems(sheet)) == sorted(
        [
            (2, "title", "This is missing."),
            (
                2,
                "timezone",
                "There is no time zone “Melbourne”. The nearest are: Australia/Melbourne.",
            ),
            (2, "start", no_time % "12.5.2027"),
            (2, "end", no_time % "2027-02-30 10:00"),
            (2, "language", "“klingon” is no code of a language, such as en or pt-BR."),
            (2, "delivery", "“by post” is none of these: in_person, online, hybrid."),
            (2, "room", "A room needs its venue."),
            (2, "join_url", "This is no link that begins with https:// or http://."),
            (2, "capacity", "“many” is no whole number from 1 to 100000."),
            (2, "trainers", "“ada” is not an e-mail address."),
            (2, "status", "A file cannot cancel a session: cancel it on its page."),
            (
                3,
                "start",
                (
                    "On 2027-03-28 the clocks in Europe/Paris go forward over 02:30. "
                    "The nearest times are 01:30 and 03:30."
                ),
            ),
            (
                3,
                "end",
                (
                    "On 2027-10-31 the clocks in Europe/Paris show 02:30 twice. Say which is meant "
                    "by its offset, such as 2027-10-31 02:30+01:00."
                ),
            ),
            (
                4,
                "start",
                (
                    "The clocks in Europe/Paris are not that far from UTC at this time. "
                    "Leave the offset out."
                ),
            ),
            (5, "end", "The end must be after the start."),
            (
                7,
                "title",
                (
                    "Row 6 of the same session says something else. Leave this empty in further "
                    "rows, or repeat what stands there."
                ),
            ),
            (8, "key", "This is missing."),
            (9, "key", "This has 129 characters; at most 128 can be kept."),
            (9, "title", "This has 201 characters; at most 200 can be kept."),
        ]
    )


def test_a_calendar_kept_by_hand_is_read_as_it_is() -> None:
    sheet = read_sheet(Kind.SESSIONS, (DATA / "events_nci.csv").read_bytes(), locale="en")

    assert problems(sheet) == [
        (
            3,
            "Timezone",
            "There is no time zone “Melbourne”. The nearest are: Australia/Melbourne.",
        )
    ]
    drafts = {draft.row: draft for draft in sheet.drafts if isinstance(draft, SessionDraft)}
    assert sorted(drafts) == [2, *range(4, 16)]
    assert "Organizer" in sheet.unused
    assert len({draft.key for draft in drafts.values()}) == 13
    online, in_room = drafts[2], drafts[4]
    assert online.plan == SessionPlan(
        title="Data Manipulation and Visualisation in Python",
        description=(
            "Live coding workshop introducing data manipulation and visualisation using Python\n\n"
            "https://opus.nci.org.au/display/Help/Data+Manipulation+and+Visualisation+in+Python"
        ),
        language="en",
        delivery=Delivery.ONLINE,
        audience=Audience.INVITED,
        timezone="Australia/Sydney",
        meetings=(
            MeetingPlan(
                wall_start=datetime(2022, 2, 22, 13, 30),
                wall_end=datetime(2022, 2, 23, 12, 30),
                timezone="Australia/Sydney",
            ),
        ),
    )
    assert (online.source, online.status) == ("calendar", SessionStatus.DRAFT)
    [meeting] = in_room.plan.meetings
    assert (in_room.plan.delivery, in_room.seats) == (Delivery.IN_PERSON, SeatPlan(capacity=25))
    assert meeting.venue == "NCI, ANU, Ward Road, Acton"
    assert meeting.wall_start == datetime(2022, 3, 3, 14)


def test_what_is_wrong_in_such_a_calendar_is_said_of_its_own_columns() -> None:
    sheet = read(
        Kind.SESSIONS,
        "Title,URL,Start,End,Timezone,Online,Contact",
        "A,https://a.example.org,20270512T140000,20270512T150000,Africa/Nairobi,maybe,x",
        "B,https://b.example.org,20270512T140000,20270512T150000,Africa/Nairobi, True,x",
        "C,https://b.example.org,20270512T140000,20270512T150000,Africa/Nairobi,false,x",
        "D,,20270512T140000,20270512T150000,Africa/Nairobi,false,x",
    )

    assert sheet.drafts == ()
    assert problems(sheet) == [
        (2, "Online", "“maybe” is none of these: in_person, online, hybrid."),
        (4, "URL", "This stands in row 3 already."),
        (5, "URL", "This is missing."),
    ]


def test_organizations_are_read() -> None:
    sheet = read(
        Kind.ORGANIZATIONS,
        "Name;slug;domains;country;timezone;status",
        " Crisis Line ;crisis-line;@Crisis.example.org line.example.org;ke;"
        "Africa/Nairobi;Suspended",
        "Ali\u2028ance;;;;;",
        ";Bad Slug;gmail.com;Kenya;Nowhere/Town;open",
        "CRISIS LINE;crisis-line;;;;",
        "Nowhere;;;ZZ;;",
    )

    assert sheet.drafts[0] == OrganizationDraft(
        row=2,
        rows=(2,),
        name="Crisis Line",
        detail="crisis.example.org, line.example.org",
        says=frozenset({"name", "slug", "domains", "country", "timezone", "status"}),
        plan=OrganizationPlan(
            name="Crisis Line",
            slug="crisis-line",
            domains=("crisis.example.org", "line.example.org"),
            country="KE",
            timezone="Africa/Nairobi",
            status=OrganizationStatus.SUSPENDED,
        ),
    )
    assert (sheet.drafts[1].name, sheet.drafts[1].cleaned) == ("Ali ance", ("name",))
    assert problems(sheet) == [
        (
            4,
            "timezone",
            "There is no time zone “Nowhere/Town”. Name a place, such as Africa/Nairobi.",
        ),
        (4, "name", "This is missing."),
        (4, "slug", "“Bad Slug” is no short name: use a-z, 0-9 and hyphens."),
        (
            4,
            "domains",
            "Anybody can have an address at gmail.com, so it is nobody's own.",
        ),
        (4, "country", "“Kenya” is no code of a country: two letters, such as KE."),
        (4, "status", "“open” is none of these: active, suspended, closed."),
        (5, "name", "This stands in row 2 already."),
        (5, "slug", "This stands in row 2 already."),
        (6, "country", "“ZZ” is no code of a country: two letters, such as KE."),
    ]


def test_people_are_read_with_all_their_organizations() -> None:
    sheet = read(
        Kind.PEOPLE,
        "name,email,organization,role,timezone,locale",
        "Ada,Ada@Example.org,aid,representative,Africa/Nairobi,fr",
        "Bo,,aid,,,",
        "Ada,ada@EXAMPLE.org,Care,,,",
        "Cy,,,,,",
        "Di,di@example.org,aid,,,",
        "Dj,di@example.org,aid,,,",
        "Ed,ed@example,aid,boss,,",
    )

    ada, bo = sheet.drafts
    assert isinstance(ada, PersonDraft)
    assert isinstance(bo, PersonDraft)
    assert (ada.rows, ada.email, ada.locale, ada.timezone) == (
        (2, 4),
        "Ada@Example.org",
        "fr",
        "Africa/Nairobi",
    )
    assert ada.memberships == (
        MembershipDraft(
            row=2, organization="aid", role=MembershipRole.REPRESENTATIVE, says_role=True
        ),
        MembershipDraft(row=4, organization="Care", role=MembershipRole.MEMBER, says_role=False),
    )
    assert (bo.email, bo.locale) == (None, "en")
    assert problems(sheet) == [
        (5, "", "Give an e-mail address, or the organization of this person."),
        (7, "organization", "This stands in row 6 already."),
        (7, "name", "Row 6 says something else of the same person."),
        (8, "email", "“ed@example” is not an e-mail address."),
        (8, "role", "“boss” is none of these: member, representative."),
    ]


def test_registrations_are_read() -> None:
    sheet = read(
        Kind.REGISTRATIONS,
        "session\tname\temail\torganization",
        "s-1\tAda\tada@example.org\t",
        "s-1\tBo\t\taid",
        "s-2\tAda\tada@example.org\t",
        "s-1\tAdele\tADA@example.org\t",
        "s-1\tBÖ\t\taid",
        "\tCy\tcy@example.org\t",
        "s-1\tDi\t\t",
        "s-1\tEd\ted@example.org\t\tmore",
    )

    assert [
        (draft.session, draft.name, draft.email, draft.organization)
        for draft in sheet.drafts
        if isinstance(draft, RegistrationDraft)
    ] == [
        ("s-1", "Ada", "ada@example.org", ""),
        ("s-1", "Bo", None, "aid"),
        ("s-2", "Ada", "ada@example.org", ""),
    ]
    assert problems(sheet) == [
        (5, "email", "This stands in row 2 already."),
        (6, "name", "This stands in row 3 already."),
        (7, "session", "This is missing."),
        (8, "", "Give an e-mail address, or the organization of this person."),
        (9, "", "Something stands in column 5, which has no name."),
    ]
