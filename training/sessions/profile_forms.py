"""The form of what public pages say of somebody who trains."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length

from training.sessions.values import ProfilePlan
from training.web.fields import AppForm, LongTextField
from training.web.shown import fingerprint

MAX_ABOUT = 1000


class ProfileForm(AppForm):
    """Whether everybody may read somebody's name, and some words about them."""

    is_public = BooleanField(_l("Show my name on the pages of the sessions that I train"))
    about = LongTextField(
        _l("About me"),
        validators=[Length(max=MAX_ABOUT)],
        description=_l(
            "Two or three sentences: what you do, and why people can trust you with it."
        ),
    )
    #: What the form showed, so that nobody overwrites what they have not seen.
    shown = HiddenField()

    def show(self, plan: ProfilePlan) -> None:
        """Note what the page shows."""
        self.shown.data = fingerprint(plan)

    def to_plan(self) -> ProfilePlan:
        """Return what was typed, after it was checked."""
        return ProfilePlan(about=self.about.data, is_public=self.is_public.data)


class TheirProfileForm(ProfileForm):
    """The same as staff fill it in for somebody, who agreed."""

    is_public = BooleanField(
        _l("They agreed: show their name on the pages of the sessions that they train")
    )
    about = LongTextField(
        _l("About them"),
        validators=[Length(max=MAX_ABOUT)],
        description=_l("Two or three sentences that they agreed to: what they do, what they know."),
    )
