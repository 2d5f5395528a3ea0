"""Training: schedule training sessions for partner organizations."""

import zoneinfo

# The pinned tzdata from PyPI wins over the operating system's, which may be years older. Here,
# because this runs before any other module of ours, in servers, workers, commands and tests alike.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()
