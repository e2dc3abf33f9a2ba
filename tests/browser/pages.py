"""Every page there is, by who visits it; a new one has to be added here."""

AMINA = "AMI482913"

# Whose pages: (where they sign in, as whom, their pages). What stands in braces is
# found in the database, see FOUND.
VISITORS = {
    "everybody": (
        "",
        "",
        """
        / /centres /centres?q=pisa /centres?q=nowhere /verify /help /terms /privacy
        /accessibility /nowhere
        /candidate/login /candidate/register /candidate/register?id_number=CHI551204
        /candidate/forgotten /candidate/forgotten/sent
        /candidate/confirm/none /candidate/password/none
        /verifier/login /verifier/register /verifier/register/new
        /verifier/register/join /verifier/register/thanks
        /verifier/forgotten /verifier/forgotten/sent /verifier/password/none
        /admin/login/ /admin/password/none
        """,
    ),
    "amina": (
        "/candidate/login",
        AMINA,
        """
        /candidate/ /candidate/results/{amina} /candidate/results/{amina}/share
        /candidate/results/{amina}/share?name=univ
        /candidate/results/{amina}/share?name=nobody
        /candidate/results/{amina}/share/{organisation}
        /candidate/shares /candidate/shares/{share}/withdraw
        /candidate/account /candidate/account/password
        """,
    ),
    "clerk": (
        "/admin/login/",
        "clerk@it024.example",
        "/admin/ /admin/entries/list/ /admin/centres/list/ /admin/imports/",
    ),
    "boris": ("/candidate/login", "BOR730118", "/candidate/ /candidate/shares"),
    "registrar": (
        "/verifier/login",
        "registrar@martesana.example",
        "/verifier/ /verifier/results/{share} /verifier/organisation",
    ),
    "officer": (
        "/admin/login/",
        "officer@board.example",
        """
        /admin/ /admin/imports/ /admin/releases/list/
        /admin/releases/propose /admin/releases/propose?session={ready}
        /admin/releases/show/{out} /admin/releases/withdraw/{out}
        /admin/results/list/ /admin/results/show/{result} /admin/held/list/
        /admin/results/accept/{result} /admin/results/withdraw/{result}
        /admin/sessions/list/ /admin/sessions/show/{session} /admin/sessions/add
        /admin/sessions/edit/{session} /admin/sessions/delete/{session}
        /admin/timetable/list/ /admin/timetable/show/{slot} /admin/timetable/add
        /admin/timetable/edit/{slot} /admin/timetable/delete/{slot}
        /admin/entries/list/ /admin/entries/show/{entry}
        /admin/accounts/list/ /admin/accounts/show/{account}
        """,
    ),
    "approver": (
        "/admin/login/",
        "approver@board.example",
        "/admin/ /admin/releases/show/{proposed} /admin/releases/approve/{proposed}",
    ),
    "partnerships": (
        "/admin/login/",
        "partners@board.example",
        """
        /admin/ /admin/organisations/list/ /admin/organisations/show/{applied}
        /admin/organisations/approve/{applied} /admin/organisations/refuse/{applied}
        /admin/organisations/edit/{applied} /admin/organisations/suspend/{approved}
        /admin/organisations/restore/{approved}
        /admin/members/list/ /admin/members/show/{member}
        /admin/members/deactivate/{member}
        """,
    ),
    "admin": (
        "/admin/login/",
        "admin@board.example",
        """
        /admin/ /admin/centres/list/ /admin/centres/list/?_flt_0_name=nothing
        /admin/centres/show/{centre} /admin/centres/add /admin/centres/edit/{centre}
        /admin/centres/delete/{centre} /admin/schools/list/ /admin/schools/add
        /admin/schools/show/{school} /admin/schools/edit/{school}
        /admin/schools/delete/{school}
        /admin/users/list/ /admin/users/show/{user} /admin/users/add
        /admin/users/edit/{user} /admin/mails/list/ /admin/mails/show/{mail}
        /admin/trail/list/ /admin/trail/show/{row} /admin/password/
        """,
    ),
}
FOUND = {
    "amina": f"SELECT reference FROM entry WHERE id_number = '{AMINA}'",
    "share": "SELECT share.reference FROM share JOIN entry ON entry.id = entry_id"
    f" WHERE id_number = '{AMINA}' AND withdrawn_at IS NULL"
    " ORDER BY share.at LIMIT 1",
    "organisation": "SELECT reference FROM organisation WHERE status = 'approved'"
    " ORDER BY id LIMIT 1",
    "applied": "SELECT min(id) FROM organisation WHERE status = 'applied'",
    "approved": "SELECT min(id) FROM organisation WHERE status = 'approved'",
    "member": "SELECT min(id) FROM member WHERE active",
    "proposed": "SELECT min(id) FROM result_release WHERE approved_by_id IS NULL",
    "out": "SELECT min(id) FROM result_release WHERE announced_at IS NOT NULL",
    "ready": "SELECT code FROM exam_session WHERE id = (SELECT min(session_id)"
    " FROM entry JOIN result ON result.entry_id = entry.id)",
    "result": "SELECT min(id) FROM result",
    "session": "SELECT min(id) FROM exam_session",
    "slot": "SELECT min(id) FROM timetable_slot",
    "entry": "SELECT min(id) FROM entry",
    "account": "SELECT min(id) FROM candidate_account",
    "centre": "SELECT min(id) FROM centre",
    "school": "SELECT min(id) FROM school",
    "user": "SELECT min(id) FROM ab_user",
    "mail": "SELECT min(id) FROM mail",
    "row": "SELECT min(id) FROM audit_row",
}
# Not pages for the eyes, or opened by tests of their own with what a person does there.
NO_PAGES = {"static", "health", "bootstrap", "demo"}
OTHER_ADDRESSES = {
    "candidate.statement",
    "verifier.statement",
    "public.favicon",
    "public.robots",
    "Imports.look",
}
