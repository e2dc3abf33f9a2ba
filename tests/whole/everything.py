"""A row of each kind that has a page of its own, for tests that open every page."""

from datetime import time, timedelta

from app.models import (
    ApplicantMessage,
    CaseMessage,
    CentreCase,
    CentreRules,
    Certificate,
    DownloadTemplate,
    Enquiry,
    Entry,
    Invitation,
    JoinRequest,
    ListCheck,
    Lookup,
    MemberQuestion,
    Requirement,
    Share,
    ShareLink,
    TimetableSlot,
)
from app.services import mail
from app.transactions import atomic
from app.values import (
    CaseKind,
    CertificateState,
    ComponentCode,
    DayPart,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    ExamCode,
    OrganisationStatus,
)
from app.views.admin.mail_words import MAILS
from tests.cast import NOW, Cast, save

DAY = timedelta(days=1)
TODAY = NOW.date()


class Everything:
    """What Amina shared, asked and waits for, with those it concerns."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.account = cast, cast.amina.account
        own = {"entry": cast.amina, "account": self.account, "at": NOW - 3 * DAY}
        own |= {"terms_version": "test"}
        self.share = save(Share(organisation=cast.acme, **own))
        self.link = save(ShareLink(expires_at=NOW + 30 * DAY, **own))
        self.invitation = save(
            Invitation(
                name="Nova",
                email="info@nova.example",
                website="https://nova.example",
                host="nova.example",
                **own,
            )
        )
        self.cases = {kind: self._case(kind) for kind in CaseKind}
        self._papers()
        self._enquiries()
        save(CentreRules(centre=cast.it024, recheck_fee="EUR 42"))
        self._timetable()
        self.missing = self._never_came()
        self._arrivals()
        self._lookups()
        self._house()
        assert cast.liceo
        with atomic():
            for kind in MAILS:
                mail.queue(kind, to=cast.verifier, about=kind, at=NOW)

    def _case(self, kind: CaseKind) -> CentreCase:
        case = save(
            CentreCase(
                kind=kind,
                centre=self.cast.it024,
                entry=self.cast.amina,
                account=self.account,
                opened_at=NOW - DAY,
            )
        )
        save(CaseMessage(case=case, at=NOW - DAY, text="Ciao."))
        return case

    def _papers(self) -> None:
        save(
            Certificate(
                entry=self.cast.amina,
                result=self.cast.published,
                state=CertificateState.arrived,
                sent_on=TODAY - 9 * DAY,
                arrived_on=TODAY - 3 * DAY,
                keep_until=TODAY + 300 * DAY,
                collect_on=TODAY + 3 * DAY,
                collect_part=DayPart.morning,
                collector="Rosa Bianchi",
            )
        )

    def _enquiries(self) -> None:
        """One that is asked for, one with the board, one that found another grade."""
        passed_on = {"accepted_at": NOW - 2 * DAY, "answer_due_on": TODAY}
        changed = {"decided_at": NOW - DAY, "outcome": EnquiryOutcome.changed}
        entries = [self.cast.amina]
        entries += [self.cast.entry(f"002{n}", "Nora", "Bianchi") for n in range(2)]
        states = (
            (EnquiryState.requested, {}),
            (EnquiryState.accepted, passed_on),
            (EnquiryState.decided, {**passed_on, **changed}),
        )
        for entry, (state, values) in zip(entries, states, strict=True):
            known = entry is self.cast.amina
            result = self.cast.published if known else self.cast.result(entry)
            if state is EnquiryState.decided:
                values["new_result"] = self.cast.result(entry, version=2, overall=174)
            save(
                Enquiry(
                    entry=entry,
                    account=self.account,
                    kind=EnquiryKind.recheck,
                    state=state,
                    result=result,
                    requested_at=NOW - 3 * DAY,
                    **values,
                )
            )

    def _never_came(self) -> Entry:
        """An entry of Amina's whose last day went by without a result."""
        session = self.cast.exam_session("2610-CAE-P", ExamCode.CAE)
        session.final_date = TODAY - DAY
        entry = self.cast.entry("0040", "Amina", "Benali", session=session)
        entry.account, entry.registered_at = self.account, NOW - 9 * DAY
        return save(entry)

    def _arrivals(self) -> None:
        """Somebody who wants to join, and an applicant who was asked something."""
        asking = {"organisation": self.cast.acme, "email": "nadia@acme.example"}
        asking |= {"first_name": "Nadia", "family_name": "Neri", "asked_at": NOW - DAY}
        self.asked = save(JoinRequest(**asking))
        nova = self.cast.organisation(
            "Nova", "nova.example", status=OrganisationStatus.applied, decided_at=None
        )
        self.applicant = self.cast.member(nova, "nina@nova.example", job_title="")
        for user in (self.cast.partnerships, None):
            said = {"organisation": nova, "at": NOW - DAY, "user": user}
            save(ApplicantMessage(text="Ciao.", **said))

    def _lookups(self) -> None:
        """A result found by its number, and a list that waits to be checked."""
        member = self.cast.verifier
        asks = {"organisation": self.cast.acme, "member_id": member.id}
        asks |= {"member_name": member.name, "purpose": "entry"}
        self.lookup = save(Lookup(entry=self.cast.amina, at=NOW, **asks))
        self.check = save(ListCheck(name="a.csv", rows=1, asked_at=NOW, **asks))

    def _house(self) -> None:
        """What an organisation has set up, and what it asked the board."""
        acme, member = self.cast.acme, self.cast.verifier
        self.template = save(
            DownloadTemplate(
                organisation=acme,
                name="Segreteria",
                fields=[["name", "Nome"]],
                date_format="iso",
                made_by=member.name,
                changed_at=NOW,
            )
        )
        self.requirement = save(
            Requirement(
                organisation=acme, exam=ExamCode.FCE, overall=160, changed_at=NOW
            )
        )
        save(
            MemberQuestion(
                organisation=acme, member=member, text="Ciao?", asked_at=NOW - DAY
            )
        )

    def _timetable(self) -> None:
        save(
            TimetableSlot(
                session=self.cast.session,
                centre=self.cast.it024,
                component=ComponentCode.R,
                day=self.cast.session.exam_date,
                start=time(9),
                venue="Liceo Galileo",
            )
        )
