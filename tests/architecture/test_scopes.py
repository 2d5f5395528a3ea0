"""Ids of others, fields that are not for everybody, records that are for nobody (any more).

Generated over the map of routes: one that takes a POST has to say here what it is sent.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.architecture.matrix import MATRIX
from tests.architecture.world import (
    MARKERS,
    World,
    make_world,
    rows_of_everything,
    rules_of,
)
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import NOW
from training.accounts.models import Account
from training.audit.models import AuditEntry
from training.calendars.service import feeds_of, make_feed
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.organizations.models import Membership, Organization
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import Claim
from training.sessions import service as sessions
from training.sessions.models import Assignment, TrainingSession
from training.sessions.values import Promotion, SeatPlan, SeatRules, SessionStatus
from training.submissions.service import new_key

#: Parts of a path that are nobody's: whoever has a link may use it, and words are free to all.
FREE = {
    "course_slug",
    "ending",
    "feed_token",
    "import_kind",
    "invitation_link",
    "key",
    "link",
    "reset_link",
    "slug",
}
#: A session that is listed is everybody's, representatives' too: only the people in it are not.
OF_EVERYBODY = {
    ("representatives.cancel", "training_session_id"),
    ("representatives.name_seats", "training_session_id"),
    ("representatives.register", "training_session_id"),
    ("representatives.reserve", "training_session_id"),
}
OTHERS = ("Other Person", "other.person@example.org")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a form sends that is right for whoever owns the ids in it."""

    role: str
    fields: Callable[[Mapping[str, Any]], dict[str, Any]] = field(default=lambda _ids: {})
    #: Whether ids stand in the fields as well.
    names_ids: bool = False
    is_json: bool = False
    #: A part of the path → which of the ids stands there, where that is not the one of its name.
    ids_in_path: Mapping[str, str] = field(default_factory=dict)
    #: What others' ids in the fields are answered.
    refused: int = 422


#: Endpoint → what is sent, in an order in which one after the other can be done.
SENT = {
    "accounts.end_sign_in": Sent(role="trainer"),
    "attendance.export_attendance": Sent(role="trainer"),
    "attendance.sheet": Sent(
        role="trainer",
        fields=lambda ids: {"key": "k" * 22, f"mark-{ids['registration_id']}": "late"},
        names_ids=True,
        refused=303,  # each mark is taken or refused on its own; the page then says which was not
    ),
    "attendance.marks": Sent(
        role="trainer",
        fields=lambda ids: {
            "marks": [
                {"registration": ids["registration_id"], "status": "present", "nonce": "n" * 22}
            ]
        },
        names_ids=True,
        is_json=True,
        refused=409,  # as who waits or cancelled: a phone with an old list hears no more than that
    ),
    "attendance.walk_in": Sent(
        role="trainer",
        fields=lambda ids: {
            "waiting_id": ids["waiting_id"],
            "overbook": "y",
            "reason": "A chair",
            "key": new_key(),
        },
        names_ids=True,
    ),
    "calendars.revoke": Sent(role="trainer"),
    "calendars.rotate": Sent(role="trainer", ids_in_path={"feed_id": "another_feed_id"}),
    "calendars.make_feed": Sent(
        role="rival",
        fields=lambda ids: {
            "what": f"organization-{ids['their_organization_id']}",
            "name": "Phone",
            "key": new_key(),
        },
        names_ids=True,
    ),
    "representatives.add_person": Sent(
        role="representative", fields=lambda _ids: {"name": "New", "email": "new@example.org"}
    ),
    "representatives.edit_person": Sent(
        role="representative", fields=lambda ids: {"name": "Renamed", "shown": ids["name"]}
    ),
    "representatives.export": Sent(role="representative"),
    "representatives.register": Sent(
        role="representative",
        fields=lambda ids: {
            "members": ids["members"][0],
            "fit": "y",
            "consent": "y",
            "people-0-name": "",
            "key": new_key(),
        },
        names_ids=True,
    ),
    "representatives.reserve": Sent(
        role="representative",
        fields=lambda _ids: {"number": "1", "key": new_key()},
        ids_in_path={"training_session_id": "reserved_in_id"},
    ),
    "representatives.name_seats": Sent(
        role="representative",
        fields=lambda ids: {
            "seats-0-registration": ids["reserved_id"],
            "seats-0-name": "Somebody New",
            "consent": "y",
        },
        names_ids=True,
        ids_in_path={"training_session_id": "reserved_in_id"},
        refused=404,
    ),
    "representatives.settle_claims": Sent(
        role="rival", fields=lambda ids: {"confirm": ids["waiting_id"]}, names_ids=True
    ),
    "representatives.cancel": Sent(
        role="representative",
        fields=lambda ids: {"registration": ids["leaving_id"]},
        names_ids=True,
        refused=404,
    ),
    "representatives.swap": Sent(
        role="representative",
        fields=lambda ids: {"member": ids["members"][1], "consent": "y"},
        names_ids=True,
    ),
    "representatives.accept": Sent(
        role="representative", ids_in_path={"registration_id": "offered_id"}
    ),
    "representatives.decline": Sent(
        role="representative", ids_in_path={"registration_id": "also_offered_id"}
    ),
    "representatives.make_code": Sent(
        role="representative",
        fields=lambda _ids: {"name": "Newsletter", "what": "all", "key": new_key()},
    ),
    "representatives.revoke_code": Sent(role="representative"),
    "representatives.end_membership": Sent(role="representative"),
    "sessions.remove_own_unavailability": Sent(role="trainer"),
}
#: Name nobody's ids: what they change is whoever is signed in, or whoever has the link.
OWN_ONLY = {
    "accounts.end_others",
    "accounts.forgot",
    "accounts.password",
    "accounts.profile",
    "accounts.reset",
    "accounts.sign_in",
    "accounts.sign_out",
    "registrations.accept",
    "registrations.cancel",
    "registrations.correct_answers",
    "registrations.correct_name",
    "registrations.decline",
    "registrations.make_feed",
    "registrations.register",
    "sessions.own_profile",
    "sessions.own_unavailability",
}


