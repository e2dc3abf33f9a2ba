"""What each generated screen of the board shows, to whom, and what it changes."""

from datetime import date, time, timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import (
    AuditRow,
    Centre,
    Entry,
    ExamSession,
    Mail,
    School,
    StaffMember,
    TimetableSlot,
)
from app.services import audit, credentials, passwords, staff
from app.values import AuditAction, ComponentCode, ExamCode, MailState
from tests.cast import NOW, PASSWORD, save


def rows_of(page):
    return [cell.text_content().strip() for cell in page.xpath("//tbody/tr/th")]


def facts_of(page):
    terms = [term.text_content().strip() for term in page.xpath("//dl/dt")]
    values = [value.text_content().strip() for value in page.xpath("//dl/dd")]
    return dict(zip(terms, values, strict=True))


@pytest.fixture
def paris(cast):
    """A foreign centre with a school, a slot and an entry of its own session."""
    centre = cast.centre("FR001")
    session = cast.exam_session("2611-CAE-P", ExamCode.CAE)
    entry = cast.entry("0077", "Zoé", "Autre", session=session, centre=centre)
    school = save(
        School(number="S-9", name="Lycée", city="Paris", email="a@b.fr", centre=centre)
    )
    slot = save(
        TimetableSlot(
            session=session,
            centre=centre,
            component=ComponentCode.R,
            day=date(2026, 11, 14),
            start=time(9, 0),
            venue="Salle 1",
        )
    )
    return {
        "centres": centre,
        "schools": school,
        "sessions": session,
        "timetable": slot,
        "entries": entry,
    }


def test_centre_staff_see_their_own_centre_and_nothing_else(cast, sign_in, paris):
    cast.amina, cast.liceo
    client = sign_in(cast.clerk)
    assert rows_of(client.page("/admin/centres/list/")) == ["IT024"]
    assert rows_of(client.page("/admin/schools/list/")) == ["S-100"]
    assert rows_of(client.page("/admin/sessions/list/")) == ["2611-FCE-P"]
    assert rows_of(client.page("/admin/timetable/list/")) == []
    assert rows_of(client.page("/admin/entries/list/")) == ["Amina Benali"]
    for screen, row in paris.items():
        assert client.get(f"/admin/{screen}/show/{row.id}").status_code == 404
    found = client.page("/admin/entries/list/?_flt_0_centre.number=FR001")
    assert rows_of(found) == []


def test_a_list_beside_a_row_keeps_to_the_readers_centre(cast, sign_in, paris):
    cast.amina
    own = TimetableSlot(
        session=cast.session,
        centre=cast.it024,
        component=ComponentCode.R,
        day=date(2026, 11, 14),
        start=time(9, 0),
        venue="Aula 1",
    )
    foreign = TimetableSlot(
        session=cast.session,
        centre=paris["centres"],
        component=ComponentCode.R,
        day=date(2026, 11, 14),
        start=time(10, 0),
        venue="Salle 2",
    )
    db.session.add_all([own, foreign])
    db.session.commit()
    page = sign_in(cast.clerk).get(f"/admin/sessions/show/{cast.session.id}").text
    assert "Aula 1" in page
    assert "Salle 2" not in page
    page = sign_in(cast.officer).get(f"/admin/sessions/show/{cast.session.id}").text
    assert "Salle 2" in page


def test_a_list_beside_a_row_is_only_for_those_who_may_list_it(cast, sign_in):
    cast.liceo
    path = f"/admin/centres/show/{cast.it024.id}"
    assert "Liceo Galileo" in sign_in(cast.officer).get(path).text
    assert "Liceo Galileo" not in sign_in(cast.approver).get(path).text


def test_centre_staff_without_a_centre_see_nothing(cast, sign_in):
    cast.amina
    db.session.get(StaffMember, cast.clerk.id).centre_id = None
    db.session.commit()
    client = sign_in(cast.clerk)
    for screen in ("centres", "schools", "sessions", "timetable", "entries"):
        assert rows_of(client.page(f"/admin/{screen}/list/")) == []
    db.session.delete(db.session.get(StaffMember, cast.clerk.id))
    db.session.commit()
    assert rows_of(client.page("/admin/entries/list/")) == []


def test_an_entry_is_found_by_name_number_and_date_of_birth(cast, sign_in):
    cast.amina, cast.boris
    client = sign_in(cast.officer)
    for search in (
        "_flt_0_folded_name=BENALI",
        "_flt_0_folded_name=Àmina",
        "_flt_0_candidate_number=0001",
        f"_flt_0_id_number={cast.amina.id_number}",
        f"_flt_0_statement_number={cast.amina.statement_number}",
        "_flt_0_date_of_birth=2009-03-05&_flt_1_date_of_birth=2009-03-05",
        "_flt_0_folded_name=amina&_flt_0_session.code=FCE",
    ):
        page = client.page(f"/admin/entries/list/?{search}")
        assert rows_of(page) == ["Amina Benali"], search
        assert page.xpath("//details[@open]")


