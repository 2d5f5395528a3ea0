"""Which calendar programs of the demo's people read their feeds, and when they last did."""

from training.calendars.values import FeedKind
from training.demo.values import Reader

READERS = (
    Reader(
        owner="wanjiru",
        kind=FeedKind.TRAINER,
        name="My phone",
        program="Google Calendar",
        hours_ago=9,
        count=31,
    ),
    Reader(
        owner="noah",
        kind=FeedKind.TRAINER,
        name="Laptop",
        program="Thunderbird",
        hours_ago=1,
        count=320,
    ),
    # Their session was put off since.
    Reader(
        owner="camille",
        kind=FeedKind.TRAINER,
        name="Work calendar",
        program="Outlook",
        hours_ago=5,
        count=84,
    ),
    Reader(
        owner="rania",
        kind=FeedKind.TRAINER,
        name="New tablet",
        program="",
        hours_ago=None,
    ),
    Reader(
        owner="coordinator",
        kind=FeedKind.STAFF,
        name="Everything",
        program="Thunderbird",
        hours_ago=2,
        count=507,
    ),
    Reader(
        owner="olivia.nguyen",
        kind=FeedKind.ORGANIZATION,
        name="Our team",
        program="Outlook",
        hours_ago=4,
        count=66,
    ),
    Reader(
        owner="olivia.nguyen",
        kind=FeedKind.PERSON,
        name="My phone",
        program="Apple Calendar",
        hours_ago=1,
        count=212,
    ),
    Reader(
        owner="emma.tremblay",
        kind=FeedKind.PERSON,
        name="Family calendar",
        program="Google Calendar",
        hours_ago=7,
        count=40,
    ),
    Reader(
        owner="arjun.patel",
        kind=FeedKind.PERSON,
        name="Phone",
        program="Apple Calendar",
        hours_ago=1,
        count=95,
    ),
    Reader(
        owner="mei.fujita",
        kind=FeedKind.PERSON,
        name="Nextcloud",
        program="Nextcloud",
        hours_ago=3,
        count=18,
    ),
    Reader(
        owner="samuel.roy",
        kind=FeedKind.PERSON,
        name="Mail program",
        program="Thunderbird",
        hours_ago=30,
        count=12,
    ),
)