@dataclass(frozen=True, kw_only=True)
class Side:
    """A world, and what its people send."""

    world: World
    ids: dict[str, Any]

    def in_paths_of(self, role: str, sent: Sent | None = None) -> dict[str, Any]:
        """Return the ids that stand in the addresses of somebody's own pages."""
        slug = self.ids["their_organization_slug" if role == "rival" else "organization_slug"]
        others = {part: self.ids[name] for part, name in (sent.ids_in_path if sent else {}).items()}
        return {**self.ids, "organization_slug": slug, **others}


def make_side(app: Flask, make: Make, markers: tuple[str, ...]) -> Side:
    """Make a world whose organization has two people to register and one to cancel."""
    world = make_world(app, make, markers)
    ours = db.session.get_one(Organization, world.values["organization_id"])
    session = db.session.get_one(TrainingSession, world.values["training_session_id"])
    staying = [make.member(ours).person_id for _ in range(2)]
    leaving = make.registration(session, organization_id=ours.id, claim=Claim.STAFF)
    first, second = make_offers(make, ours)
    reserved = make.reserved(make.training_session(), ours)[0]
    extra = {
        "members": staying,
        "leaving_id": leaving.id,
        "name": markers[0],
        "offered_id": first,
        "also_offered_id": second,
        "another_feed_id": make_another_feed(world),
        "reserved_id": reserved.id,
        "reserved_in_id": reserved.training_session_id,
    }
    return Side(world=world, ids={**world.values, **extra})


def make_another_feed(world: World) -> int:
    """Make one more address for the trainer: each can be closed once."""
    owner_id = db.session.get_one(Account, world.accounts["trainer"]).person_id
    with transaction():
        make_feed(FeedKind.TRAINER, owner_id=owner_id, name="Laptop", now=NOW)
    ids = {feed.id for feed in feeds_of(owner_id)} - {world.values["feed_id"]}
    return ids.pop()


def make_offers(make: Make, organization: Organization) -> list[int]:
    """Keep two seats of a session for two people of an organization, until they answer."""
    session_id = make.training_session(capacity=0).id
    rules = SeatRules(promotion=Promotion.OFFER)
    with transaction():
        seats.change_rules(session_id, rules, expected=None, actor_id=None, now=NOW)
    offered = [
        make.registration(
            db.session.get_one(TrainingSession, session_id),
            organization_id=organization.id,
            claim=Claim.STAFF,
        ).id
        for _ in range(2)
    ]
    with transaction():
        plan = SeatPlan(capacity=2)
        seats.change_capacity(session_id, plan, keep=False, actor_id=None, now=NOW)
    return offered


def post_rules(app: Flask) -> dict[str, Rule]:
    return {rule.endpoint: rule for rule in rules_of(app) if "POST" in (rule.methods or set())}


def url_of(app: Flask, rule: Rule, ids: Mapping[str, Any]) -> str:
    with app.test_request_context():
        values = {name: ids[name] for name in rule.arguments}
        return str(app.url_map.bind("").build(rule.endpoint, values))


def post(client: IsolatedClient, url: str, sent: Sent, fields: dict[str, Any]) -> TestResponse:
    return client.post(url, json=fields) if sent.is_json else client.post(url, data=fields)


def subsets(names: list[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, n) for n in range(1, len(names) + 1))


def test_every_post_of_trainers_and_representatives_is_tried(app_without_database: Flask) -> None:
    opened = {
        endpoint
        for endpoint in post_rules(app_without_database)
        if "open" in {MATRIX[endpoint][role] for role in ("trainer", "representative")}
    }

    assert opened == SENT.keys() | OWN_ONLY


