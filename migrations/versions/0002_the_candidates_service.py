"""The candidate's service."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What was shared before there was a choice was shared with every score.
SHARE_SCOPE = """
ALTER TABLE share ADD COLUMN scope VARCHAR(24) DEFAULT 'components' NOT NULL
CONSTRAINT ck_share_scope CHECK (scope IN ('overall', 'components', 'photo'))
"""


def upgrade() -> None:
    op.create_table(
        "centre_rules",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("enquiry_days", sa.SmallInteger(), nullable=False),
        sa.Column("recheck_fee", sa.String(length=40), nullable=False),
        sa.Column("remark_fee", sa.String(length=40), nullable=False),
        sa.Column("enquiry_rules", sa.String(length=2000), nullable=False),
        sa.Column("collection_rules", sa.String(length=2000), nullable=False),
        sa.Column("posts_certificates", sa.Boolean(), nullable=False),
        sa.Column("posting_fee", sa.String(length=40), nullable=False),
        sa.Column("keeps_months", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "enquiry_days BETWEEN 1 AND 365", name=op.f("ck_centre_rules_enquiry_days")
        ),
        sa.CheckConstraint(
            "keeps_months BETWEEN 1 AND 120", name=op.f("ck_centre_rules_keeps_months")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_centre_rules_centre_id_centre"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("centre_id", name=op.f("pk_centre_rules")),
    )
    op.create_table(
        "centre_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lost_confirmation",
                "missing_result",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "closed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "exam",
            sa.Enum(
                "KET",
                "KETFS",
                "PET",
                "PETFS",
                "FCE",
                "FCEFS",
                "CAE",
                "CPE",
                "BECP",
                "BECV",
                "BECH",
                "DELTA1",
                "YLES",
                "YLEM",
                "YLEF",
                name="exam",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("exam_when", sa.String(length=80), nullable=False),
        sa.Column("school", sa.String(length=160), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "en",
                "it",
                name="language",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_centre_case_closed"),
        ),
        sa.CheckConstraint(
            "kind <> 'missing_result' OR (entry_id IS NOT NULL AND account_id IS NOT NULL)",
            name=op.f("ck_centre_case_missing_result"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["candidate_account.id"],
            name=op.f("fk_centre_case_account_id_candidate_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"],
            ["centre.id"],
            name=op.f("fk_centre_case_centre_id_centre"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_centre_case_entry_id_entry"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_case")),
        sa.UniqueConstraint("reference", name=op.f("uq_centre_case_reference")),
    )
    op.create_index(
        op.f("ix_centre_case_account_id"), "centre_case", ["account_id"], unique=False
    )
    op.create_index(
        "ix_centre_case_centre_id_state",
        "centre_case",
        ["centre_id", "state", "opened_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_centre_case_entry_id"), "centre_case", ["entry_id"], unique=False
    )
    op.create_index(
        "uq_centre_case_missing_result",
        "centre_case",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'missing_result' AND state <> 'closed'"),
        postgresql_where=sa.text("kind = 'missing_result' AND state <> 'closed'"),
    )
    op.create_table(
        "photo",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("width", sa.SmallInteger(), nullable=False),
        sa.Column("height", sa.SmallInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_photo_entry_id_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_photo")),
        sa.UniqueConstraint("reference", name=op.f("uq_photo_reference")),
    )
    op.create_table(
        "share_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "overall",
                "components",
                "photo",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("terms_version", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_dates", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("expires_at > at", name=op.f("ck_share_link_expires")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["candidate_account.id"],
            name=op.f("fk_share_link_account_id_candidate_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_share_link_entry_id_entry"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("reference", name=op.f("uq_share_link_reference")),
    )
    op.create_index(
        op.f("ix_share_link_account_id"), "share_link", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_share_link_entry_id"), "share_link", ["entry_id"], unique=False
    )
    op.create_table(
        "case_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_case_message_words")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["centre_case.id"],
            name=op.f("fk_case_message_case_id_centre_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_case_message_user_id_ab_user"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_message")),
    )
    op.create_index(
        op.f("ix_case_message_case_id"), "case_message", ["case_id"], unique=False
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "arrived",
                "posted",
                "collected",
                "destroyed",
                "recalled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("collect_on", sa.Date(), nullable=True),
        sa.Column(
            "collect_part",
            sa.Enum(
                "morning",
                "afternoon",
                name="part",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("collect_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collector", sa.String(length=200), nullable=False),
        sa.Column("post_to", sa.String(length=500), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("handed_to", sa.String(length=200), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('sent', 'arrived')) = (ended_on IS NULL)",
            name=op.f("ck_certificate_ended"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('arrived', 'posted', 'collected', 'destroyed') OR arrived_on IS NOT NULL",
            name=op.f("ck_certificate_arrived_first"),
        ),
        sa.CheckConstraint(
            "(arrived_on IS NULL) = (keep_until IS NULL)",
            name=op.f("ck_certificate_arrived_is_kept"),
        ),
        sa.CheckConstraint(
            "(collect_on IS NULL) = (collect_part IS NULL)",
            name=op.f("ck_certificate_appointment"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_certificate_entry_id_entry"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["result.id"],
            name=op.f("fk_certificate_result_id_result"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("reference", name=op.f("uq_certificate_reference")),
    )
    op.create_index(
        op.f("ix_certificate_entry_id"), "certificate", ["entry_id"], unique=False
    )
    op.create_index(
        op.f("ix_certificate_keep_until"), "certificate", ["keep_until"], unique=False
    )
    op.create_index(
        "uq_certificate_of_entry",
        "certificate",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'recalled'"),
        postgresql_where=sa.text("state <> 'recalled'"),
    )
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recheck",
                "remark",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "refused",
                "cancelled",
                "accepted",
                "decided",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("fee", sa.String(length=40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "unchanged",
                "changed",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("new_result_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'decided') = (outcome IS NOT NULL)",
            name=op.f("ck_enquiry_outcome_decided"),
        ),
        sa.CheckConstraint(
            "(state IN ('refused', 'decided')) = (decided_at IS NOT NULL)",
            name=op.f("ck_enquiry_decided"),
        ),
        sa.CheckConstraint(
            "new_result_id IS NULL OR outcome = 'changed'",
            name=op.f("ck_enquiry_changed"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'decided') OR (accepted_at IS NOT NULL AND answer_due_on IS NOT NULL)",
            name=op.f("ck_enquiry_accepted"),
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"],
            ["ab_user.id"],
            name=op.f("fk_enquiry_accepted_by_id_ab_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["candidate_account.id"],
            name=op.f("fk_enquiry_account_id_candidate_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["ab_user.id"],
            name=op.f("fk_enquiry_decided_by_id_ab_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_enquiry_entry_id_entry"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["new_result_id"],
            ["result.id"],
            name=op.f("fk_enquiry_new_result_id_result"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["result.id"],
            name=op.f("fk_enquiry_result_id_result"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("reference", name=op.f("uq_enquiry_reference")),
    )
    op.create_index(
        op.f("ix_enquiry_account_id"), "enquiry", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_enquiry_answer_due_on"), "enquiry", ["answer_due_on"], unique=False
    )
    op.create_index(op.f("ix_enquiry_entry_id"), "enquiry", ["entry_id"], unique=False)
    op.create_index(
        "ix_enquiry_state_requested_at",
        "enquiry",
        ["state", "requested_at"],
        unique=False,
    )
    op.create_index(
        "uq_enquiry_going_on",
        "enquiry",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('requested', 'accepted')"),
        postgresql_where=sa.text("state IN ('requested', 'accepted')"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "overall",
                "components",
                "photo",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("terms_version", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "answered",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("share_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (ended_at IS NULL)", name=op.f("ck_invitation_ended")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["candidate_account.id"],
            name=op.f("fk_invitation_account_id_candidate_account"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_invitation_entry_id_entry"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["share.id"],
            name=op.f("fk_invitation_share_id_share"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("reference", name=op.f("uq_invitation_reference")),
    )
    op.create_index(
        op.f("ix_invitation_account_id"), "invitation", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_invitation_entry_id"), "invitation", ["entry_id"], unique=False
    )
    op.create_index(op.f("ix_invitation_host"), "invitation", ["host"], unique=False)
    op.create_index(
        "uq_invitation_waiting",
        "invitation",
        ["entry_id", "host"],
        unique=True,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_table(
        "share_link_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["share_link.id"],
            name=op.f("fk_share_link_look_link_id_share_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link_look")),
    )
    op.create_index(
        op.f("ix_share_link_look_link_id"), "share_link_look", ["link_id"], unique=False
    )
    op.add_column(
        "candidate_account",
        sa.Column("new_email", sa.String(254), nullable=False, server_default=""),
    )
    op.add_column(
        "candidate_account",
        sa.Column("sign_in_links", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "candidate_account",
        sa.Column(
            "wants_read_notices",
            sa.Boolean(),
            nullable=False,
            server_default=sa.true(),
        ),
    )
    # Signing in looks an address up as it is: both are in small letters from now on.
    op.execute("UPDATE candidate_account SET email = lower(email)")
    # In one statement with its check: SQLite adds no constraint to a table that stands.
    op.execute(SHARE_SCOPE)
    op.add_column(
        "share",
        sa.Column("purpose", sa.String(200), nullable=False, server_default=""),
    )
    op.add_column("share", sa.Column("expires_at", sa.DateTime(timezone=True)))
    op.add_column("share", sa.Column("suspended_at", sa.DateTime(timezone=True)))
    op.add_column("result", sa.Column("hidden_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_result_changed",
        "result",
        ["release_id"],
        unique=False,
        sqlite_where=sa.text("version > 1 OR withdrawn_at IS NOT NULL"),
        postgresql_where=sa.text("version > 1 OR withdrawn_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_result_changed", table_name="result")
    op.drop_column("result", "hidden_at")
    op.drop_column("share", "suspended_at")
    op.drop_column("share", "expires_at")
    op.drop_column("share", "purpose")
    op.drop_column("share", "scope")
    op.drop_column("candidate_account", "wants_read_notices")
    op.drop_column("candidate_account", "sign_in_links")
    op.drop_column("candidate_account", "new_email")
    op.drop_index(op.f("ix_share_link_look_link_id"), table_name="share_link_look")
    op.drop_table("share_link_look")
    op.drop_index(
        "uq_invitation_waiting",
        table_name="invitation",
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.drop_index(op.f("ix_invitation_host"), table_name="invitation")
    op.drop_index(op.f("ix_invitation_entry_id"), table_name="invitation")
    op.drop_index(op.f("ix_invitation_account_id"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_index(
        "uq_enquiry_going_on",
        table_name="enquiry",
        sqlite_where=sa.text("state IN ('requested', 'accepted')"),
        postgresql_where=sa.text("state IN ('requested', 'accepted')"),
    )
    op.drop_index("ix_enquiry_state_requested_at", table_name="enquiry")
    op.drop_index(op.f("ix_enquiry_entry_id"), table_name="enquiry")
    op.drop_index(op.f("ix_enquiry_answer_due_on"), table_name="enquiry")
    op.drop_index(op.f("ix_enquiry_account_id"), table_name="enquiry")
    op.drop_table("enquiry")
    op.drop_index(
        "uq_certificate_of_entry",
        table_name="certificate",
        sqlite_where=sa.text("state <> 'recalled'"),
        postgresql_where=sa.text("state <> 'recalled'"),
    )
    op.drop_index(op.f("ix_certificate_keep_until"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_entry_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(op.f("ix_case_message_case_id"), table_name="case_message")
    op.drop_table("case_message")
    op.drop_index(op.f("ix_share_link_entry_id"), table_name="share_link")
    op.drop_index(op.f("ix_share_link_account_id"), table_name="share_link")
    op.drop_table("share_link")
    op.drop_table("photo")
    op.drop_index(
        "uq_centre_case_missing_result",
        table_name="centre_case",
        sqlite_where=sa.text("kind = 'missing_result' AND state <> 'closed'"),
        postgresql_where=sa.text("kind = 'missing_result' AND state <> 'closed'"),
    )
    op.drop_index(op.f("ix_centre_case_entry_id"), table_name="centre_case")
    op.drop_index("ix_centre_case_centre_id_state", table_name="centre_case")
    op.drop_index(op.f("ix_centre_case_account_id"), table_name="centre_case")
    op.drop_table("centre_case")
    op.drop_table("centre_rules")