def test_the_secret_is_on_no_page_of_an_entry(cast, sign_in):
    client = sign_in(cast.officer)
    for path in (f"/admin/entries/show/{cast.amina.id}", "/admin/entries/list/"):
        text = client.get(path).text
        assert credentials.printed(cast.amina) not in text
        assert cast.amina.secret not in text


def test_a_centre_prints_the_confirmation_again(cast, sign_in):
    client = sign_in(cast.clerk)
    shown = f"/admin/entries/show/{cast.amina.id}"
    printed = client.submit(
        shown, at=f"/admin/entries/action/confirmation/{cast.amina.id}"
    )
    assert printed.mimetype == "application/pdf"
    assert printed.data.startswith(b"%PDF")
    assert "no-store" in printed.headers["Cache-Control"]
    old = cast.amina.secret
    client.submit(f"/admin/entries/reissue/{cast.amina.id}")
    assert db.session.get(Entry, cast.amina.id).secret != old


def test_no_paper_is_printed_before_its_numbers_are_issued(cast, sign_in):
    cast.amina.id_number = cast.amina.secret = cast.amina.secret_issued_at = None
    db.session.commit()
    client = sign_in(cast.clerk)
    answer = client.submit(
        f"/admin/entries/show/{cast.amina.id}",
        at=f"/admin/entries/action/confirmation/{cast.amina.id}",
    )
    assert answer.status_code == 302
    assert "been issued" in client.get(answer.location).text


def test_a_session_and_its_timetable_are_typed(cast, sign_in):
    cast.it024
    client = sign_in(cast.officer)
    session = {
        "code": "2706-PET-C",
        "exam": "PET",
        "mode": "computer",
        "label": "June 2027",
        "exam_date": "2027-06-12",
        "final_date": "2027-06-26",
    }
    backwards = {**session, "final_date": "2027-06-01"}
    assert client.submit("/admin/sessions/add", backwards).status_code == 400
    answer = client.submit("/admin/sessions/add", session)
    assert facts_of(client.page(answer.location))["Results out by"] == "26 June 2027"
    slot = {
        "session": "2706-PET-C",
        "centre": "IT024",
        "component": "S",
        "day": "2027-06-11",
        "start": "14:30",
        "venue": "Aula 2",
        "room": "",
        "candidate_number": "",
    }
    unknown = client.submit("/admin/timetable/add", {**slot, "centre": "IT999"})
    assert "There is none with this name" in unknown.text
    answer = client.submit("/admin/timetable/add", slot)
    assert facts_of(client.page(answer.location))["Start"] == "14:30"
    again = client.submit("/admin/timetable/add", slot)
    assert again.status_code == 400
    assert "exists already" in again.text
    kept = db.session.query(TimetableSlot).one()
    assert (kept.candidate_number, kept.room) == (None, "")
    assert db.session.query(ExamSession).count() == 1


def test_a_school_moves_to_another_centre(cast, sign_in):
    other = cast.centre("IT025")
    client = sign_in(cast.admin)
    path = f"/admin/schools/edit/{cast.liceo.id}"
    page = client.page(path)
    assert page.xpath("//input[@name='centre']/@value") == ["IT024"]
    form = {
        "number": "S-100",
        "name": "Liceo Galileo",
        "city": "Pisa",
        "email": "esami@liceo.example",
        "centre": "IT025",
    }
    assert client.submit(path, form).status_code == 302
    assert db.session.get(School, cast.liceo.id).centre == other


def test_a_user_is_added_by_link_and_changed_and_kept(cast, sign_in):
    cast.it024
    client = sign_in(cast.admin)
    form = {"email": "Ada.Verdi@it024.example", "role": "Centre staff"}
    assert client.submit("/admin/users/add", form).status_code == 400
    answer = client.submit("/admin/users/add", {**form, "centre": "IT024"})
    page = client.page(answer.location)
    assert facts_of(page)["Centre"] == "IT024 Centre IT024"
    user = staff.find("ada.verdi@it024.example")
    assert (user.first_name, user.last_name, user.password) == ("Ada", "Verdi", None)
    assert db.session.query(Mail).filter_by(kind="staff_added").one().values["link"]
    again = client.submit("/admin/users/add", {**form, "centre": "IT024"})
    assert again.status_code == 409
    edit = f"/admin/users/edit/{user.id}"
    page = client.page(edit)
    assert page.xpath("//input[@name='centre']/@value") == ["IT024"]
    assert page.xpath("//select/option[@selected]/@value") == ["Centre staff"]
    change = {"first_name": "Ada", "last_name": "Neri", "role": "Auditor"}
    assert client.submit(edit, {**change, "centre": "IT024"}).status_code == 400
    assert client.submit(edit, change).status_code == 302
    assert staff.membership(user).centre_id is None
    assert not staff.find("ada.verdi@it024.example").active
    assert client.get(f"/admin/users/delete/{user.id}").status_code == 404


