"""Making and revoking the codes by which people register for an organization."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.registrations.code_queries import hash_of
from training.registrations.errors import CodeMadeError, TooManyCodesError
from training.registrations.models import InvitationCode
from training.submissions.service import Send, find_result, remember

#: Random bytes of a code.
CODE_BYTES = 32
#: Codes that an organization may have at a time.
MOST_CODES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class CodePlan:
    """What a code is to be good for."""

    name: str
    #: One session, or the sessions of a campaign, or neither: all that the organization may see.
    training_session_id: int | None = None
    campaign_id: int | None = None
    #: People who may be registered with it in one session.
    most: int | None = None
    expires_at: datetime | None = None


def make_code(
    organization_id: int, plan: CodePlan, *, send: Send, actor_id: int | None, now: datetime
) -> str:
    """Make a code; that whoever makes it may, the caller has found out.

    :return: the code, which is stored nowhere and cannot be shown again.
    :raise CodeMadeError: the same form made one before.
    :raise KeyReusedError: the form was sent before with other content.
    :raise TooManyCodesError: the organization has as many as one may.
    """
    if find_result(send) is not None:
        raise CodeMadeError
    in_use = sa.select(sa.func.count()).where(
        InvitationCode.organization_id == organization_id, InvitationCode.revoked_at.is_(None)
    )
    if (db.session.scalar(in_use) or 0) >= MOST_CODES:
        raise TooManyCodesError(MOST_CODES)
    code = secrets.token_urlsafe(CODE_BYTES)
    row = InvitationCode(
        code_hash=hash_of(code),
        organization_id=organization_id,
        training_session_id=plan.training_session_id,
        campaign_id=plan.campaign_id,
        name=plan.name,
        most=plan.most,
        made_at=now,
        made_by=actor_id,
        expires_at=plan.expires_at,
    )
    db.session.add(row)
    db.session.flush()
    record_act(
        Act(
            action="code.make",
            subject_kind="invitation_code",
            subject_id=row.id,
            training_session_id=plan.training_session_id,
            after={
                "organization_id": organization_id,
                "campaign_id": plan.campaign_id,
                "most": plan.most,
                "expires_at": plan.expires_at.isoformat() if plan.expires_at else None,
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    remember(send, {}, now=now)
    return code


def revoke_code(code_id: int, organization_id: int, *, actor_id: int | None, now: datetime) -> bool:
    """Let nobody register with a code any more. Who is registered stays so.

    :return: whether this did it; False: it was revoked before.
    :raise NotFoundError: the organization has none of that number.
    """
    is_theirs = (InvitationCode.id == code_id, InvitationCode.organization_id == organization_id)
    revoked = db.session.execute(
        sa.update(InvitationCode)
        .where(*is_theirs, InvitationCode.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(InvitationCode.training_session_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if revoked is None:
        if db.session.scalar(sa.select(InvitationCode.id).where(*is_theirs)) is None:
            raise NotFoundError
        return False
    record_act(
        Act(
            action="code.revoke",
            subject_kind="invitation_code",
            subject_id=code_id,
            training_session_id=revoked.training_session_id,
            after={"organization_id": organization_id},
        ),
        actor_id=actor_id,
        now=now,
    )
    return True
