"""What is sent, what was heard of it, and when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from training.registrations.values import Placed


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One registration of one person, with the key of its form."""

    training_session_id: int
    email: str
    key: str


def calls(training_session_ids: Sequence[int], number: int, name: str = "ada") -> list[Call]:
    """Return registrations of as many people of that name, dealt out to the sessions."""
    return [
        Call(
            training_session_id=training_session_ids[n % len(training_session_ids)],
            email=f"{name}{n}@example.org",
            key=f"the-key-of-{name}-number-{n}",
        )
        for n in range(number)
    ]


@dataclass(slots=True)
class Heard:
    """All sends of one key, and what was answered to them."""

    sent: list[float] = field(default_factory=list)
    #: Instant and text of each answer that somebody waited for.
    answers: list[tuple[float, str]] = field(default_factory=list)
    #: Answers that only said "busy".
    busy: int = 0

    @property
    def first_sent(self) -> float:
        return min(self.sent)

    @property
    def first_answered(self) -> float:
        return min(at for at, _ in self.answers)

    @property
    def wait(self) -> float:
        return self.first_answered - self.first_sent

    @property
    def is_unknown(self) -> bool:
        """Tell whether a send of it was never answered."""
        return len(self.answers) < len(self.sent)


#: By the address of whoever is registered.
Storm = dict[str, Heard]


def empty_storm() -> Storm:
    return defaultdict(Heard)


def described(placed: Iterable[Placed]) -> str:
    """Return what an answer says of the one person in a form: their status and rank."""
    [one] = placed
    return f"{one.status} {one.rank}"


def rank_told(status: str, ticket: int, seats: int) -> str:
    """Return the same for a ticket, where nobody gave a seat up."""
    return f"{status} {ticket - seats if ticket > seats else None}"
