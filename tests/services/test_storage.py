"""Files beside the database: whole or not at all, under names that lead nowhere."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from app.errors import NotFound, Refused
from app.services import storage
from app.values import new_reference


@pytest.fixture
def folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", (tmp_path / "kept").as_uri())
    return tmp_path / "kept"


@pytest.fixture(params=["folder", "memory", "a folder with a space"])
def anywhere(request, app, tmp_path, monkeypatch):
    url = {
        "folder": tmp_path.as_uri(),
        "memory": f"memory://{tmp_path.name}",
        "a folder with a space": str(tmp_path / "two words"),
    }[request.param]
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", url)
    return url


def name():
    return f"photos/{new_reference()}.jpg"


def test_a_file_comes_back_as_it_was_written(anywhere):
    kept = name()
    assert not storage.exists(kept)
    storage.write(kept, b"a face")
    assert storage.exists(kept)
    assert storage.read(kept) == b"a face"
    storage.write(kept, b"")
    assert storage.read(kept) == b""
    assert [each for each, _ in storage.kept("photos")] == [kept]
    assert storage.delete(kept)
    assert not storage.delete(kept)
    assert not storage.exists(kept)


def test_a_missing_file_is_nothing_to_be_seen_and_logged(anywhere, caplog):
    gone = name()
    with pytest.raises(NotFound):
        storage.read(gone)
    assert f"{gone} is missing" in caplog.text


def test_an_empty_storage_has_no_files(anywhere):
    assert list(storage.kept("photos")) == []


@pytest.mark.parametrize(
    "evil",
    [
        "photos/../../etc/passwd",
        "/etc/passwd",
        "photos/Amina Benali.jpg",
        "../photos/aaaaaaaaaaaaaaaaaaaaaa.jpg",
        "photos/aaaaaaaaaaaaaaaaaaaaaa.jpg\n",
        "photos/aaaaaaaaaaaaaaaaaaaaaa.jpg/..",
        "photos/aaaaaaaaaaaaaaaaaaaaaa",
        "s3://bucket/aaaaaaaaaaaaaaaaaaaaaa.jpg",
        "",
    ],
)
def test_a_name_of_another_shape_reaches_no_file_system(folder, evil):
    for act in (storage.read, storage.delete, storage.exists):
        with pytest.raises(ValueError):
            act(evil)
    with pytest.raises(ValueError):
        storage.write(evil, b"")
    assert not folder.exists()


def test_only_the_service_may_read_the_files_of_a_folder(folder):
    kept = name()
    storage.write(kept, b"a face")
    mode = (folder / kept).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_file_that_breaks_off_leaves_the_old_one_and_no_half(folder, monkeypatch):
    kept = name()
    storage.write(kept, b"the old one")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(OSError, match="No space"):
        storage.write(kept, b"the new one")
    assert storage.read(kept) == b"the old one"
    assert len(list((folder / "photos").iterdir())) == 1


def test_what_is_kept_says_when_it_was_written(folder):
    storage.write(name(), b"a face")
    ((_, written),) = storage.kept("photos")
    assert abs((datetime.now(UTC) - written).total_seconds()) < 60


def test_what_is_no_file_of_ours_can_be_swept(folder):
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "x.jpg.part").write_bytes(b"half")
    ((half, _),) = storage.kept("photos")
    storage.sweep(half)
    storage.sweep(half)
    assert list(storage.kept("photos")) == []


def test_the_check_says_where_files_lie_and_leaves_none(folder):
    assert str(folder) in storage.check()
    assert not list((folder / "doctor").iterdir())


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://bucket/photos", "s3fs"),
        ("nowhere://bucket", "nowhere"),
        ("memory://photos", "memory"),
        ("file:///proc/esito", "/proc/esito"),
    ],
)
def test_a_storage_that_cannot_be_written_is_refused(app, monkeypatch, url, why):
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", url)
    with pytest.raises(Refused, match=why):
        storage.check()


def test_the_password_of_a_storage_is_not_printed(app, monkeypatch):
    url = "ftp://esito:se@cret@127.0.0.1:1/photos"
    assert storage.address(url) == "ftp://127.0.0.1:1/photos"
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", url)
    with pytest.raises(Refused) as refused:
        storage.check()
    assert "cret" not in str(refused.value)


def test_files_lie_outside_of_what_the_web_server_hands_out(app):
    folder = Path(unquote(urlsplit(app.config["ESITO_STORAGE_URL"]).path))
    assert not folder.is_relative_to(Path(app.root_path))
