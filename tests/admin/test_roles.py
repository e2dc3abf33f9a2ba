"""Which role opens which page: the whole table, reviewed, and checked by a walk."""

import re

import pytest

from app.extensions import db
from app.services import staff
from app.views.admin.roles import MATRIX, ROLES, sync

# One letter per role: System administrator, Results officer, release Approver,
# Partnerships officer, aUditor, Centre staff. A route that is missing here fails.
EVERYBODY = "SRAPUC"
ROUTES = {
    "Desk.index": EVERYBODY,
    "Password.own": EVERYBODY,
    "Account.index": EVERYBODY,
    "Authenticator.overview": EVERYBODY,
    "Authenticator.scan": EVERYBODY,
    "Authenticator.codes": EVERYBODY,
    "Authenticator.remove": EVERYBODY,
    "Centres.list": "SRAUC",
    "Centres.show": "SRAUC",
    "Centres.add": "S",
    "Centres.edit": "S",
    "Centres.delete": "S",
    "Schools.list": "SRUC",
    "Schools.show": "SRUC",
    "Schools.add": "S",
    "Schools.edit": "S",
    "Schools.delete": "S",
    "Sessions.list": "SRAUC",
    "Sessions.show": "SRAUC",
    "Sessions.add": "R",
    "Sessions.edit": "R",
    "Sessions.delete": "R",
    "Timetable.list": "SRUC",
    "Timetable.show": "SRUC",
    "Timetable.add": "R",
    "Timetable.edit": "R",
    "Timetable.delete": "R",
    "Entries.list": "SRAUC",
    "Entries.show": "SRAUC",
    "Entries.reissue": "RC",
    "Entries.action confirmation": "RC",
    "Entries.action_post confirmation": "RC",
    "Cases.list": "RUC",
    "Cases.show": "RUC",
    "Cases.answer": "RC",
    "Cases.close": "RC",
    "Cases.match": "RC",
    "Rules.list": "SRUC",
    "Rules.show": "SRUC",
    "Rules.add": "S",
    "Rules.edit": "SC",
    "Rules.begin": "C",
    "Certificates.list": "SRUC",
    "Certificates.show": "SRUC",
    "Certificates.send": "R",
    "Certificates.arrived": "C",
    "Certificates.action arrive": "C",
    "Certificates.action_post arrive": "C",
    "Certificates.agree": "C",
    "Certificates.offer": "C",
    "Certificates.hand_over": "C",
    "Certificates.post": "C",
    "Certificates.destroy": "C",
    "Accounts.list": "SRU",
    "Accounts.show": "SRU",
    "Accounts.action remove_factor": "SR",
    "Accounts.action_post remove_factor": "SR",
    "Releases.list": "RAU",
    "Releases.show": "RAU",
    "Releases.propose": "R",
    "Releases.approve": "A",
    "Releases.withdraw": "RA",
    "Results.list": "RAU",
    "Results.show": "RAU",
    "Results.accept": "R",
    "Results.withdraw": "R",
    "Held.list": "RAU",
    "Enquiries.list": "RU",
    "Enquiries.show": "RU",
    "Enquiries.unchanged": "R",
    "Enquiries.changed": "R",
    "Enquiries.propose": "R",
    "EnquiriesDue.list": "RU",
    "CentreEnquiries.list": "C",
    "CentreEnquiries.show": "C",
    "CentreEnquiries.accept": "C",
    "CentreEnquiries.refuse": "C",
    "EnquiriesToPassOn.list": "C",
    "Imports.choose": "SRC",
    "Imports.look": "SRC",
    "Imports.write": "SRC",
    "Imports.discard": "SRC",
    "Organisations.list": "SPU",
    "Organisations.show": "SPU",
    "Organisations.edit": "P",
    "Organisations.question": "P",
    "Organisations.approve": "P",
    "Organisations.refuse": "P",
    "Organisations.suspend": "P",
    "Organisations.restore": "P",
    "JoinRequests.list": "PU",
    "JoinRequests.show": "PU",
    "JoinRequests.accept": "P",
    "JoinRequests.decline": "P",
    "Members.list": "SPU",
    "Members.show": "SPU",
    "Members.action remove_factor": "SP",
    "Members.action_post remove_factor": "SP",
    "Members.deactivate": "P",
    "Members.restore": "P",
    "Members.remove": "P",
    "Members.promote": "P",
    "Members.succeed": "P",
    "Invitations.list": "PU",
    "Invitations.show": "PU",
    "Questions.list": "PU",
    "Questions.show": "PU",
    "Questions.answer": "P",
    "Users.list": "SU",
    "Users.show": "SU",
    "Users.add": "S",
    "Users.edit": "S",
    "Users.action invite": "S",
    "Users.action_post invite": "S",
    "Users.action remove_factor": "S",
    "Users.action_post remove_factor": "S",
    "Mails.list": "SRU",
    "Mails.show": "SRU",
    "Mails.action retry": "SR",
    "Mails.action_post retry": "SR",
    "Trail.list": "SU",
    "Trail.show": "SU",
    # Last, as it ends the very sign-in that walks here.
    "Account.sign_out_everywhere": EVERYBODY,
}
PUBLIC = {
    "SignIn.login",
    "SignIn.code",
    "SignIn.logout",
    "SignIn.language",
    "Password.link",
}
LETTERS = {
    "S": "admin",
    "R": "officer",
    "A": "approver",
    "P": "partnerships",
    "U": "auditor",
    "C": "clerk",
}


