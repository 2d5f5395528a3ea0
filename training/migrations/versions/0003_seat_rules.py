"""By which rules seats are given: holds, allotments, limits, approval, offers, minimum numbers.

Going back loses them; people who were offered a seat or asked for one keep their status.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allotment",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_allotment_seats_not_negative")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_allotment_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_allotment_organization_id_organization"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "organization_id", name=op.f("pk_allotment")),
    )
    with op.batch_alter_table("allotment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allotment_organization_id"), ["organization_id"], unique=False
        )

    op.create_table(
        "prerequisite",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("required_course_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "course_id <> required_course_id", name=op.f("ck_prerequisite_of_another")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_prerequisite_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["required_course_id"],
            ["course.id"],
            name=op.f("fk_prerequisite_required_course_id_course"),
        ),
        sa.PrimaryKeyConstraint("course_id", "required_course_id", name=op.f("pk_prerequisite")),
    )
    with op.batch_alter_table("prerequisite", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_prerequisite_required_course_id"), ["required_course_id"], unique=False
        )

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("training_session_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("release_wall", sa.DateTime(), nullable=True),
        sa.Column("release_at", sa.DateTime(), nullable=False),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("seats > 0", name=op.f("ck_hold_seats_positive")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_hold_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["training_session_id"],
            ["training_session.id"],
            name=op.f("fk_hold_training_session_id_training_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint(
            "training_session_id",
            "organization_id",
            name=op.f("uq_hold_training_session_id_organization_id"),
        ),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hold_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            "ix_hold_release_at",
            ["release_at"],
            unique=False,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request_expires_at", sa.DateTime(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "declined_because",
                sa.Enum(
                    "person",
                    "staff",
                    "time",
                    name="declinedbecause",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.create_index(
            "ix_registration_offer_expires_at",
            ["offer_expires_at"],
            unique=False,
            sqlite_where=sa.text("status = 'offered'"),
            postgresql_where=sa.text("status = 'offered'"),
        )
        batch_op.create_index(
            "ix_registration_request_expires_at",
            ["request_expires_at"],
            unique=False,
            sqlite_where=sa.text("status = 'requested'"),
            postgresql_where=sa.text("status = 'requested'"),
        )

    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancelled_at", sa.DateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("kept_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("hold_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "promotion",
                sa.Enum(
                    "confirm",
                    "offer",
                    name="promotion",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                server_default="confirm",
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("offer_hours", sa.Integer(), server_default="24", nullable=False)
        )
        batch_op.add_column(
            sa.Column("needs_approval", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("approval_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("organization_limit", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("fills_gaps", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("groups_wait", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("minimum", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decide", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("decide_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(), nullable=True))
        batch_op.create_check_constraint(
            "holds_not_negative", "kept_count >= 0 AND hold_count >= 0"
        )
        batch_op.create_check_constraint(
            "seat_rules_positive",
            "offer_hours > 0 AND approval_hours > 0 AND organization_limit > 0 AND minimum > 0",
        )

    # Which meetings were called off with their session, and which alone before.
    op.execute(
        "UPDATE training_session SET cancelled_at ="
        " (SELECT max(meeting.cancelled_at) FROM meeting"
        " WHERE meeting.training_session_id = training_session.id)"
        " WHERE status = 'cancelled'"
    )


def downgrade() -> None:
    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("ck_training_session_seat_rules_positive"), type_="check"
        )
        batch_op.drop_constraint(
            batch_op.f("ck_training_session_holds_not_negative"), type_="check"
        )
        batch_op.drop_column("settled_at")
        batch_op.drop_column("decide_at")
        batch_op.drop_column("decide")
        batch_op.drop_column("minimum")
        batch_op.drop_column("groups_wait")
        batch_op.drop_column("fills_gaps")
        batch_op.drop_column("organization_limit")
        batch_op.drop_column("approval_hours")
        batch_op.drop_column("needs_approval")
        batch_op.drop_column("offer_hours")
        batch_op.drop_constraint(batch_op.f("ck_training_session_promotion"), type_="check")
        batch_op.drop_column("promotion")
        batch_op.drop_column("hold_count")
        batch_op.drop_column("kept_count")
        batch_op.drop_column("cancelled_at")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_registration_request_expires_at",
            sqlite_where=sa.text("status = 'requested'"),
            postgresql_where=sa.text("status = 'requested'"),
        )
        batch_op.drop_index(
            "ix_registration_offer_expires_at",
            sqlite_where=sa.text("status = 'offered'"),
            postgresql_where=sa.text("status = 'offered'"),
        )
        batch_op.drop_constraint(batch_op.f("ck_registration_declinedbecause"), type_="check")
        batch_op.drop_column("declined_because")
        batch_op.drop_column("request_expires_at")

    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_hold_release_at",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_hold_organization_id"))

    op.drop_table("hold")
    with op.batch_alter_table("prerequisite", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prerequisite_required_course_id"))

    op.drop_table("prerequisite")
    with op.batch_alter_table("allotment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allotment_organization_id"))

    op.drop_table("allotment")
