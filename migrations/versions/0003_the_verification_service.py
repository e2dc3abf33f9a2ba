"""The verification service."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What an organisation could do with a shared result until now.
BEFORE = ("viewed", "statement")
INDEXES = {
    "ix_share_access_share_id": ("share_id",),
    "ix_share_access_member_id": ("member_id",),
    "ix_share_access_member_id_share_id": ("member_id", "share_id"),
}
SHARE_ACCESS = """
CREATE TABLE share_access (
    id INTEGER NOT NULL,
    share_id INTEGER NOT NULL,
    member_id INTEGER,
    member_name VARCHAR(161) NOT NULL,
    kind VARCHAR(24) NOT NULL,
    at DATETIME NOT NULL,
    CONSTRAINT pk_share_access PRIMARY KEY (id),
    CONSTRAINT ck_share_access_kind CHECK (kind IN ({kinds})),
    CONSTRAINT fk_share_access_share_id_share FOREIGN KEY(share_id)
        REFERENCES share (id) ON DELETE CASCADE,
    CONSTRAINT fk_share_access_member_id_member FOREIGN KEY(member_id)
        REFERENCES member (id) ON DELETE SET NULL
)
"""


def let_accesses_be(*kinds: str) -> None:
    """Admit these kinds of access and no others."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_share_access_kind", "share_access")
        op.execute(
            "ALTER TABLE share_access ADD CONSTRAINT ck_share_access_kind"
            f" CHECK (kind IN ({listed}))"
        )
        return
    # SQLite changes no constraint: the table is made anew and filled from the old one.
    for index in INDEXES:
        op.drop_index(index, table_name="share_access")
    op.execute("ALTER TABLE share_access RENAME TO share_access_before")
    op.execute(SHARE_ACCESS.format(kinds=listed))
    op.execute(
        "INSERT INTO share_access (id, share_id, member_id, member_name, kind, at)"
        " SELECT id, share_id, member_id, member_name, kind, at"
        " FROM share_access_before"
    )
    op.drop_table("share_access_before")
    for index, columns in INDEXES.items():
        op.create_index(index, "share_access", list(columns))


