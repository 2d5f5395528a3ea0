"""Files that wait to be brought in: kept, claimed by one who confirms, ended, forgotten."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.imports.errors import ConfirmedBeforeError
from training.imports.file_names import shown_name
from training.imports.models import ImportFile, ImportState
from training.imports.results import Result, as_json
from training.imports.values import GIVEN_UP_AFTER, Kind, Options

#: How long a file and what became of it are kept.
KEPT_FOR = timedelta(days=1)


def keep(
    kind: Kind, name: str | None, content: bytes, *, uploaded_by: int | None, now: datetime
) -> int:
    """Keep a file until it is confirmed.

    :param name: as it came; it is only ever shown.
    :return: the number under which it is kept.
    """
    file = ImportFile(
        kind=kind,
        name=shown_name(name, default=f"{kind}.csv"),
        content=content,
        digest=hashlib.sha256(content).digest(),
        uploaded_by=uploaded_by,
        at=now,
        state=ImportState.READY,
    )
    db.session.add(file)
    db.session.flush()
    return file.id


def claim(import_id: int, options: Options) -> None:
    """Take a file to bring it in: of two who confirm it, one gets it.

    :raise ConfirmedBeforeError: somebody else has it, or had.
    """
    given_up = sa.and_(
        ImportFile.state == ImportState.RUNNING,
        ImportFile.confirmed_at < options.now - GIVEN_UP_AFTER,
    )
    claimed = db.session.execute(
        sa.update(ImportFile)
        .where(
            ImportFile.id == import_id,
            sa.or_(ImportFile.state == ImportState.READY, given_up),
        )
        .values(state=ImportState.RUNNING, confirmed_by=options.actor_id, confirmed_at=options.now)
        .execution_options(synchronize_session=False)
        .returning(ImportFile.id)
    ).one_or_none()
    if claimed is None:
        raise ConfirmedBeforeError


def finish(import_id: int, result: Result, options: Options) -> None:
    """Store what became of a file, and say in the audit trail that it was brought in."""
    state = ImportState.STOPPED if result.stopped else ImportState.DONE
    kind, digest = db.session.execute(
        sa.update(ImportFile)
        .where(ImportFile.id == import_id)
        .values(state=state, result=as_json(result))
        .execution_options(synchronize_session=False)
        .returning(ImportFile.kind, ImportFile.digest)
    ).one()
    record_act(
        Act(
            action="import.bring_in",
            subject_kind="import_file",
            subject_id=import_id,
            after={
                "kind": kind,
                "state": state,
                "sha256": digest.hex(),
                **{outcome.value: number for outcome, number in result.counts.items()},
            },
        ),
        actor_id=options.actor_id,
        now=options.now,
    )


def forget_old_files(*, now: datetime) -> int:
    """Delete files that are older than a day, with what became of them; returns how many."""
    deleted = db.session.execute(
        sa.delete(ImportFile).where(ImportFile.at < now - KEPT_FOR).returning(ImportFile.id)
    )
    return len(deleted.all())
