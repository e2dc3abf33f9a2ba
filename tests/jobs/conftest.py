"""A mail server for the jobs, and messages that do not depend on anybody's wording."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from app.extensions import db
from app.models import CandidateAccount, Mail
from app.services import mail
from tests.cast import NOW
from tests.jobs.postoffice import PostOffice

NOTE = {
    "email/note.txt": "A note for {{ name }}\n\nDear {{ name }}, this is a note.\n",
    "email/note.html": "<p>Dear {{ name }}, this is a note.</p>",
}


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server that listens on this machine."""
    office = PostOffice()
    office.open()
    yield office
    office.close()


@pytest.fixture
def mailing(
    app: Flask, post_office: PostOffice, monkeypatch: Any
) -> Iterator[PostOffice]:
    """The app sends its mail to the post office, and knows the kind `note`."""
    transport = app.extensions["mail"]
    monkeypatch.setattr(transport, "server", "127.0.0.1")
    monkeypatch.setattr(transport, "port", post_office.port)
    monkeypatch.setitem(app.config, "ESITO_MAIL_TO_FOLDER", False)
    loader = ChoiceLoader([DictLoader(NOTE), app.jinja_env.loader])
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    # What letters are written with is made once, from the loader of that moment.
    app.extensions.pop("esito-wording", None)
    yield post_office
    app.extensions.pop("esito-wording", None)


def queue_note(account: CandidateAccount, about: str = "1", **values: Any) -> Mail:
    """Queue a note to somebody and return its row."""
    values = {"name": "Amina Benali", **values}
    mail.queue("note", to=account, about=about, at=NOW, **values)
    db.session.commit()
    return db.session.scalars(
        db.select(Mail).where(Mail.dedupe_key == f"note:{about}")
    ).one()
