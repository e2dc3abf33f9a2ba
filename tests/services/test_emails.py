"""Every e-mail, in both languages: complete or not at all, and never a mark."""

import itertools
import re

import pytest
from jinja2 import UndefinedError
from lxml import html

from app.models import Mail
from app.services import letters, tokens, wording
from app.values import Language
from tests.cast import NOW

VALUES = {
    "name": "Amina Benali",
    "organisation": "Università di Pisa",
    "link": "https://results.example/candidate/password/TOKEN",
    "base_url": "https://results.example",
    "exam": "FCE",
    "session": "November 2026",
    "path": "/candidate/",
    "due_on": "2026-12-21",
    "reason": "We could not reach you.",
    "id_number_ending": "ABC",
    "centre": "Centro Linguistico di Pisa",
    "count": "3",
    "left": "7",
    "city": "Pisa",
    "scope": "components",
    "host": "unipi.example",
    "until": "2026-12-31",
    "day": "2027-01-12",
    "keep_until": "2027-11-30",
    "part": "morning",
    "candidate": "0001 Boris Ivanov",
    "shares": [{"candidate": "Olga Rossi", "exam": "FCE", "session": "November 2026"}],
    "more": "7",
    "primary": "Rita Registrar",
    "member": "Clara Clerk",
}
ALL = ("base_url", "name")
NEEDS = {
    "account_deleted": (),
    "confirm_email": ("link",),
    "result_out": ("exam", "session", "path"),
    "set_password": ("link",),
    "download_ready": ("path",),
    "password_changed": (),
    "application_received": ("organisation", "due_on"),
    "organisation_approved": ("organisation", "link"),
    "organisation_refused": ("organisation", "reason"),
    "member_added": ("organisation", "link"),
    "address_known": (),
    "applicant_asked": ("organisation", "link"),
    "applicant_answered": ("organisation", "path"),
    "applications_due": ("count", "due_on", "path"),
    "join_received": ("organisation",),
    "join_asked": ("organisation", "path"),
    "join_declined": ("organisation",),
    "organisation_suspended": ("organisation",),
    "organisation_restored": ("organisation",),
    "member_ended": ("organisation",),
    "member_restored": ("organisation", "path"),
    "handover_offered": ("organisation", "primary", "path"),
    "handover_declined": ("organisation", "member", "path"),
    "primary_changed": ("organisation", "primary", "path"),
    "staff_added": ("link",),
    "registered": ("id_number_ending",),
    "factor_added": (),
    "factor_removed": (),
    "recovery_code_used": ("left",),
    "recovery_codes_renewed": (),
    "sign_in_link": ("link", "id_number_ending"),
    "secret_unlock": ("link", "id_number_ending"),
    "email_change": ("link",),
    "email_changed": (),
    "share_receipt": ("organisation", "city", "exam", "session", "scope", "path"),
    "share_read": ("organisation", "exam", "session", "path"),
    "lookup_made": ("organisation", "exam", "session", "path"),
    "list_checked": ("path",),
    "share_withdrawn": ("organisation", "exam", "session", "path"),
    "enquiry_received": ("exam", "session", "path"),
    "enquiry_for_centre": ("candidate", "exam", "session", "path"),
    "enquiry_refused": ("exam", "session", "path"),
    "enquiry_passed_on": ("exam", "session", "due_on", "path"),
    "enquiry_answered": ("exam", "session", "path"),
    "enquiry_closed_for_centre": ("candidate", "exam", "session", "path"),
    "result_corrected": ("exam", "session", "path"),
    "result_amended": ("candidate", "organisation", "exam", "session", "path"),
    "result_withdrawn_notice": (
        "candidate",
        "organisation",
        "exam",
        "session",
        "path",
    ),
    "certificate_arrived": ("exam", "session", "keep_until", "path"),
    "certificate_reminder": ("exam", "session", "keep_until", "path"),
    "certificate_agreed": ("exam", "session", "day", "part", "path"),
    "certificate_moved": ("exam", "session", "day", "part", "path"),
    "certificate_posted": ("exam", "session", "day", "path"),
    "certificate_collected": ("exam", "session", "day", "path"),
    "case_received": ("centre", "path"),
    "case_answered": ("centre", "path"),
    "case_for_centre": ("centre", "count", "path"),
    "invitation": ("candidate", "host", "path"),
    "invitation_answered": (
        "organisation",
        "city",
        "exam",
        "session",
        "scope",
        "path",
    ),
    "link_made": ("exam", "session", "scope", "until", "path"),
    "link_looked": ("exam", "session", "path"),
    "link_ended": ("exam", "session", "path"),
    "new_share": ("candidate", "organisation", "exam", "session", "path"),
    "shared_summary": ("organisation", "count", "shares", "more", "path"),
    "member_question": ("count", "path"),
    "member_answered": ("path",),
}
EVERY = [(kind, language) for kind in NEEDS for language in Language]


def letter(kind, form, language=Language.en, **changed):
    values = {**{key: VALUES[key] for key in (*ALL, *NEEDS[kind])}, **changed}
    return wording.letter(f"email/{kind}.{form}", language, **values)


