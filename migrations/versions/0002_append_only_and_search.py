"""what is written once is never changed; text is found by its folded words."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "audit_entry",
    "box_entry",
    "checkpoint",
    "time_stamp",
    "decision",
    "declaration",
    "agenda_version",
    "agenda_version_item",
    "question_text",
    "opinion_step",
    "rulebook",
    "member_weight",
    "stated_position",
    "opinion_turnout",
    "opinion_comment",
    "comment_answer",
    "advice",
    "answer_draft",
    "answer_comment",
)


def upgrade() -> None:
    """Bring the database forward."""
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(folded, content='search_text', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute(
        "CREATE TRIGGER search_text_added AFTER INSERT ON search_text "
        "BEGIN INSERT INTO search_index(rowid, folded) VALUES (new.id, new.folded); END"
    )
    op.execute(
        "CREATE TRIGGER search_text_removed AFTER DELETE ON search_text "
        "BEGIN INSERT INTO search_index(search_index, rowid, folded) VALUES ('delete', old.id, old.folded); END"
    )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("CREATE INDEX ix_search_text_words ON search_text USING gin (to_tsvector('simple', folded))")


def downgrade() -> None:
    """Going back is a restore of the backup, never a migration."""
    raise NotImplementedError
