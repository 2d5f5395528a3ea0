"""What calendars need to know: when things changed, who wrote an entry, what people answered.

Going back loses the answers. Stored entries count as written by an older version, so the upgrade
writes them anew.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "accepted",
                "tentative",
                "declined",
                name="replyanswer",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.String(length=500), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_calendar_reply_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_reply")),
        sa.UniqueConstraint("key", name=op.f("uq_calendar_reply_key")),
    )
    with op.batch_alter_table("calendar_reply", schema=None) as batch_op:
        batch_op.create_index(
            "ix_calendar_reply_newest", ["registration_id", "stamped_at"], unique=False
        )

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rescheduled_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("rescheduled_revision", sa.Integer(), nullable=True))

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revised_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE registration SET revised_at = (SELECT max(audit_entry.at) FROM audit_entry"
        " WHERE audit_entry.subject_kind = 'registration'"
        " AND audit_entry.subject_id = registration.id) WHERE revision > 0"
    )

    with op.batch_alter_table("stored_entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("written_by", sa.String(length=32), server_default="", nullable=False)
        )
        batch_op.create_index(
            "ix_stored_entry_written_by", ["written_by", "meeting_uid"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("stored_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_entry_written_by")
        batch_op.drop_column("written_by")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("revised_at")

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_column("rescheduled_revision")
        batch_op.drop_column("rescheduled_at")

    op.drop_table("calendar_reply")
