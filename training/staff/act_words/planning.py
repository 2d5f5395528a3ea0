"""Acts of planning: clashes that are accepted, when somebody cannot train, series, copies."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from training.staff.act_words.speaking import Sentence, is_own, subject, who
from training.staff.audit_values import ReadEntry


def _accepted_clash(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s saved %(name)s although it clashes, and said why: %(num)s clash.",
            "%(actor)s saved %(name)s although it clashes, and said why: %(num)s clashes.",
            entry.number("count") or 0,
            actor=who(entry),
            name=subject(entry),
        )
    )


def _made_series(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s made %(num)s further session like %(name)s, as a series.",
            "%(actor)s made %(num)s further sessions like %(name)s, as a series.",
            entry.number("count") or 0,
            actor=who(entry),
            name=subject(entry),
        )
    )


def _copied_campaign(entry: ReadEntry, _timezone: str) -> str:
    return str(
        ngettext(
            "%(actor)s made the campaign %(name)s like another one, with %(num)s session.",
            "%(actor)s made the campaign %(name)s like another one, with %(num)s sessions.",
            entry.number("count") or 0,
            actor=who(entry),
            name=subject(entry),
        )
    )


def _became_unavailable(entry: ReadEntry, _timezone: str) -> str:
    if is_own(entry):
        return str(_("%(actor)s noted when they cannot train.", actor=who(entry)))
    return str(
        _("%(actor)s noted when %(name)s cannot train.", actor=who(entry), name=subject(entry))
    )


def _became_available(entry: ReadEntry, _timezone: str) -> str:
    if is_own(entry):
        return str(_("%(actor)s removed a time when they cannot train.", actor=who(entry)))
    return str(
        _(
            "%(actor)s removed a time when %(name)s cannot train.",
            actor=who(entry),
            name=subject(entry),
        )
    )


WORDS: Mapping[str, Sentence] = {
    "session.accept_clash": _accepted_clash,
    "session.make_series": _made_series,
    "campaign.copy": _copied_campaign,
    "person.add_unavailability": _became_unavailable,
    "person.remove_unavailability": _became_available,
}
