"""Nobody who must answer to a change is forgotten."""

from training.app import SUBSCRIBERS
from training.changes import Change


def test_every_kind_of_change_has_its_subscribers() -> None:
    listed = {
        kind.__name__: [f"{answer.__module__}.{answer.__name__}" for answer in answers]
        for kind, answers in SUBSCRIBERS.items()
    }

    assert set(Change.__subclasses__()) == set(SUBSCRIBERS)
    assert listed == {
        "CampaignRevised": ["training.sessions.service.campaigns.answer_revised_campaign"],
        "SessionScheduled": ["training.sessions.entries.write"],
        "MeetingDropped": ["training.sessions.entries.forget"],
        "SessionPublished": ["training.sessions.entries.write"],
        "SessionRevised": [
            "training.registrations.seats.revising.answer_revised_session",
            "training.sessions.entries.write",
        ],
        "SessionCancelled": [
            "training.registrations.seats.freeing.answer_cancelled_session",
            "training.sessions.entries.write",
        ],
        "SessionReopened": [
            "training.registrations.seats.reopening.answer_reopened_session",
            "training.sessions.entries.write",
        ],
        "RepresentationEnded": [
            "training.calendars.service.tokens.answer_ended_representation",
            "training.registrations.mailing.answer_ended_representation",
        ],
        "OrganizationResumed": [
            "training.registrations.seats.partners.answer_resumed_organization"
        ],
        "InvitationAccepted": ["training.organizations.service.answer_accepted_invitation"],
        "EmailChanged": ["training.registrations.mailing.answer_changed_email"],
    }
