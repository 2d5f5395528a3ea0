"""What workplaces keep: views, series, unavailability, questions, codes, notes, profiles.

Going back loses them; a seat that nobody was named for counts as given up by staff.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "person_id", "page", "name", name=op.f("uq_saved_view_person_id_page_name")
        ),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=500), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_series_made_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_table(
        "trainer_profile",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=1000), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_trainer_profile_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_trainer_profile")),
    )
    op.create_table(
        "unavailability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(starts IS NULL) = (ends IS NULL)", name=op.f("ck_unavailability_both_times")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_unavailability_ends_after_start")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_unavailability_weekday")),
        sa.CheckConstraint(
            "weekday IS NOT NULL OR starts_on IS NOT NULL", name=op.f("ck_unavailability_some_day")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_unavailability_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unavailability")),
    )
    with op.batch_alter_table("unavailability", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unavailability_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "accepted_clash",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("training_session_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["person.id"], name=op.f("fk_accepted_clash_accepted_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["training_session_id"],
            ["training_session.id"],
            name=op.f("fk_accepted_clash_training_session_id_training_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_clash")),
        sa.UniqueConstraint(
            "training_session_id",
            "fingerprint",
            name=op.f("uq_accepted_clash_training_session_id_fingerprint"),
        ),
    )
    op.create_table(
        "invitation_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("training_session_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("most > 0", name=op.f("ck_invitation_code_most_positive")),
        sa.CheckConstraint(
            "training_session_id IS NULL OR campaign_id IS NULL",
            name=op.f("ck_invitation_code_of_one"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_code_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["person.id"], name=op.f("fk_invitation_code_made_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_invitation_code_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(
            ["training_session_id"],
            ["training_session.id"],
            name=op.f("fk_invitation_code_training_session_id_training_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_code_hash")),
    )
    with op.batch_alter_table("invitation_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_code_campaign_id"), ["campaign_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invitation_code_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invitation_code_training_session_id"),
            ["training_session_id"],
            unique=False,
        )

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("training_session_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("archived_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(training_session_id IS NULL) <> (course_id IS NULL)", name=op.f("ck_question_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_question_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["training_session_id"],
            ["training_session.id"],
            name=op.f("fk_question_training_session_id_training_session"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_question_training_session_id"), ["training_session_id"], unique=False
        )

    op.create_table(
        "question_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "choice",
                "number",
                "date",
                "consent",
                name="questionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=500), nullable=False),
        sa.Column("help", sa.String(length=500), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_version_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_version")),
        sa.UniqueConstraint(
            "question_id", "number", name=op.f("uq_question_version_question_id_number")
        ),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_note_registration_id_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["person.id"], name=op.f("fk_note_written_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_note_registration_id"), ["registration_id"], unique=False
        )

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.add_column(sa.Column("goal", sa.Integer(), nullable=True))

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("for_whom", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("session_defaults", sa.JSON(), server_default="{}", nullable=False)
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_dead",
            ["ended_at"],
            unique=False,
            sqlite_where=sa.text("status = 'dead'"),
            postgresql_where=sa.text("status = 'dead'"),
        )

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_registration_cancelledbecause"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_registration_cancelledbecause"),
            "cancelled_because IN ('person', 'staff', 'session', 'unnamed')",
        )
        batch_op.add_column(sa.Column("code_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("is_placeholder", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_registration_code_id"), ["code_id"], unique=False)
        batch_op.create_index(
            "ix_registration_placeholder",
            ["training_session_id"],
            unique=False,
            sqlite_where=sa.text(
                "is_placeholder AND status IN ('requested', 'confirmed', 'offered', 'waitlisted')"
            ),
            postgresql_where=sa.text(
                "is_placeholder AND status IN ('requested', 'confirmed', 'offered', 'waitlisted')"
            ),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_code_id_invitation_code"),
            "invitation_code",
            ["code_id"],
            ["id"],
        )

    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("for_whom", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("accessibility", sa.String(length=1000), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("naming_ends", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("naming_ends_at", sa.DateTime(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_training_session_series_id"), ["series_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_training_session_series_id_series"), "series", ["series_id"], ["id"]
        )

    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("accessibility", sa.String(length=1000), server_default="", nullable=False)
        )


def downgrade() -> None:
    op.execute(
        "UPDATE registration SET cancelled_because = 'staff' WHERE cancelled_because = 'unnamed'"
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_column("accessibility")

    with op.batch_alter_table("training_session", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_training_session_series_id_series"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_training_session_series_id"))
        batch_op.drop_column("naming_ends_at")
        batch_op.drop_column("naming_ends")
        batch_op.drop_column("accessibility")
        batch_op.drop_column("for_whom")
        batch_op.drop_column("series_id")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_registration_code_id_invitation_code"), type_="foreignkey"
        )
        batch_op.drop_index(
            "ix_registration_placeholder",
            sqlite_where=sa.text(
                "is_placeholder AND status IN ('requested', 'confirmed', 'offered', 'waitlisted')"
            ),
            postgresql_where=sa.text(
                "is_placeholder AND status IN ('requested', 'confirmed', 'offered', 'waitlisted')"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_registration_code_id"))
        batch_op.drop_column("is_placeholder")
        batch_op.drop_column("code_id")
        batch_op.drop_constraint(batch_op.f("ck_registration_cancelledbecause"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_registration_cancelledbecause"),
            "cancelled_because IN ('person', 'staff', 'session')",
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_dead",
            sqlite_where=sa.text("status = 'dead'"),
            postgresql_where=sa.text("status = 'dead'"),
        )

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_column("session_defaults")
        batch_op.drop_column("for_whom")

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_column("goal")

    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_registration_id"))

    op.drop_table("note")
    op.drop_table("question_version")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_training_session_id"))
        batch_op.drop_index(batch_op.f("ix_question_course_id"))

    op.drop_table("question")
    with op.batch_alter_table("invitation_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_code_training_session_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_code_organization_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_code_campaign_id"))

    op.drop_table("invitation_code")
    op.drop_table("accepted_clash")
    with op.batch_alter_table("unavailability", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unavailability_person_id"))

    op.drop_table("unavailability")
    op.drop_table("trainer_profile")
    op.drop_table("series")
    op.drop_table("saved_view")