def test_every_template_is_tried_here(app):
    names = app.jinja_env.list_templates(filter_func=lambda n: n.startswith("email/"))
    kinds = {name.removeprefix("email/").partition(".")[0] for name in names}
    assert kinds == set(NEEDS)
    assert len(names) == 2 * len(NEEDS)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_letter_is_whole_in_text_and_html(app, kind, language):
    text, page = letter(kind, "txt", language), letter(kind, "html", language)
    subject, _, body = text.partition("\n")
    assert 0 < len(subject) <= 60
    assert body.startswith("\n")
    tree = html.fromstring(page)
    assert tree.get("lang") == language.value
    assert tree.findtext(".//title") == subject
    assert len(tree.findall(".//h1")) == 1
    for needed in NEEDS[kind]:
        shown = {"exam": "B2 First", "due_on": "21", "path": "example/candidate/"}
        # In a sentence of its own; see test_receipts.py.
        shown["scope"] = ""
        shown["shares"] = "Olga Rossi"
        shown |= {"day": "12", "keep_until": "30", "part": "", "until": "31"}
        shown["session"] = (
            "November 2026" if language is Language.en else "novembre 2026"
        )
        said = shown.get(needed, VALUES[needed])
        assert said in text
        assert said in page
    for left_over in ("None", "{{", "%(", "}}"):
        assert left_over not in text + page


@pytest.mark.parametrize("kind", list(NEEDS))
def test_text_and_html_say_the_same(app, kind):
    text = letter(kind, "txt")
    tree = html.fromstring(letter(kind, "html"))
    for paragraph in tree.findall(".//p"):
        said = " ".join(paragraph.text_content().split())
        if "button" not in said:
            assert said in " ".join(text.split())
    for address in tree.xpath("//a/@href"):
        assert address in text


@pytest.mark.parametrize(
    ("kind", "needed"),
    [(kind, needed) for kind, needs in NEEDS.items() for needed in (*ALL, *needs)],
)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_letter_with_a_gap_is_not_written(app, kind, needed, form):
    values = {key: VALUES[key] for key in (*ALL, *NEEDS[kind]) if key != needed}
    with pytest.raises(UndefinedError):
        wording.letter(f"email/{kind}.{form}", Language.en, **values)
    if needed != "name":
        for blank in ("", None):
            with pytest.raises(UndefinedError):
                letter(kind, form, **{needed: blank})


def test_somebody_without_a_name_is_greeted_all_the_same(app):
    assert "Hello," in letter("set_password", "txt", name="")
    assert "Hello," in letter("set_password", "html", name="")


@pytest.mark.parametrize("language", list(Language))
def test_the_news_of_a_result_does_not_say_what_it_is(app, language):
    both = letter("result_out", "txt", language) + letter(
        "result_out", "html", language
    )
    told = html.fromstring(f"<div>{both}</div>").text_content()
    hints = r"\b(pass(ed)?|fail\w*|grade|score|promoss\w+|bocciat\w+|superat\w+)\b"
    assert not re.search(hints, told, re.IGNORECASE)
    assert "congrat" not in told.casefold()


def test_names_and_reasons_are_text_in_html(app):
    evil = "<img src=x onerror=alert(1)>"
    page = letter(
        "organisation_refused", "html", name=evil, organisation=evil, reason=evil
    )
    assert "<img" not in page
    assert page.count("&lt;img") == 3


def test_a_queued_row_becomes_a_message(app, cast):
    account = cast.account(cast.amina)
    row = Mail(
        reference="R" * 22,
        kind="set_password",
        address=account.email,
        language=Language.en,
        values={
            "name": "Amina",
            "link": ["set_password", "CandidateAccount", account.id],
        },
    )
    message = letters.message(row, at=NOW)
    assert message.subject == "Choose a new password"
    assert message.recipients == ["amina@mail.example"]
    link = re.search(r"http://127\.0\.0\.1:8000/candidate/password/\S+", message.body)
    assert link
    assert link.group() in message.html


@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_candidate_reads_which_account_the_new_password_is_for(app, form):
    theirs = letter("set_password", form, id_number_ending="ABC")
    assert "ends in ABC" in theirs
    assert "one hour" in theirs
    assert "24 hours" in letter("set_password", form)


@pytest.mark.parametrize("kind", list(NEEDS))
def test_an_address_that_is_written_out_fits_on_a_phone(app, kind):
    changed = {"changed": "2"} if kind == "shared_summary" else {}
    tree = html.fromstring(letter(kind, "html", **changed))
    for link in tree.xpath("//a[starts-with(text(), 'http')]"):
        assert "word-break:break-all" in link.get("style")


@pytest.mark.parametrize("kind", list(NEEDS))
def test_otherwise_in_italian_follows_a_condition(app, kind):
    paragraphs = letter(kind, "txt", Language.it).split("\n\n")
    for before, said in itertools.pairwise(paragraphs):
        assert not said.startswith("Altrimenti") or before.startswith("Se ")


@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_colleague_reads_how_long_the_offer_stands(app, form):
    assert f"{tokens.OFFER_LASTS.days} days" in letter("handover_offered", form)


@pytest.mark.parametrize("form", ["txt", "html"])
def test_who_is_invited_reads_that_their_address_counts_too(app, form):
    said = "Use the website unipi.example and an email address that belongs to it"
    assert said in letter("invitation", form)


@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_page_that_a_link_opens_is_not_said_to_open_for_one_person(app, form):
    told = letter("case_received", form)
    assert "only you" not in told
    assert "opens with this link alone" in told


@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_long_reason_has_no_line_that_a_mail_server_refuses(app, form):
    reason = " ".join(["Perché l’indirizzo è sconosciuto."] * 30)
    told = letter("organisation_refused", form, reason=reason)
    assert max(len(line.encode()) for line in told.splitlines()) <= 998
    said = html.fromstring(told).text_content() if form == "html" else told
    assert reason in " ".join(said.split())
