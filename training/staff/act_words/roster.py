"""What staff do to one registration from its own page, in words."""

from collections.abc import Mapping

from flask_babel import gettext as _

from training.staff.act_words.speaking import Sentence, named, subject, who
from training.staff.audit_values import ReadEntry


def _transferred(entry: ReadEntry, _timezone: str) -> str:
    before, after = (facts.get("organization_id") for facts in (entry.before, entry.after))
    values = {"actor": who(entry), "name": subject(entry)}
    if after is None:
        other = named(entry, "organization", before)
        return str(
            _(
                "%(actor)s counts %(name)s among the people of %(other)s no more.",
                other=other,
                **values,
            )
        )
    values["organization"] = named(entry, "organization", after)
    if reason := entry.after.get("reason"):
        return str(
            _(
                "%(actor)s counts %(name)s among the people of %(organization)s, "
                "against the rules for its seats: “%(reason)s”",
                reason=reason,
                **values,
            )
        )
    if before == after:
        return str(_("%(actor)s vouched that %(name)s is with %(organization)s.", **values))
    return str(_("%(actor)s counts %(name)s among the people of %(organization)s now.", **values))


def _noted(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s wrote a note about %(name)s.", actor=who(entry), name=subject(entry)))


def _took_note_back(entry: ReadEntry, _timezone: str) -> str:
    return str(_("%(actor)s removed a note about %(name)s.", actor=who(entry), name=subject(entry)))


WORDS: Mapping[str, Sentence] = {
    "registration.transfer": _transferred,
    "registration.add_note": _noted,
    "registration.remove_note": _took_note_back,
}
