"""Made-up meetings in zones whose clocks do odd things, many of them just then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from training.clock import NonexistentTimeError, find_zone, wall_to_utc
from training.sessions.rules.clashes import Sitting

#: Zone → days on which its clocks change, by whole hours, half of one, or a whole day.
ODD = {
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],  # by half an hour
    "Asia/Kathmandu": ["2026-04-05"],  # never, 5:45 ahead
    "Pacific/Chatham": ["2026-04-05", "2026-09-27"],  # 12:45 ahead
    "Pacific/Apia": ["2011-12-29", "2011-12-31"],  # there is no 30th
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],  # back for Ramadan
    "America/St_Johns": ["2026-03-08", "2026-11-01"],  # 2:30 behind
    "Europe/Dublin": ["2026-03-29", "2026-10-25"],  # winter is the change
    "Pacific/Kiritimati": ["2026-04-05"],  # 14 hours ahead
    "America/Havana": ["2026-03-08", "2026-11-01"],  # at midnight
}
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class World:
    """Whom and what the meetings want."""

    trainers: int
    venues: int
    rooms: tuple[str, ...] = ("", "1", "2")


def made_up(count: int, world: World, *, seed: int) -> list[Sitting]:
    """Make meetings; each stands for a session of its own."""
    random = Random(seed)  # noqa: S311 -- the same each time is what is wanted
    return [_sitting(number, world, random) for number in range(1, count + 1)]


def _sitting(number: int, world: World, random: Random) -> Sitting:
    starts_at = _instant(random)
    return Sitting(
        meeting_id=number,
        training_session_id=number,
        starts_at=starts_at,
        ends_at=starts_at + random.randint(1, 16) * _QUARTER,
        venue_id=random.choice([None, *range(1, world.venues + 1)]),
        room=random.choice(world.rooms),
        trainer_ids=frozenset(random.sample(range(1, world.trainers + 1), random.randint(0, 3))),
    )


def _instant(random: Random) -> datetime:
    zone = random.choice(sorted(ODD))
    day = datetime.fromisoformat(random.choice(ODD[zone]))
    wall = day + random.randint(-4, 100) * _QUARTER
    try:
        return wall_to_utc(wall, find_zone(zone), fold=random.choice([0, 1]))
    except NonexistentTimeError as error:
        return wall_to_utc(error.nearest[1], find_zone(zone), fold=0)