def test_authz_04_ids_of_others_in_paths_and_fields_change_nothing(app: Flask, make: Make) -> None:
    """AUTHZ-04: each id alone and all together; the same with one's own changes something."""
    app.config["WTF_CSRF_ENABLED"] = False
    mine, other = make_side(app, make, MARKERS), make_side(app, make, OTHERS)
    clients = {role: mine.world.client(app, role) for role in mine.world.accounts}
    rules = post_rules(app)
    before, wrong = rows_of_everything(), []

    for endpoint, rule in rules.items():
        sent = SENT.get(endpoint)
        if endpoint in OWN_ONLY:
            continue
        swapped = sorted(
            name for name in rule.arguments - FREE if (endpoint, name) not in OF_EVERYBODY
        )
        for role in [sent.role] if sent else ["trainer", "representative"]:
            own = mine.in_paths_of(role, sent)
            fields = sent.fields(mine.ids) if sent else {}
            for names in subsets(swapped):
                path = {**own, **{name: other.in_paths_of(role, sent)[name] for name in names}}
                url = url_of(app, rule, path)
                status = post(clients[role], url, sent or Sent(role=role), fields).status_code
                if status != (404 if sent or MATRIX[endpoint][role] == "missing" else 403):
                    wrong.append(f"{role} {url}: {status}")
            if sent and sent.names_ids:
                url = url_of(app, rule, own)
                status = post(clients[role], url, sent, sent.fields(other.ids)).status_code
                if status != sent.refused:
                    wrong.append(f"{role} {url} with others' fields: {status}")

    assert wrong == []
    after = rows_of_everything()
    assert [table for table in before if before[table] != after[table]] == []
    for endpoint, sent in SENT.items():
        url = url_of(app, rules[endpoint], mine.in_paths_of(sent.role, sent))
        response = post(clients[sent.role], url, sent, sent.fields(mine.ids))
        before, after = after, rows_of_everything()
        if response.status_code not in {200, 303} or before == after:
            wrong.append(f"{endpoint}: {response.status_code}, {before == after}")
    assert wrong == []


#: What somebody told us or staff wrote down, which is nobody's business who trains.
PRIVATE = "Needs a quiet qxz room"


def readable(response: TestResponse) -> str:
    """Return all that can be read of an answer, a spreadsheet's parts included."""
    data = response.get_data()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            data = b"".join(parts.read(name) for name in parts.namelist())
    return re.sub(r"\r?\n[ \t]", "", data.decode()).lower()  # a calendar's lines are folded


def feed_of(app: Flask, kind: FeedKind, account_id: int | None, organization_id: int | None) -> str:
    """Make an address of a feed, and return its path."""
    owner_id = db.session.get_one(Account, account_id).person_id
    with transaction():
        token = make_feed(
            kind, owner_id=owner_id, organization_id=organization_id, name="Feed", now=NOW
        )
    return f"/calendar/{token}.ics"


def test_authz_08_trainers_read_no_addresses_and_no_private_text(app: Flask, make: Make) -> None:
    """AUTHZ-08: every page, every list to take home, their feed. The names are theirs to read."""
    app.config["WTF_CSRF_ENABLED"] = False
    side = make_side(app, make, MARKERS)
    ids = side.ids
    with transaction():
        db.session.execute(sa.update(Registration).values(answers={"1": PRIVATE}))
        db.session.execute(
            sa.update(AuditEntry)
            .where(AuditEntry.subject_kind == "registration")
            .values(after={"status": "confirmed", "overbooked": PRIVATE})
        )
    addresses = db.session.scalars(
        sa.select(Person.email)
        .join(Registration, Registration.person_id == Person.id)
        .where(Person.email.is_not(None))
    ).all()
    feed = feed_of(app, FeedKind.TRAINER, side.world.accounts["trainer"], None)
    secrets = [str(one).lower() for one in (*addresses, PRIVATE)]
    trainer = side.world.client(app, "trainer")
    mark = SENT["attendance.marks"].fields(ids)
    marked = trainer.post(f"/trainer/meetings/{ids['meeting_id']}/marks", json=mark)

    read = {"marks": readable(marked), "feed": readable(trainer.get(feed))}
    for rule in rules_of(app):
        if rule.arguments & {"link", "key"}:  # a participant's own, or of whoever sent the form
            continue
        url = url_of(app, rule, ids)
        if "GET" in (rule.methods or set()):
            read[url] = readable(trainer.get(url, follow_redirects=True))
    for ending in ("csv", "xlsx"):
        url = f"/trainer/sessions/{ids['training_session_id']}/attendance.{ending}"
        read[url] = readable(trainer.post(url))

    assert [(url, one) for url, text in read.items() for one in secrets if one in text] == []
    named = {url for url, text in read.items() if MARKERS[0].lower() in text}
    sheet = f"/trainer/meetings/{ids['meeting_id']}"
    page = f"/trainer/sessions/{ids['training_session_id']}"
    exported = {f"{page}/attendance.{ending}" for ending in ("csv", "xlsx")}
    assert named >= {sheet, page, f"{sheet}/walk-in", *exported}
    assert "a session" in read["feed"]


