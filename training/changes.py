"""What happened below and matters above; see ADR 0001.

A lower service records a change; ``app.py`` says who answers; ``transaction()`` lets them answer
just before COMMIT, until nothing is left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app

from training.db import before_commit, db


@dataclass(frozen=True)
class Change:
    """Something that happened in one feature. Each kind is a subclass with plain values."""


#: Kind of change → who answers to it, in this order.
Subscribers = Mapping[type[Change], Sequence[Callable[[Any], None]]]


def record(change: Change) -> None:
    """Have the features above answer to ``change`` before this transaction commits."""
    db.session.info["changes"].append(change)  # a KeyError: called outside transaction()


def _run_recorded() -> None:
    subscribers: Subscribers = current_app.extensions["changes"]
    recorded = db.session.info["changes"]
    while recorded:
        change = recorded.popleft()
        for answer in subscribers[type(change)]:
            answer(change)  # may record more


before_commit.append(_run_recorded)