def test_nobody_changes_their_own_role_or_leaves_the_board_without_one(cast, sign_in):
    client = sign_in(cast.admin)
    edit = f"/admin/users/edit/{cast.admin.id}"
    form = {"first_name": "Ada", "last_name": "Neri", "role": "Auditor", "active": "y"}
    assert "nobody changes their own role" in client.submit(edit, form).text
    same = {**form, "role": "System administrator"}
    assert client.submit(edit, same).status_code == 302


def test_a_forgotten_password_is_helped_with_a_link(cast, sign_in, monkeypatch):
    client = sign_in(cast.admin)
    shown = f"/admin/users/show/{cast.officer.id}"
    act = f"/admin/users/action/invite/{cast.officer.id}"
    assert client.submit(shown, at=act).status_code == 200
    for seconds in (0, 1):
        monkeypatch.setattr(clock, "now", lambda s=seconds: NOW + timedelta(seconds=s))
        assert client.submit(shown, {"confirmed": "yes"}, at=act).status_code == 302
    row = db.session.query(Mail).filter_by(kind="set_password").one()
    assert row.address == cast.officer.email
    assert row.values["link"] == ["set_password", "User", cast.officer.id]


def test_failed_mail_is_tried_again_and_the_rest_is_left_alone(cast, sign_in):
    for number, state in ((1, MailState.failed), (2, MailState.dropped)):
        save(
            Mail(
                kind="registered",
                dedupe_key=str(number),
                address=f"a{number}@mail.example",
                language="en",
                values={"name": "Secret Name"},
                state=state,
                queued_at=NOW,
                due_at=NOW - timedelta(days=1),
            )
        )
    client = sign_in(cast.admin)
    page = client.get("/admin/mails/list/?_flt_0_state=failed").text
    assert "a1@mail.example" in page
    assert "a2@mail.example" not in page
    keys = [row.id for row in db.session.query(Mail)]
    client.submit(
        "/admin/mails/list/",
        {"action": "retry", "rowid": keys},
        at="/admin/mails/action_post",
    )
    states = [row.state for row in db.session.query(Mail).order_by(Mail.id)]
    assert states == [MailState.queued, MailState.dropped]
    assert db.session.query(AuditRow).filter_by(action="mail_retried").count() == 1
    nothing = client.submit(
        "/admin/mails/list/", {"action": "retry"}, at="/admin/mails/action_post"
    )
    assert "Tick at least one row" in client.get(nothing.location).text


def test_the_trail_is_read_by_its_reader_and_written_by_nobody(cast, sign_in, app):
    for days in (0, 2):
        at = NOW - timedelta(days=days)
        audit.append(AuditAction.imported, f"import:{days}", by=cast.officer, at=at)
    db.session.commit()
    client = sign_in(cast.auditor)
    found = client.get(
        "/admin/trail/list/?_flt_0_action=import&_flt_0_at=2026-12-12"
        "&_flt_1_at=2026-12-12"
    ).text
    assert "import:2" in found
    assert "import:0" not in found
    by = client.get(f"/admin/trail/list/?_flt_0_actor=staff:{cast.officer.id}").text
    assert "import:0" in by
    ways = {rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert not any(path.startswith("/admin/trail/") for path in ways)


def test_a_candidates_account_is_looked_at_with_its_entries(cast, sign_in):
    account = cast.account(cast.amina)
    page = sign_in(cast.auditor).get(f"/admin/accounts/show/{account.id}").text
    assert "amina@mail.example" in page
    assert "Amina Benali" in page
    assert account.password_hash not in page


def test_create_staff_by_command(app, cast):
    cast.it024
    run = app.test_cli_runner().invoke
    made = run(
        args=[
            "create-staff",
            "eva.rossi@it024.example",
            "--role",
            "Centre staff",
            "--centre",
            "IT024",
            "--password-stdin",
        ],
        input=PASSWORD + "\n",
    )
    assert made.output == (
        "create-staff: 1 user added, eva.rossi@it024.example, Centre staff\n"
    )
    user = staff.find("eva.rossi@it024.example")
    assert passwords.matches(PASSWORD, user.password)
    assert (user.first_name, user.last_name) == ("Eva", "Rossi")
    named = run(
        args=["create-staff", "x@b.example", "--role", "Auditor", "--name", "A B"]
    )
    assert named.exit_code == 0
    assert staff.find("x@b.example").get_full_name() == "A B"
    for wrong in (
        ["eva.rossi@it024.example", "--role", "Auditor"],
        ["new@board.example", "--role", "King"],
        ["new@board.example", "--role", "Centre staff"],
        ["new@board.example", "--role", "Auditor", "--centre", "IT024"],
        ["new@board.example", "--role", "Centre staff", "--centre", "IT999"],
        ["nonsense", "--role", "Auditor"],
    ):
        assert run(args=["create-staff", *wrong]).exit_code == 1, wrong
    assert run(args=["create-staff"]).exit_code == 2
    odd = ["create-staff", "new@board.example", "--role", "Auditor", "--password-stdin"]
    refused = run(args=odd, input="Città di Pisa 1563\n".encode("latin-1"))
    assert refused.stderr == "The password on standard input is not in UTF-8.\n"
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert staff.find("new@board.example") is None
    assert db.session.query(Centre).count() == 1
