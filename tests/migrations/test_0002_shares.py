"""What was shared before there was a choice stays shared as it was."""

from datetime import timedelta

from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, Table, inspect

from app.extensions import db
from app.models import Share
from app.services import access, consent
from app.values import ShareScope, ShareState
from tests.cast import NOW, Cast

DAY = timedelta(days=1)


def insert_share(reference, keys, **values):
    """Write a row as the first schema had it."""
    entry, organisation, account = keys
    table = Table("share", MetaData(), autoload_with=db.engine)
    row = {
        "reference": reference,
        "entry_id": entry,
        "organisation_id": organisation,
        "account_id": account,
        "at": NOW,
        "terms_version": "2026-01",
        **values,
    }
    with db.engine.begin() as connection:
        connection.execute(table.insert().values(row))


def test_a_share_of_the_first_schema_shows_every_part_until_it_is_withdrawn(own_app):
    cast = Cast()
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    college = cast.organisation("North College", "north.example")
    live = (cast.amina.id, cast.acme.id, account.id)
    gone = (cast.amina.id, college.id, account.id)
    member = cast.verifier.id
    db.session.remove()
    downgrade(revision="0001")
    columns = {column["name"] for column in inspect(db.engine).get_columns("share")}
    assert not columns & {"scope", "purpose", "expires_at", "suspended_at"}
    insert_share("L" * 22, live)
    insert_share("W" * 22, gone, withdrawn_at=NOW + DAY)
    upgrade()
    shares = {row.reference[0]: row for row in db.session.scalars(db.select(Share))}
    for share in shares.values():
        assert share.scope is ShareScope.components
        assert (share.purpose, share.expires_at, share.suspended_at) == ("", None, None)
    later = NOW + 2 * DAY
    assert consent.state(shares["L"], at=later) is ShareState.standing
    assert consent.state(shares["W"], at=later) is ShareState.withdrawn
    stands = db.session.scalars(db.select(Share).where(consent.stands(later))).all()
    assert stands == [shares["L"]]
    reader = db.session.get(type(cast.verifier), member)
    found, result = access.shared_result(reader, "L" * 22, at=later)
    assert (found, result.overall) == (shares["L"], 172)
