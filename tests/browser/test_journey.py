"""The main journey: from files to a result that a university has read.

Everything is real: the commands, the server and the job process, the mail server, the
browser and the clock.
"""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import board
from tests.browser.people import (
    PASSWORD,
    apply_for_organisation,
    choose_password,
    download,
    link_in,
    register,
    share,
    sign_in_as_candidate,
    sign_in_with_email,
)
from tests.telling import tells

UNIVERSITY = "Alma Mater Nova"
REGISTRAR = "rita@almanova.example"

pytestmark = pytest.mark.browser


def test_a_result_travels_from_the_boards_files_to_a_university(service, visitors):
    board.load(service)
    candidate = board.confirmed(service)
    service.start()
    amina = visitors.arrive(service.url, width=375)
    amina_registers_and_confirms(service, amina, candidate)
    sign_in_as_candidate(amina, candidate)
    expect(amina.locator("main")).to_contain_text("B2 First, Autumn session")
    path = result_path(service)
    nothing_shows(amina, path)

    officer = visitors.arrive(service.url)
    the_officer_imports_results(service, officer)
    nothing_shows(amina, path)
    instant, number = the_officer_proposes(service, officer)
    nothing_shows(amina, path)
    the_approver_signs(visitors.arrive(service.url), number)
    the_result_appears_at_its_instant(amina, path, instant)

    the_result_is_read(service, amina, path)
    registrar = an_organisation_comes_in(service, visitors)
    share(amina, path, UNIVERSITY)
    expect(amina.locator("main")).to_contain_text("Not read yet")
    receipt = service.post_office.wait_for(candidate.email, "result has been sent")
    assert UNIVERSITY in receipt
    assert not tells(receipt, "172")
    shared = the_registrar_reads(registrar)
    amina_takes_it_back(amina)
    assert status_of(registrar, shared) == 410
    assert status_of(registrar, f"{shared}/statement.pdf") == 410
    registrar.goto(shared)
    expect(registrar.locator("h1")).to_contain_text("withdrawn this result")
    expect(registrar.locator("body")).not_to_contain_text("Benali")
    registrar.goto("/verifier/")
    expect(registrar.locator("main")).not_to_contain_text("Benali")
    assert "rows hold" in service.flask("audit", "verify")


def test_a_result_is_out_at_its_instant_although_no_job_runs(service, visitors):
    board.load(service)
    candidate = board.confirmed(service)
    results = board.write(service.folder / "results.csv", board.result_rows())
    with service.operator() as flask:
        flask("import", "results", str(results))
    service.start(jobs=False)
    amina = visitors.arrive(service.url, width=375)
    register(amina, candidate)
    sign_in_as_candidate(amina, candidate)
    path = result_path(service)
    instant, number = propose(service)
    with service.operator() as flask:
        flask("release", "approve", number, "--by", board.APPROVER)
    nothing_shows(amina, path)
    the_result_appears_at_its_instant(amina, path, instant)
    assert service.post_office.messages == []

    assert "1 messages queued" in service.flask("jobs", "once", "announce-results")
    with service.operator() as flask:
        assert "0 messages queued" in flask("jobs", "once", "announce-results")
        flask("jobs", "once", "deliver-mail")
        assert "0 messages sent" in flask("jobs", "once", "deliver-mail")
    notices = [
        message
        for message in service.post_office.messages
        if message["To"] == candidate.email and "result" in message["Subject"]
    ]
    assert len(notices) == 1


# --- The steps ------------------------------------------------------------------------


