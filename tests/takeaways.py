"""Results that were shared with Acme, and what its users take of them."""

from datetime import datetime
from typing import Any

from app.extensions import db
from app.models import Download, Entry, Member, Share
from app.services import downloads, sharing
from app.services.inbox import Selection, Wanted
from app.values import DownloadFormat, Language
from tests.cast import NOW, Cast

ALL = Selection(None, Wanted())


class Shared:
    """Amina and Boris have results that are out, and shared them with Acme."""

    def __init__(self, cast: Cast, instant: datetime = NOW) -> None:
        self.cast = cast
        for entry in (cast.amina, cast.boris):
            cast.result(entry)
        self.accounts = [cast.account(entry) for entry in (cast.amina, cast.boris)]
        self.release = cast.released(instant=instant)
        self.amina = self.share(cast.amina)
        self.boris = self.share(cast.boris)

    def share(self, entry: Entry, **wish: Any) -> Share:
        """Share, or share otherwise, what is somebody's own."""
        return sharing.share(entry, self.cast.acme, by=entry.account, at=NOW, **wish)

    def withdraw(self, share: Share, at: Any = NOW) -> None:
        """Take a share back."""
        sharing.withdraw(share, by=share.entry.account, at=at)


def ask(
    member: Member,
    form: DownloadFormat = DownloadFormat.csv,
    selection: Selection = ALL,
    template: Any = None,
    at: Any = NOW,
    language: Language = Language.en,
) -> Download:
    """Ask for a download of all that is shared."""
    return downloads.ask(member, selection, form, template, language=language, at=at)


def made(member: Member, *args: Any, at: Any = NOW, **values: Any) -> Download:
    """Ask for a download and let the job make it."""
    download = ask(member, *args, at=at, **values)
    assert downloads.make_due(at=at) == 1
    db.session.refresh(download)
    return download


def content(member: Member, download: Download, at: Any = NOW) -> bytes | None:
    """Return what a member gets who takes a download; None: nothing."""
    file = downloads.take(member, download.reference, at=at)
    if file is None:
        return None
    whole = b"".join(file.pieces)
    file.pieces.close()
    assert len(whole) == file.size
    return whole
