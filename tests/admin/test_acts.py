"""What the pages let a role do is what the services let it do."""

import pytest

from app.services import rights
from app.services.rights import Act
from app.views.admin.roles import ROLES

HANDED_OUT = ("arrived", "agree", "offer", "hand_over", "post", "destroy")
PAGES = {
    Act.propose_release: {("can_propose", "Releases")},
    Act.approve_release: {("can_approve", "Releases")},
    Act.withdraw_release: {("can_withdraw", "Releases")},
    Act.accept_result: {("can_accept", "Results")},
    Act.withdraw_result: {("can_withdraw", "Results")},
    Act.decide_application: {
        (f"can_{act}", "Organisations")
        for act in ("approve", "refuse", "suspend", "restore")
    },
    Act.deactivate_member: {
        (f"can_{act}", "Members") for act in ("deactivate", "restore", "remove")
    },
    Act.replace_primary: {(f"can_{act}", "Members") for act in ("promote", "succeed")},
    Act.ask_applicant: {("can_question", "Organisations")},
    Act.decide_join: {(f"can_{act}", "JoinRequests") for act in ("accept", "decline")},
    Act.answer_member: {("can_answer", "Questions")},
    Act.answer_case: {(f"can_{act}", "Cases") for act in ("answer", "close", "match")},
    Act.end_account: {("can_reissue", "Entries")},
    Act.accept_enquiry: {
        (f"can_{act}", "CentreEnquiries") for act in ("accept", "refuse")
    },
    Act.decide_enquiry: {
        (f"can_{act}", "Enquiries") for act in ("unchanged", "changed")
    },
    Act.send_certificate: {("can_send", "Certificates")},
    Act.keep_certificate: {
        *((f"can_{act}", "Certificates") for act in HANDED_OUT),
        ("arrive", "Certificates"),
    },
}


@pytest.mark.parametrize("act", [act for act in Act if act is not Act.remove_factor])
def test_a_role_has_the_page_of_an_act_if_it_may_do_it(act):
    for role, granted in ROLES.items():
        wanted = PAGES[act] if role in rights.ROLES[act] else set()
        assert PAGES[act] & granted == wanted, role


def test_who_removes_lost_apps_does_it_among_the_people_they_see():
    for role, granted in ROLES.items():
        screens = {screen for act, screen in granted if act == "remove_factor"}
        assert bool(screens) == (role in rights.ROLES[Act.remove_factor]), role
        assert {("can_list", screen) for screen in screens} <= granted


def test_a_role_has_the_import_page_if_it_imports_anything():
    with_page = {
        role for role, may in ROLES.items() if ("can_import", "Imports") in may
    }
    assert with_page == set(rights.IMPORTS)


def test_every_role_has_a_desk():
    assert all(("can_index", "Desk") in granted for granted in ROLES.values())
