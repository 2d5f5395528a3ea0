"""An invitation as the calendar part of a mail."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from icalendar import vCalAddress

from training.calendars.feed import FOOTER, MAX_LINE, event_of, header
from training.calendars.itip.values import Invitation, Method, Party
from training.calendars.lines import one_line, to_bytes

#: What stands in addresses as it is: programs compare them as texts, so nothing that is common in
#: addresses is quoted, though RFC 6068 would quote more.
_ADDRESS_CHARACTERS = "@!$'*+/=^_`{|}~"


def calendar_part(invitation: Invitation, *, domain: str, now: datetime) -> bytes:
    """Return what the reader's program takes over from the mail.

    As in the feeds, but for whom it is and what to do with it. No name of a calendar, which would
    make Outlook begin one; no alarm, which would ring for people who did not ask for it.

    :param domain: as for the feeds: UID is the same here and there.
    :param now: when the mail is made. With METHOD that is what DTSTAMP means (RFC 5545, section
        3.8.7.2), unlike in a feed.
    """
    is_cancel = invitation.method is Method.CANCEL
    entry = invitation.entry
    event = event_of(
        replace(entry, is_cancelled=is_cancel, is_tentative=not is_cancel and entry.is_tentative),
        domain=domain,
    )
    del event["DTSTAMP"]
    event.add("dtstamp", now.astimezone(UTC))
    event.add("organizer", _address(invitation.organizer))
    event.add("attendee", _attendee(invitation))
    # Else Outlook offers to propose another time.
    event.add("x-microsoft-disallow-counter", "TRUE")
    return header(method=invitation.method) + to_bytes(event) + FOOTER


def _attendee(invitation: Invitation) -> vCalAddress:
    attendee = _address(invitation.attendee)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    if invitation.method is Method.REQUEST:
        # Who need not answer has said yes by registering.
        is_open = invitation.wants_answer
        attendee.params["PARTSTAT"] = "NEEDS-ACTION" if is_open else "ACCEPTED"
        attendee.params["RSVP"] = "TRUE" if is_open else "FALSE"
    return attendee


def _address(party: Party) -> vCalAddress:
    address = vCalAddress(f"mailto:{quote(party.address, safe=_ADDRESS_CHARACTERS)}")
    # The library writes double quotes as RFC 6868 has them, which several programs show as such.
    name = one_line(party.name, longest=MAX_LINE).replace('"', "'")
    if name:
        address.params["CN"] = name
    return address
