"""Everybody of the story at hand, and the calendar that their acts are told by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.extensions import db
from app.models import CandidateAccount, Entry, Member, Organisation, User
from app.services.demo.board import Board


@dataclass(frozen=True)
class Cast:
    """Who acts in the demonstration; `at` is the moment at which it is loaded."""

    board: Board
    people: Mapping[str, Sequence[Entry]]
    team: Mapping[str, User]
    members: Sequence[Member]
    password_hash: str
    at: datetime

    def entry(self, key: str, number: int = -1) -> Entry:
        """Return an exam of somebody: the last one, unless a number is given."""
        return self.people[key][number]

    def account(self, key: str) -> CandidateAccount:
        """Return the account of somebody who has registered."""
        account = self.entry(key).account
        assert account is not None, key
        return account

    def organisation(self, domain: str) -> Organisation:
        """Return the organisation that receives at a domain."""
        member = self.member(domain)
        assert member.organisation is not None
        return member.organisation

    def member(self, domain: str) -> Member:
        """Return the primary user at a domain."""
        return next(m for m in self.members if m.email.endswith(f"@{domain}"))

    def user(self, email: str) -> Member:
        """Return a user of an organisation by their address."""
        return db.session.scalars(select(Member).where(Member.email == email)).one()

    def ago(self, days: float) -> datetime:
        """Return the instant so many days before the demonstration is loaded."""
        return self.at - timedelta(days=days)
