"""To whom a candidate's result was opened, and who looked: for their own record."""

from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import (
    CandidateAccount,
    Download,
    DownloadRow,
    Entry,
    Invitation,
    Lookup,
    Share,
    ShareAccess,
    ShareLink,
    ShareLinkLook,
)
from app.services.own_rows import told
from app.services.sharing import outbox


def opened(account: CandidateAccount, entry: Entry) -> dict[str, Any]:
    """Return what opens or opened an exam's result to others, and who looked."""
    of_account = outbox.shares_of(account)
    links = select(ShareLink).where(ShareLink.entry_id == entry.id)
    lookups = select(Lookup).where(Lookup.entry_id == entry.id)
    invitations = select(Invitation).where(Invitation.entry_id == entry.id)
    return {
        "shares": [
            {
                **told(row),
                "organisation": str(row.organisation),
                "looks": _looks(row),
                "downloads": _downloads(row),
            }
            for row in of_account
            if row.entry_id == entry.id
        ],
        "links": [
            {**told(row), "looks": _link_looks(row)}
            for row in db.session.scalars(links.order_by(ShareLink.id))
        ],
        "invitations": [
            told(row) for row in db.session.scalars(invitations.order_by(Invitation.id))
        ],
        "found_without_a_share": [
            {**told(row), "organisation": str(row.organisation)}
            for row in db.session.scalars(lookups.order_by(Lookup.id))
        ],
    }


def _looks(share: Share) -> list[dict[str, Any]]:
    query = select(ShareAccess).where(ShareAccess.share_id == share.id)
    return [told(row) for row in db.session.scalars(query.order_by(ShareAccess.id))]


def _link_looks(link: ShareLink) -> list[dict[str, Any]]:
    query = select(ShareLinkLook).where(ShareLinkLook.link_id == link.id)
    return [told(row) for row in db.session.scalars(query.order_by(ShareLinkLook.id))]


def _downloads(share: Share) -> list[dict[str, Any]]:
    """Return in which files a share's result was taken, and how much of it."""
    query = (
        select(Download, DownloadRow)
        .join(DownloadRow, DownloadRow.download_id == Download.id)
        .where(DownloadRow.share_id == share.id, DownloadRow.result_id.is_not(None))
    )
    return [
        {**told(download), **told(row)}
        for download, row in db.session.execute(query.order_by(Download.id))
    ]
