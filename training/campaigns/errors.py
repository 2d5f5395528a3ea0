"""Why staff cannot do that to a campaign."""

from training.errors import N_, ConflictError


class StaleCampaignError(ConflictError):
    """Somebody else saved the campaign since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this campaign while you were editing it. "
                "Your changes are not saved yet: compare them with what stands now, and save again."
            )
        )


class CampaignNameTakenError(ConflictError):
    """Two campaigns cannot be told apart by one name."""

    code = "campaign-name-taken"

    def __init__(self) -> None:
        super().__init__(N_("Another campaign has this name."))


class CampaignSlugTakenError(ConflictError):
    """Two campaigns cannot have one address."""

    code = "campaign-slug-taken"

    def __init__(self) -> None:
        super().__init__(N_("Another campaign has this address."))


class CampaignInUseError(ConflictError):
    """Something belongs to the campaign, so it can be archived only."""

    code = "campaign-in-use"

    def __init__(self) -> None:
        super().__init__(
            N_("This campaign is in use, so it cannot be deleted. Archive it instead.")
        )