def back_office(app):
    """Return (endpoint, path, methods) of every route under /admin."""
    for rule in app.url_map.iter_rules():
        if str(rule).startswith("/admin"):
            yield rule.endpoint, str(rule), rule.methods & {"GET", "POST"}


def test_every_route_of_the_back_office_is_in_the_reviewed_table(app):
    have = {endpoint for endpoint, _, _ in back_office(app)}
    known = {name.split()[0] for name in ROUTES} | PUBLIC
    assert have == known


def test_the_framework_adds_no_route_outside_the_back_office(app):
    views = {type(view).__name__ for view in app.appbuilder.baseviews}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in views:
            assert str(rule).startswith("/admin/")
        assert not str(rule).startswith(("/api/v1/security", "/lang/", "/back"))


@pytest.mark.parametrize("letter", LETTERS)
def test_a_role_opens_its_pages_and_no_other(cast, sign_in, app, letter):
    client = sign_in(getattr(cast, LETTERS[letter]))
    token = client.page("/admin/").xpath("//input[@name='csrf_token']/@value")[0]
    paths = {endpoint: (path, ways) for endpoint, path, ways in back_office(app)}
    for name, letters in ROUTES.items():
        endpoint, _, action = name.partition(" ")
        path, ways = paths[endpoint]
        path = re.sub(r"<[^>]+>", "999999", path.replace("<string:name>", action))
        for way in ways:
            form = {"csrf_token": token, "action": action, "rowid": "999999"}
            answer = client.open(path, method=way, data=form if way == "POST" else None)
            assert (answer.status_code == 403) == (letter not in letters), (name, way)


def test_the_menu_leads_only_where_its_reader_may_go(cast, sign_in):
    for who in LETTERS.values():
        client = sign_in(getattr(cast, who))
        links = client.page("/admin/").xpath("//nav//a/@href")
        assert len(links) > 1
        for link in links:
            assert client.get(link).status_code == 200, (who, link)


def test_bringing_roles_up_to_date_twice_changes_nothing(app):
    def granted():
        query = "SELECT role_id, permission_view_id FROM ab_permission_view_role"
        return sorted(map(tuple, db.session.execute(db.text(query))))

    before = granted()
    assert before
    count = sync(app.appbuilder)
    assert sync(app.appbuilder) == count
    assert granted() == before


def test_a_permission_that_code_takes_back_is_taken_back(app, monkeypatch):
    monkeypatch.setitem(ROLES, "Auditor", frozenset({("can_list", "Trail")}))
    sync(app.appbuilder)
    query = """SELECT count(*) FROM ab_permission_view_role g
        JOIN ab_role r ON r.id = g.role_id WHERE r.name = 'Auditor'"""
    assert db.session.scalar(db.text(query)) == 1


def test_what_the_table_grants_exists(app):
    asked = {
        (permission, view.class_permission_name)
        for view in app.appbuilder.baseviews
        for permission in view.base_permissions or ()
    }
    for role, may in ROLES.items():
        assert may <= asked, f"{role}: {may - asked}"


def test_nobody_but_an_administrator_can_reach_users_or_roles():
    for role, screens in MATRIX.items():
        writes = [
            p for p in screens.get("Users", ()) if p not in ("can_list", "can_show")
        ]
        assert bool(writes) == (role == "System administrator")
    assert not any("Role" in screen for may in MATRIX.values() for screen in may)


def test_no_role_imports_results_and_signs_them_too():
    for may in ROLES.values():
        assert not {("can_propose", "Releases"), ("can_approve", "Releases")} <= may
        if ("can_edit", "Users") in may:
            assert not {view for _, view in may} & {"Results", "Releases"}


def test_a_user_holds_roles_of_ours_only(cast, sign_in):
    client = sign_in(cast.admin)
    page = client.page("/admin/users/add")
    offered = page.xpath("//select[@name='role']/option/@value")
    assert offered == sorted(MATRIX)
    for role in ("Admin", "Public", "Nobody", ""):
        form = {"email": "new@board.example", "role": role}
        assert client.submit("/admin/users/add", form).status_code == 400
    assert staff.find("new@board.example") is None


def test_a_user_without_a_role_may_do_nothing(cast, sign_in):
    cast.officer.roles = []
    db.session.commit()
    client = sign_in(cast.officer)
    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/entries/list/").status_code == 403


def test_groups_of_the_framework_give_nobody_a_role(cast, sign_in):
    from flask_appbuilder.security.sqla.models import Group

    group = Group(name="back door", label="", description="")
    db.session.add(group)
    group.roles = list(cast.admin.roles)
    group.users = [cast.clerk]
    db.session.commit()
    client = sign_in(cast.clerk)
    assert client.get("/admin/users/list/").status_code == 403
