"""Words for what staff see of registrations."""

from flask_babel import gettext as _

from training.registrations.values import Claim


def claim_words() -> dict[Claim, str]:
    """Return why we believe that somebody belongs to an organization, in words."""
    return {
        Claim.DOMAIN: _("by the domain of the e-mail address"),
        Claim.CODE: _("by a code"),
        Claim.REPRESENTATIVE: _("registered by its representative"),
        Claim.STAFF: _("staff vouch for it"),
        Claim.STATED: _("as they say themselves"),
    }
