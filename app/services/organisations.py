"""Organisations that rely on results: they apply, staff decide, candidates choose.

Only an approved organisation can be found, receives anything or lets anybody in.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import ApplicantMessage, Member, Organisation, SignIn, User
from app.services import (
    applicant,
    applications,
    audit,
    calendar,
    domains,
    invitations,
    localtime,
    lookalikes,
    mail,
    throttle,
    typed_addresses,
)
from app.services.applications import Application
from app.services.doors import Door
from app.services.tokens import Purpose
from app.transactions import atomic
from app.values import AuditAction, MemberRole, OrganisationStatus

# What the board promises: a decision within five working days.
WORKING_DAYS = 5


def apply(application: Application, *, address: str, at: datetime) -> None:
    """Take an application; its applicant becomes the organisation's primary user.

    An e-mail address that is known already gets the same outward answer as a new one;
    only its owner reads what happened. Raises Refused at the field that is not right,
    and Conflict for an organisation that is there already.
    """
    wanted = applications.checked(application)
    throttle.charge(Door.organisation_application, wanted.email, address, at=at)
    with atomic() as tx:
        organisation = _applied(wanted, at)
        if _is_sent_twice(organisation, wanted.email, at):
            return
        member = _applicant(wanted, organisation, at)
        try:
            with tx.begin_nested():
                tx.add_all([organisation, member])
        except IntegrityError:
            if _is_sent_twice(organisation, wanted.email, at):
                return
            known = typed_addresses.owner(wanted.email)
            if known is not None:
                typed_addresses.tell_owner(known, at=at)
            return
        mail.queue(
            "application_received",
            to=member,
            about=organisation.reference,
            at=at,
            name=member.name,
            organisation=organisation.name,
            due_on=organisation.due_on.isoformat(),
        )
        _trace(organisation, AuditAction.organisation_applied, None, at)


def due_on(at: datetime) -> date:
    """Return the day by which what is applied for at an instant is decided."""
    return calendar.working_days_after(localtime.today(at), WORKING_DAYS)


def approve(organisation: Organisation, *, by: User, at: datetime) -> None:
    """Admit an organisation that applied; its primary user is sent a password link.

    The results that candidates invited it for go out to it, if its domain is proved.
    """
    applied, approved = OrganisationStatus.applied, OrganisationStatus.approved
    with atomic():
        _decide(organisation, applied, approved, "", by, at)
        primary = primary_of(organisation)
        if primary is not None:
            mail.queue(
                "organisation_approved",
                to=primary,
                about=organisation.reference,
                at=at,
                link=Purpose.set_password,
                name=primary.name,
                organisation=organisation.name,
            )
        invitations.answer(organisation, at=at)
        _trace(organisation, AuditAction.organisation_approved, by, at)
    db.session.refresh(organisation)


def refuse(organisation: Organisation, *, by: User, why: str, at: datetime) -> None:
    """Decline an application, tell the applicant why, and forget who they are.

    What was asked and answered goes, too. They may apply again: neither their address
    nor the organisation's name is taken.
    """
    reason = _reason(why)
    applied, refused = OrganisationStatus.applied, OrganisationStatus.refused
    with atomic() as tx:
        _decide(organisation, applied, refused, reason, by, at)
        primary = primary_of(organisation)
        if primary is not None:
            mail.queue(
                "organisation_refused",
                # Their row is gone when it is sent.
                to=mail.Address(primary.email, primary.language),
                about=organisation.reference,
                at=at,
                name=primary.name,
                organisation=organisation.name,
                reason=reason,
            )
        for table in (ApplicantMessage, Member):
            tx.execute(delete(table).where(table.organisation_id == organisation.id))
        _trace(organisation, AuditAction.organisation_refused, by, at, why=reason)
    db.session.refresh(organisation)


def suspend(organisation: Organisation, *, by: User, why: str, at: datetime) -> None:
    """Shut an approved organisation out: nobody finds it, its members must leave.

    Its primary user is told that it is so, not why: the reason is the staff's.
    """
    reason = _reason(why)
    approved, suspended = OrganisationStatus.approved, OrganisationStatus.suspended
    with atomic() as tx:
        _decide(organisation, approved, suspended, reason, by, at)
        own = select(Member.id).where(Member.organisation_id == organisation.id)
        tx.execute(
            update(SignIn)
            .where(SignIn.member_id.in_(own), SignIn.ended_at.is_(None))
            .values(ended_at=at)
        )
        _tell_standing("organisation_suspended", organisation, at)
        _trace(organisation, AuditAction.organisation_suspended, by, at, why=reason)
    db.session.refresh(organisation)


def restore(
    organisation: Organisation, *, by: User, at: datetime, why: str = ""
) -> None:
    """Let a suspended organisation in again, with what is shared or waits for it."""
    suspended, approved = OrganisationStatus.suspended, OrganisationStatus.approved
    reason = why.strip()[:1000]
    with atomic():
        _decide(organisation, suspended, approved, reason, by, at)
        _tell_standing("organisation_restored", organisation, at)
        invitations.answer(organisation, at=at)
        _trace(organisation, AuditAction.organisation_restored, by, at, why=reason)
    db.session.refresh(organisation)


def primary_of(organisation: Organisation) -> Member | None:
    """Return the primary user of an organisation: the one who applied, as a rule."""
    return db.session.scalar(
        select(Member).where(
            Member.organisation_id == organisation.id,
            Member.role == MemberRole.primary,
        )
    )


def look_alikes(organisation: Organisation) -> list[Organisation]:
    """Return other organisations, of any place and standing, whose name reads alike.

    For the officer who decides: two of one name in two cities may both be genuine, and
    a copy of a known one in foreign letters shows here.
    """
    return list(
        db.session.scalars(
            select(Organisation)
            .where(
                Organisation.folded_name == organisation.folded_name,
                Organisation.id != organisation.id,
            )
            .order_by(Organisation.applied_at, Organisation.id)
            .limit(20)
        )
    )


def _applied(wanted: Application, at: datetime) -> Organisation:
    return Organisation(
        name=wanted.organisation,
        folded_name=lookalikes.folded(wanted.organisation),
        type=wanted.type,
        website=wanted.website,
        city=wanted.city,
        country=wanted.country,
        domain_matches=domains.belongs(wanted.email, wanted.website),
        status=OrganisationStatus.applied,
        applied_at=at,
        due_on=due_on(at),
    )


def _applicant(wanted: Application, organisation: Organisation, at: datetime) -> Member:
    return Member(
        organisation=organisation,
        email=wanted.email,
        first_name=wanted.first_name,
        family_name=wanted.family_name,
        job_title=wanted.job_title,
        role=MemberRole.primary,
        language=wanted.language,
        created_at=at,
    )


def _is_sent_twice(organisation: Organisation, email: str, at: datetime) -> bool:
    """Tell whether one form came twice; Conflict if the organisation is there."""
    cities = select(Organisation.city).where(
        Organisation.folded_name == organisation.folded_name,
        Organisation.country == organisation.country,
        Organisation.status != OrganisationStatus.refused,
    )
    here = lookalikes.folded(organisation.city)
    if all(lookalikes.folded(one) != here for one in db.session.scalars(cities)):
        return False
    if not applicant.applied_just_now(organisation, email, at=at):
        raise Conflict(THERE_ALREADY, field="organisation")
    return True


def _reason(why: str) -> str:
    reason = why.strip()
    if not reason:
        raise Refused(_l("Say why."), field="why")
    return reason[:1000]


def _decide(
    organisation: Organisation,
    standing: OrganisationStatus,
    decided: OrganisationStatus,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """Change where an organisation stands, unless somebody else was first."""
    done = db.session.execute(
        update(Organisation)
        .where(Organisation.id == organisation.id, Organisation.status == standing)
        .values(
            status=decided, decided_at=at, decided_by_id=by.id, decision_reason=reason
        )
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_l("Somebody has decided on this organisation meanwhile."))


def _tell_standing(kind: str, organisation: Organisation, at: datetime) -> None:
    """Tell the primary user who may sign in how their organisation stands now."""
    primary = primary_of(organisation)
    if primary is not None and primary.active:
        mail.queue(
            kind,
            to=primary,
            about=f"{organisation.reference}:{at.isoformat()}",
            at=at,
            name=primary.name,
            organisation=organisation.name,
        )


def _trace(
    organisation: Organisation,
    action: AuditAction,
    by: User | None,
    at: datetime,
    **detail: str,
) -> None:
    audit.append(
        action,
        f"organisation:{organisation.reference}",
        by=by,
        at=at,
        name=organisation.name,
        **detail,
    )


THERE_ALREADY = _l(
    "An organisation of this name in this city is here already. Choose Join an existing"
    " account instead; if you do not find it there, write to the board."
)
