"""Numbers for candidates: given once, printed again, renewed by the centre alone."""

import errno
import tempfile

import pytest
from sqlalchemy import select

from app.errors import Refused
from app.extensions import db
from app.models import AuditRow, Entry
from app.services import confirmations, credentials, identifiers
from tests.cast import NOW


def unissued(cast, number, **values):
    entry = cast.entry(number, "Carla", "Conti", **values)
    entry.id_number = entry.secret = entry.secret_issued_at = None
    db.session.commit()
    return entry


def issue(cast, **values):
    args = {"session": cast.session, "centre": cast.it024, **values}
    return confirmations.issue(args["session"], args["centre"], by=None, at=NOW)


def acts():
    rows = db.session.scalars(select(AuditRow).order_by(AuditRow.id))
    return [row.action for row in rows]


def test_every_entry_without_numbers_gets_its_own(cast):
    carla, dario = unissued(cast, "0003"), unissued(cast, "0004")
    assert issue(cast) == 2
    assert identifiers.is_id_number(carla.id_number)
    assert carla.id_number != dario.id_number
    assert len(credentials.printed(carla)) == 8
    assert carla.secret_issued_at == NOW
    assert acts() == ["confirmations_issued"]


def test_numbers_that_were_printed_keep_working(cast):
    amina, before = cast.amina, cast.amina.id_number
    unissued(cast, "0003")
    assert issue(cast) == 1
    assert issue(cast) == 0
    assert amina.id_number == before
    assert credentials.printed(amina) == "00482913"
    assert acts() == ["confirmations_issued"]


def test_another_centre_is_left_alone(cast):
    rome = cast.centre("IT100")
    elsewhere = unissued(cast, "0003", centre=rome)
    unissued(cast, "0004")
    assert issue(cast) == 1
    assert elsewhere.id_number is None


def test_a_number_that_somebody_has_is_drawn_again(cast, monkeypatch):
    taken = cast.amina.id_number
    carla = unissued(cast, "0003")
    drawn = iter([taken, "111111AAA"])
    monkeypatch.setattr(identifiers, "new_id_number", lambda: next(drawn))
    issue(cast)
    assert carla.id_number == "111111AAA"


def test_a_secret_is_stored_sealed(cast):
    carla = unissued(cast, "0003")
    issue(cast)
    secret = credentials.printed(carla)
    stored = db.session.scalar(select(Entry.secret).where(Entry.id == carla.id))
    assert secret not in stored


def test_a_new_secret_ends_the_old_one_and_its_wrong_tries(cast):
    amina = cast.amina
    amina.secret_failures = 10
    db.session.commit()
    number = amina.id_number
    confirmations.reissue(amina, by=cast.clerk, at=NOW)
    assert amina.id_number == number
    assert amina.secret_failures == 0
    assert not credentials.is_secret_of(amina, "00482913")
    assert credentials.is_secret_of(amina, credentials.printed(amina))
    row = db.session.scalars(select(AuditRow)).one()
    assert (row.action, row.actor) == ("secret_reissued", f"staff:{cast.clerk.id}")
    assert credentials.printed(amina) not in row.detail


def test_there_is_no_new_secret_before_there_was_one(cast):
    carla = unissued(cast, "0003")
    with pytest.raises(Refused):
        confirmations.reissue(carla, by=cast.clerk, at=NOW)
    assert carla.secret is None


def test_more_entries_than_a_chunk_are_all_served(cast, monkeypatch):
    monkeypatch.setattr(confirmations, "CHUNK", 3)
    entries = [unissued(cast, f"{n:04d}") for n in range(10, 17)]
    assert issue(cast) == 7
    printed = list(confirmations.printable(cast.session, cast.it024))
    assert printed == entries


# --- By command -----------------------------------------------------------------------


def run(app, *args):
    return app.test_cli_runner().invoke(args=["confirmations", *args])


def test_the_command_writes_a_pdf_for_every_candidate(app, cast, tmp_path):
    unissued(cast, "0003")
    place = ["--session", cast.session.code, "--centre", cast.it024.number]
    assert cast.amina.candidate_number == "0001"
    done = run(app, *place, "--out", str(tmp_path / "new" / "sheets"))
    assert done.exit_code == 0, done.output
    assert "2 written" in done.output
    assert "1 newly issued, 1 printed again" in done.output
    files = sorted((tmp_path / "new" / "sheets").iterdir())
    assert [file.name for file in files] == ["0001.pdf", "0003.pdf"]
    assert all(file.read_bytes().startswith(b"%PDF") for file in files)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_the_command_prints_the_same_secrets_again(app, cast, tmp_path):
    carla = unissued(cast, "0003")
    place = ["--session", cast.session.code, "--centre", cast.it024.number]
    run(app, *place, "--out", str(tmp_path))
    first = (carla.id_number, carla.secret)
    again = run(app, *place, "--out", str(tmp_path))
    assert "0 newly issued, 1 printed again" in again.output
    assert (carla.id_number, carla.secret) == first


@pytest.mark.parametrize("folder", ["", " "])
def test_the_command_wants_a_folder_that_is_named(
    app, cast, tmp_path, monkeypatch, folder
):
    carla = unissued(cast, "0003")
    monkeypatch.chdir(tmp_path)
    place = ["--session", cast.session.code, "--centre", cast.it024.number]
    done = run(app, *place, "--out", folder)
    assert done.exit_code == 2
    assert "name a folder" in done.output
    assert list(tmp_path.iterdir()) == []
    assert carla.id_number is None


def test_nothing_is_issued_for_a_folder_that_takes_no_file(
    app, cast, tmp_path, monkeypatch
):
    def refuse(**_values):
        raise OSError(errno.EROFS, "Read-only file system")

    carla = unissued(cast, "0003")
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    place = ["--session", cast.session.code, "--centre", cast.it024.number]
    done = run(app, *place, "--out", str(tmp_path))
    assert done.exit_code == 2
    assert f"{tmp_path}: Read-only file system" in done.output
    db.session.refresh(carla)
    assert carla.id_number is None


def test_a_sheet_that_cannot_be_written_is_named_and_nothing_is_left_half_written(
    app, cast, tmp_path
):
    unissued(cast, "0003")
    (tmp_path / "0003.pdf").mkdir()
    place = ["--session", cast.session.code, "--centre", cast.it024.number]
    done = run(app, *place, "--out", str(tmp_path))
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert f"{tmp_path / '0003.pdf'} cannot be written: Is a directory." in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["0003.pdf"]


@pytest.mark.parametrize(
    ("session", "centre", "words"),
    [
        ("9999-FCE-P", "IT024", "no session 9999-FCE-P"),
        ("2611-FCE-P", "XX999", "no centre XX999"),
        ("2611-FCE-P", "IT100", "nobody entered"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(
    app, cast, tmp_path, session, centre, words
):
    assert cast.amina
    cast.centre("IT100")
    folder = tmp_path / "sheets"
    done = run(app, "--session", session, "--centre", centre, "--out", str(folder))
    assert done.exit_code == 1
    assert words in done.output
    assert not folder.exists()