def test_authz_09_what_is_for_nobody_is_found_by_nobody(app: Flask, make: Make) -> None:
    """AUTHZ-09: drafts, drafts that were cancelled, archived courses and campaigns, the erased.

    Asked for by id, by search, by filter, in feeds; as nobody and as partners and trainers who
    have nothing to do with it, or had to do with the person who was erased.
    """
    side = make_side(app, make, MARKERS)
    accounts, ids = side.world.accounts, side.ids
    planted = plant(make, side)
    organization_id = ids["their_organization_id"]
    own = {
        "nobody": [],
        "neighbour": [feed_of(app, FeedKind.TRAINER, accounts["neighbour"], None)],
        "rival": [feed_of(app, FeedKind.ORGANIZATION, accounts["rival"], organization_id)],
    }
    wrong = []

    for role, feeds in own.items():
        client = side.world.client(app, role)
        values = side.in_paths_of(role)
        urls = {*feeds, *queries(planted)}
        gone = set()
        for rule in rules_of(app):
            if "GET" not in (rule.methods or set()) or rule.arguments & {"link", "key"}:
                continue
            urls.add(url_of(app, rule, values))
            for one in planted.ids:
                if one.keys() & rule.arguments:
                    gone.add(url_of(app, rule, {**values, **one}))
        if role == "rival":
            urls |= {f"{url}?q=Hidden" for url in urls if url.endswith(("/people/", "/sessions/"))}
        for url in sorted(urls | gone):
            response = client.get(url)
            if url in gone and response.status_code not in {303, 403, 404}:
                wrong.append(f"{role} {url}: {response.status_code}")
            text = re.sub('(value|href)="[^"]*"', "", readable(response))  # what was asked for
            wrong += [f"{role} {url}: {one}" for one in planted.markers if one in text]

    assert wrong == []
    schedule = side.world.client(app, "coordinator").get("/staff/schedule/?past=1").text.lower()
    assert planted.markers[0] in schedule


@dataclass(frozen=True, kw_only=True)
class Planted:
    """Records that nobody is to find."""

    #: Names of parts of paths → ids.
    ids: tuple[dict[str, Any], ...]
    markers: tuple[str, ...]
    campaign_slug: str
    course_slug: str


def queries(planted: Planted) -> Iterator[str]:
    """Return addresses that ask for them by a filter or by words."""
    for path in ("/sessions/", "/calendar/sessions.ics", "/calendar/"):
        yield f"{path}?campaign={planted.campaign_slug}"
        yield f"{path}?course={planted.course_slug}"
    yield "/sessions/?q=Hidden"


def plant(make: Make, side: Side) -> Planted:
    """Make what is for nobody: in the sessions and organizations of those who ask."""
    neighbour_session = db.session.scalars(
        sa.select(TrainingSession).where(TrainingSession.title == "Another")
    ).one()
    theirs = db.session.get_one(Organization, side.ids["their_organization_id"])
    course = make.course("Hidden course", archived_at=NOW)
    campaign = make.campaign("Hidden campaign", archived_at=NOW)
    draft = make.training_session(
        title="Hidden draft",
        status=SessionStatus.DRAFT,
        course_id=course.id,
        campaign_id=campaign.id,
    )
    called_off = make.training_session(title="Hidden and off", status=SessionStatus.DRAFT)
    with transaction():
        sessions.cancel(called_off.id, actor_id=None, now=NOW)
    erased = make.person("Hidden person", "hidden.person@example.org")
    make.member(theirs, erased)
    with transaction():
        for one in (neighbour_session, draft):
            db.session.add(Assignment(training_session_id=one.id, person_id=erased.id))
        db.session.execute(
            sa.update(Membership).where(Membership.person_id == erased.id).values(name="Hidden one")
        )
        db.session.execute(sa.update(Person).where(Person.id == erased.id).values(erased_at=NOW))
    return Planted(
        ids=(
            {"training_session_id": draft.id, "slug": "hidden-draft"},
            {"training_session_id": called_off.id, "slug": "hidden-and-off"},
            {"person_id": erased.id},
            {"course_id": course.id},
            {"campaign_id": campaign.id},
        ),
        markers=(
            "hidden draft",
            "hidden and off",
            "hidden course",
            "hidden campaign",
            "hidden person",
            "hidden one",
            "hidden.person@",
        ),
        campaign_slug=campaign.slug,
        course_slug=course.slug,
    )