def upgrade() -> None:
    op.create_table(
        "applicant_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_applicant_message_words")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_applicant_message_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_applicant_message_user_id_ab_user"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applicant_message")),
    )
    op.create_index(
        op.f("ix_applicant_message_organisation_id"),
        "applicant_message",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "download_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("field_list", sa.JSON(), nullable=False),
        sa.Column("date_format", sa.String(length=20), nullable=False),
        sa.Column(
            "row_per",
            sa.Enum(
                "result",
                "component",
                name="row_per",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("made_by", sa.String(length=161), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_download_template_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download_template")),
        sa.UniqueConstraint(
            "organisation_id",
            "name",
            name=op.f("uq_download_template_organisation_id_name"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_download_template_reference")),
    )
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("family_name", sa.String(length=80), nullable=False),
        sa.Column("job_title", sa.String(length=120), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_join_request_decided"),
        ),
        sa.CheckConstraint(
            "email = lower(email)", name=op.f("ck_join_request_email_lower")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_join_request_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_join_request_reference")),
    )
    op.create_index(
        op.f("ix_join_request_asked_at"), "join_request", ["asked_at"], unique=False
    )
    op.create_index(
        op.f("ix_join_request_organisation_id"),
        "join_request",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        "uq_join_request_open",
        "join_request",
        ["organisation_id", "email"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=120), nullable=False),
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
            nullable=False,
        ),
        sa.Column("overall", sa.SmallInteger(), nullable=True),
        sa.Column("score_r", sa.SmallInteger(), nullable=True),
        sa.Column("score_u", sa.SmallInteger(), nullable=True),
        sa.Column("score_w", sa.SmallInteger(), nullable=True),
        sa.Column("score_l", sa.SmallInteger(), nullable=True),
        sa.Column("score_s", sa.SmallInteger(), nullable=True),
        sa.Column("score_rw", sa.SmallInteger(), nullable=True),
        sa.Column("months", sa.SmallInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "months IS NULL OR months BETWEEN 1 AND 240",
            name=op.f("ck_requirement_months"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_requirement_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint(
            "organisation_id",
            "programme",
            "exam",
            name=op.f("uq_requirement_organisation_id_programme_exam"),
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_requirement_reference")),
    )
    op.create_table(
        "default_template",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_default_template_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["download_template.id"],
            name=op.f("fk_default_template_template_id_download_template"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_default_template")),
    )
    op.create_index(
        op.f("ix_default_template_template_id"),
        "default_template",
        ["template_id"],
        unique=False,
    )
    op.create_table(
        "download",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("member_name", sa.String(length=161), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "statements_zip",
                "statements_pdf",
                "csv",
                "xlsx",
                "json",
                "xml",
                name="format",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("template_used", sa.JSON(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "ready",
                "failed",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(length=22), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "done BETWEEN 0 AND row_count", name=op.f("ck_download_done")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_download_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_download_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_download")),
        sa.UniqueConstraint("reference", name=op.f("uq_download_reference")),
    )
    op.create_index(
        op.f("ix_download_member_id"), "download", ["member_id"], unique=False
    )
    op.create_index(
        "ix_download_organisation_id_asked_at",
        "download",
        ["organisation_id", "asked_at"],
        unique=False,
    )
    op.create_index(
        "ix_download_state_asked_at", "download", ["state", "asked_at"], unique=False
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_handover_decided")
        ),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_handover_two_people")),
        sa.ForeignKeyConstraint(
            ["from_id"],
            ["member.id"],
            name=op.f("fk_handover_from_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_handover_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_id"],
            ["member.id"],
            name=op.f("fk_handover_to_id_member"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("reference", name=op.f("uq_handover_reference")),
    )
    op.create_index(
        "uq_handover_open",
        "handover",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "list_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("member_name", sa.String(length=161), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "ready",
                "failed",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("answer_counts", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "done BETWEEN 0 AND row_count", name=op.f("ck_list_check_done")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_list_check_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_list_check_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_check")),
        sa.UniqueConstraint("reference", name=op.f("uq_list_check_reference")),
    )
    op.create_index(
        op.f("ix_list_check_member_id"), "list_check", ["member_id"], unique=False
    )
    op.create_index(
        op.f("ix_list_check_organisation_id"),
        "list_check",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        "ix_list_check_state_asked_at",
        "list_check",
        ["state", "asked_at"],
        unique=False,
    )
    op.create_table(
        "member_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer = '')",
            name=op.f("ck_member_question_answered"),
        ),
        sa.CheckConstraint("words <> ''", name=op.f("ck_member_question_words")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["ab_user.id"],
            name=op.f("fk_member_question_answered_by_id_ab_user"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_member_question_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_member_question_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_question")),
        sa.UniqueConstraint("reference", name=op.f("uq_member_question_reference")),
    )
    op.create_index(
        op.f("ix_member_question_member_id"),
        "member_question",
        ["member_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_member_question_organisation_id"),
        "member_question",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "second_factor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("secret", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(account_id IS NOT NULL AND member_id IS NULL AND user_id IS NULL) OR (account_id IS NULL AND member_id IS NOT NULL AND user_id IS NULL) OR (account_id IS NULL AND member_id IS NULL AND user_id IS NOT NULL)",
            name=op.f("ck_second_factor_one_person"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["candidate_account.id"],
            name=op.f("fk_second_factor_account_id_candidate_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_second_factor_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["ab_user.id"],
            name=op.f("fk_second_factor_user_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("account_id", name=op.f("uq_second_factor_account_id")),
        sa.UniqueConstraint("member_id", name=op.f("uq_second_factor_member_id")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_factor_user_id")),
    )
    op.create_table(
        "download_row",
        sa.Column("download_id", sa.Integer(), nullable=False),
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=True),
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
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["download_id"],
            ["download.id"],
            name=op.f("fk_download_row_download_id_download"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["result.id"],
            name=op.f("fk_download_row_result_id_result"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["share.id"],
            name=op.f("fk_download_row_share_id_share"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "download_id", "share_id", name=op.f("pk_download_row")
        ),
    )
    op.create_index(
        op.f("ix_download_row_share_id"), "download_row", ["share_id"], unique=False
    )
    op.create_table(
        "lookup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("member_name", sa.String(length=161), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("seen_result_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("list_check_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_lookup_entry_id_entry"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["list_check_id"],
            ["list_check.id"],
            name=op.f("fk_lookup_list_check_id_list_check"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_lookup_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_lookup_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seen_result_id"],
            ["result.id"],
            name=op.f("fk_lookup_seen_result_id_result"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup")),
        sa.UniqueConstraint("reference", name=op.f("uq_lookup_reference")),
    )
    op.create_index(op.f("ix_lookup_entry_id"), "lookup", ["entry_id"], unique=False)
    op.create_index(op.f("ix_lookup_member_id"), "lookup", ["member_id"], unique=False)
    op.create_index(
        "ix_lookup_organisation_id_at",
        "lookup",
        ["organisation_id", "at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_lookup_seen_result_id"), "lookup", ["seen_result_id"], unique=False
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("factor_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["factor_id"],
            ["second_factor.id"],
            name=op.f("fk_recovery_code_factor_id_second_factor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(
        op.f("ix_recovery_code_factor_id"), "recovery_code", ["factor_id"], unique=False
    )
    op.create_table(
        "seen_version",
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["result.id"],
            name=op.f("fk_seen_version_result_id_result"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["share_id"],
            ["share.id"],
            name=op.f("fk_seen_version_share_id_share"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_seen_version")),
    )
    op.create_index(
        op.f("ix_seen_version_result_id"), "seen_version", ["result_id"], unique=False
    )
    op.add_column(
        "member", sa.Column("told_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_member_notify_told_until", "member", ["notify", "told_until"])
    op.add_column(
        "organisation",
        sa.Column("timezone", sa.String(40), nullable=False, server_default=""),
    )
    op.add_column(
        "organisation",
        sa.Column(
            "asks_purpose", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_index(
        "ix_share_withdrawn",
        "share",
        ["entry_id", "organisation_id"],
        sqlite_where=sa.text("withdrawn_at IS NOT NULL"),
        postgresql_where=sa.text("withdrawn_at IS NOT NULL"),
    )
    let_accesses_be(*BEFORE, "data", "acknowledged")


def downgrade() -> None:
    op.drop_index("ix_share_withdrawn", table_name="share")
    op.execute("DELETE FROM share_access WHERE kind NOT IN ('viewed', 'statement')")
    let_accesses_be(*BEFORE)
    op.drop_column("organisation", "asks_purpose")
    op.drop_column("organisation", "timezone")
    op.drop_index("ix_member_notify_told_until", table_name="member")
    op.drop_column("member", "told_until")
    op.drop_index(op.f("ix_seen_version_result_id"), table_name="seen_version")
    op.drop_table("seen_version")
    op.drop_index(op.f("ix_recovery_code_factor_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_lookup_seen_result_id"), table_name="lookup")
    op.drop_index("ix_lookup_organisation_id_at", table_name="lookup")
    op.drop_index(op.f("ix_lookup_member_id"), table_name="lookup")
    op.drop_index(op.f("ix_lookup_entry_id"), table_name="lookup")
    op.drop_table("lookup")
    op.drop_index(op.f("ix_download_row_share_id"), table_name="download_row")
    op.drop_table("download_row")
    op.drop_table("second_factor")
    op.drop_index(
        op.f("ix_member_question_organisation_id"), table_name="member_question"
    )
    op.drop_index(op.f("ix_member_question_member_id"), table_name="member_question")
    op.drop_table("member_question")
    op.drop_index("ix_list_check_state_asked_at", table_name="list_check")
    op.drop_index(op.f("ix_list_check_organisation_id"), table_name="list_check")
    op.drop_index(op.f("ix_list_check_member_id"), table_name="list_check")
    op.drop_table("list_check")
    op.drop_index(
        "uq_handover_open",
        table_name="handover",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("handover")
    op.drop_index("ix_download_state_asked_at", table_name="download")
    op.drop_index("ix_download_organisation_id_asked_at", table_name="download")
    op.drop_index(op.f("ix_download_member_id"), table_name="download")
    op.drop_table("download")
    op.drop_index(
        op.f("ix_default_template_template_id"), table_name="default_template"
    )
    op.drop_table("default_template")
    op.drop_table("requirement")
    op.drop_index(
        "uq_join_request_open",
        table_name="join_request",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_join_request_organisation_id"), table_name="join_request")
    op.drop_index(op.f("ix_join_request_asked_at"), table_name="join_request")
    op.drop_table("join_request")
    op.drop_table("download_template")
    op.drop_index(
        op.f("ix_applicant_message_organisation_id"), table_name="applicant_message"
    )
    op.drop_table("applicant_message")
