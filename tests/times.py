"""The tests' time. Pages read the real clock, so theirs is the moment at which the run began."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from training.clock import utc_now

NOW = utc_now()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: A zone whose clocks never change.
NAIROBI = "Africa/Nairobi"


def wall(instant: datetime, timezone: str = NAIROBI) -> datetime:
    """Return what the clock on the wall shows at an instant, naive."""
    return instant.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


#: Ten in the morning of tomorrow in Nairobi: whenever the tests run, what takes some hours then is
#: over on the same day.
TOMORROW = (
    (NOW.astimezone(ZoneInfo(NAIROBI)) + DAY)
    .replace(hour=10, minute=0, second=0, microsecond=0)
    .astimezone(UTC)
)