def amina_registers_and_confirms(service, page, candidate):
    register(page, candidate)
    message = service.post_office.wait_for(candidate.email, "Confirm your e-mail")
    page.goto(link_in(message))
    page.get_by_role("button", name="Yes, confirm it", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("Your email address is confirmed")


def nothing_shows(page, path):
    """Before its instant, a result's address is like one that never was."""
    page.goto("/candidate/")
    main = page.locator("main")
    expect(main.locator(".status")).to_have_text("Being marked")
    expect(main).not_to_contain_text("Grade")
    expect(main.get_by_role("link", name="View result")).to_have_count(0)
    for address in (path, f"{path}/statement.pdf", f"{path}/share"):
        assert status_of(page, address) == 404, f"{address} shows too early"
    never = "/candidate/results/" + "x" * len(path.rpartition("/")[2])
    assert told(page, path) == told(page, never)


def the_officer_imports_results(service, page):
    sign_in_with_email(page, "/admin/login/", board.OFFICER)
    wrong = board.result_rows(overall="231", candidate_number="9999")
    look_at(page, board.write(service.folder / "wrong.csv", wrong))
    main = page.locator("main")
    expect(main).to_contain_text("nothing of it can be written")
    for column, value in (("candidate_number", "9999"), ("overall", "231")):
        row = main.locator("tr", has_text=value)
        expect(row).to_contain_text(column)
        expect(row).to_contain_text("2")
    right = board.write(service.folder / "results.csv", board.result_rows())
    look_at(page, right)
    expect(main.locator("tr", has_text="Rows that are new")).to_contain_text("2")
    assert count(service, "result") == 0, "a dry run wrote"
    page.get_by_role("button", name="Write these 2 changes", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("Written: 2 new")
    assert count(service, "result") == 2


def look_at(page, path):
    page.goto("/admin/imports/")
    page.get_by_label("What the file holds").select_option("Results")
    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Look at it", exact=True).click()
    expect(page.locator("h1")).to_have_text(f"Import {path.name}")


def the_officer_proposes(service, page):
    page.goto("/admin/releases/propose")
    page.get_by_role("link", name=board.SESSION, exact=True).click()
    expect(page.locator("tr", has_text="Ready to be released")).to_contain_text("2")
    page.get_by_role("button", name="Propose to release 2 results").wait_for()
    # The form takes minutes; the command takes the instant to the second.
    return propose(service)


def propose(service):
    """Propose by command for an instant that leaves time to sign and to look."""
    ahead = timedelta(seconds=6 + 4 * service.slowness)
    instant = (datetime.now(UTC) + ahead).replace(microsecond=0)
    said = service.flask(
        *("release", "propose", board.SESSION),
        *("--at", instant.isoformat(), "--by", board.OFFICER),
    )
    assert "2 results" in said, said
    return instant, board.release_number(said)


def the_approver_signs(page, number):
    sign_in_with_email(page, "/admin/login/", board.APPROVER)
    page.goto("/admin/")
    expect(page.locator("main")).to_contain_text("Releases that wait for a signature")
    page.locator(f"main a[href$='/releases/approve/{number}']").click()
    page.get_by_role("button", name="Sign for 2 results", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("The release is signed")


def the_result_appears_at_its_instant(page, path, instant):
    """Ask until the instant and once after it: each answer is the one that is due."""
    refused = 0
    while True:
        asked = datetime.now(UTC)
        status = status_of(page, path)
        answered = datetime.now(UTC)
        if answered < instant:
            assert status == 404, f"{path} shows {instant - answered} too early"
            refused += 1
            time.sleep(0.05)
        elif asked >= instant:
            assert status == 200, (
                f"{path} is hidden {asked - instant} after its instant"
            )
            break
    assert refused, (
        "this machine was too slow: the instant passed before the test asked"
    )


def the_result_is_read(service, page, path):
    message = service.post_office.wait_for("amina@mail.example", "result is out")
    assert not tells(message, "172")
    assert "Grade" not in message
    page.goto(link_in(message))
    page.get_by_role("link", name="View result", exact=True).click()
    assert page.url == service.url + path
    expect(page.locator("h1")).to_have_text("Pass at Grade C")
    expect(page.locator("dl.score")).to_contain_text("172")
    expect(page.locator("dl.score")).to_contain_text("B2")
    names = ("Reading", "Use of English", "Writing", "Listening", "Speaking")
    for name, score in zip(names, board.AMINAS.values(), strict=True):
        row = page.locator("tbody tr", has=page.get_by_text(name, exact=True))
        expect(row).to_contain_text(str(score))
    expect(page.locator("main svg[role=img]").filter(visible=True)).to_have_count(1)
    statement = board.printed(download(page))
    for words in ("Amina Benali", "172", *map(str, board.AMINAS.values())):
        assert words in statement, f"{words} is not on the statement: {statement}"


def an_organisation_comes_in(service, visitors):
    """It applies, staff approve it, and its first user signs in."""
    registrar = visitors.arrive(service.url)
    apply_for_organisation(registrar, UNIVERSITY, REGISTRAR)
    service.post_office.wait_for(REGISTRAR, "received your application")
    staff = visitors.arrive(service.url)
    sign_in_with_email(staff, "/admin/login/", board.PARTNERSHIPS)
    staff.goto("/admin/")
    staff.locator("main").get_by_role("link", name=UNIVERSITY, exact=True).click()
    staff.get_by_role("link", name="Approve", exact=True).click()
    expect(staff.locator("main")).to_contain_text(REGISTRAR)
    staff.get_by_role("button", name="Approve", exact=True).click()
    expect(staff.locator(".flash")).to_contain_text("The organisation is approved")
    message = service.post_office.wait_for(REGISTRAR, "has been approved")
    choose_password(registrar, link_in(message))
    sign_in_with_email(registrar, "/verifier/login", REGISTRAR, PASSWORD)
    expect(registrar.locator("main")).to_contain_text("Nothing has been shared")
    return registrar


def the_registrar_reads(page):
    """The candidate is new and bold; what is opened and taken is the candidate's."""
    page.goto("/verifier/")
    expect(page.locator("main .lead")).to_contain_text("1 result has been shared")
    row = page.locator("tr", has_text="Benali")
    expect(row).to_have_class("new")
    assert weight_of(row) >= 600
    row.get_by_role("link", name="View").click()
    expect(page.locator("h1")).to_have_text("Amina Benali")
    expect(page.locator(".verdict")).to_contain_text("172")
    assert "172" in board.printed(download(page))
    shared = page.url
    page.goto("/verifier/")
    expect(row).not_to_have_class("new")
    assert weight_of(row) < 600
    return shared


def weight_of(row):
    """Return how bold the name in a row of the list is."""
    return int(row.locator("th").evaluate("cell => getComputedStyle(cell).fontWeight"))


def amina_takes_it_back(page):
    page.goto("/candidate/shares")
    card = page.locator("main .cards > li", has_text=UNIVERSITY)
    expect(card).to_contain_text("First read")
    card.locator("summary").click()
    expect(card).to_contain_text("Rita Registrar downloaded the PDF")
    card.get_by_role("link", name="Take it back").click()
    page.get_by_role("button", name="Take it back", exact=True).click()
    expect(page.locator(".flash")).to_contain_text("does not see your result any more")


# --- Looking from outside -------------------------------------------------------------


def status_of(page, address):
    """Return the status of an address for whoever is signed in with this browser."""
    answer = page.request.get(address, max_redirects=0)
    status = answer.status
    answer.dispose()
    return status


def told(page, address):
    """Return what an address says, without itself and this request's tokens."""
    text = page.request.get(address).text().replace(address, "")
    return re.sub(r'(nonce|value)="[^"]*"', "", text)


def result_path(service):
    """Return the address that Amina's result will have: only the database knows."""
    query = "SELECT reference FROM entry WHERE candidate_number = '0001'"
    reference = service.ask(query)
    return f"/candidate/results/{reference}"


def count(service, table):
    return service.ask(f"SELECT count(*) FROM {table}")
