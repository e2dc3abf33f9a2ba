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
        /verify/unknown
        /accessibility /nowhere
        /candidate/login /candidate/register /candidate/register?id_number=CHI551204
        /candidate/forgotten /candidate/forgotten/sent
        /candidate/confirm/none /candidate/password/none
        /candidate/login/link /candidate/login/link/sent /candidate/login/link/none
        /candidate/email/none /candidate/register/unlock/none /candidate/deleted
        /candidate/lost /candidate/lost?q=pisa /candidate/lost?q=nowhere
        /candidate/lost?date=tomorrow /candidate/lost/IT024
        /candidate/lost/IT024/sent /candidate/lost/request/{lost_open}
        /candidate/lost/request/{lost_answered} /candidate/lost/request/{lost_closed}
        /verifier/login /verifier/register /verifier/register/new
        /verifier/register/thanks /verifier/register/answer/none
        /verifier/join /verifier/join?name=univ /verifier/join?name=nobody
        /verifier/join/{organisation} /verifier/join/sent
        /candidate/login/code /verifier/login/code /admin/login/code
        /verifier/forgotten /verifier/forgotten/sent /verifier/password/none
        /verifier/help /verifier/help?q=download /verifier/help?q=xyzzy
        /verifier/help/start /verifier/help/none
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
        /candidate/results/{amina}/share?name=northgate
        /candidate/results/{amina}/share/{organisation}
        /candidate/results/{amina}/share/{namesake}
        /candidate/results/{amina}/invite /candidate/invitations/{waiting}/withdraw
        /candidate/results/{amina}/links
        /candidate/shares /candidate/shares?page=9 /candidate/shares/{share}/looks
        /candidate/shares/lookups /candidate/shares/lookups?page=9
        /candidate/shares/{read}/looks /candidate/shares/{read}/withdraw
        /candidate/account /candidate/account/password /candidate/account/email
        /candidate/account/mine /candidate/account/delete
        /candidate/account/authenticator /candidate/account/authenticator/scan
        /candidate/account/authenticator/codes
        /candidate/account/authenticator/remove
        /candidate/exams/add /candidate/exams/{amina}
        """,
    ),
    # His result is missing, and his centre has answered.
    "matteo": (
        "/candidate/login",
        "MAT610277",
        "/candidate/ /candidate/exams/{matteo} /candidate/cases/{missing}",
    ),
    # An account that was not hers had shared her result; it is on hold.
    "dora": (
        "/candidate/login",
        "DOR661839",
        "/candidate/ /candidate/shares /candidate/shares/{held}/withdraw",
    ),
    "clerk": (
        "/admin/login/",
        "clerk@it024.example",
        """
        /admin/ /admin/entries/list/ /admin/centres/list/ /admin/imports/
        /admin/entries/show/{registered} /admin/entries/reissue/{registered}
        /admin/entries/reissue/{unregistered}
        /admin/cases/list/ /admin/cases/list/?_flt_0_state=closed
        /admin/cases/show/{case_open} /admin/cases/show/{case_answered}
        /admin/cases/show/{case_closed} /admin/cases/show/{case_missing}
        /admin/cases/show/{case_open}?name=nobody /admin/cases/answer/{case_open}
        /admin/cases/close/{case_open} /admin/cases/close/{case_closed}
        """,
    ),
    # He waits for his result.
    "boris": (
        "/candidate/login",
        "BOR730118",
        """
        /candidate/ /candidate/shares /candidate/exams/{boris}
        /candidate/exams/{boris}/missing
        """,
    ),
    # Her exam is to come.
    "elena": (
        "/candidate/login",
        "ELE204817",
        """
        /candidate/ /candidate/exams/{elena} /candidate/shares
        /candidate/results/{advanced}/links /candidate/links/{link}
        /candidate/links/{link}/end /candidate/links/{link_ended}
        /candidate/links/{link_expired}
        """,
    ),
    # She has asked her centre for a check, as she had twice before in vain.
    "noemi": (
        "/candidate/login",
        "NOE918244",
        """
        /candidate/ /candidate/exams/{noemi} /candidate/exams/{noemi}/enquiry
        /candidate/exams/{noemi}/enquiry/cancel
        """,
    ),
    # Checked once, and with the board for the second time.
    "livia": (
        "/candidate/login",
        "LIV402655",
        """
        /candidate/exams/{livia} /candidate/exams/{livia}/enquiry
        /candidate/exams/{livia}/enquiry/cancel
        """,
    ),
    # A check has changed his result.
    "davide": (
        "/candidate/login",
        "DAV776103",
        """
        /candidate/results/{davide} /candidate/exams/{davide}
        /candidate/exams/{davide}/enquiry
        """,
    ),
    # His result is pending.
    "omar": (
        "/candidate/login",
        "OMA335508",
        "/candidate/ /candidate/results/{omar} /candidate/exams/{omar}",
    ),
    # Her aunt collects the certificate, on a day that the centre has confirmed.
    "sara": (
        "/candidate/login",
        "SAR150892",
        """
        /candidate/ /candidate/exams/{sara} /candidate/exams/{sara}/certificate
        /candidate/exams/{sara}/certificate/arrange
        /candidate/exams/{sara}/certificate/arrange?way=send
        /candidate/exams/{sara}/certificate/arrange?way=post
        """,
    ),
    # His certificate will soon be destroyed.
    "tommaso": (
        "/candidate/login",
        "TOM284467",
        """
        /candidate/ /candidate/exams/{tommaso} /candidate/exams/{tommaso}/certificate
        """,
    ),
    # She is nine, and her certificate is on its way.
    "zoe": (
        "/candidate/login",
        "ZOE093316",
        """
        /candidate/ /candidate/results/{zoe} /candidate/exams/{zoe}
        /candidate/exams/{zoe}/certificate /candidate/exams/{zoe}/enquiry
        """,
    ),
    "registrar": (
        "/verifier/login",
        "registrar@martesana.example",
        """
        /verifier/ /verifier/results/{share} /verifier/results/{held}
        /verifier/organisation
        """,
    ),
    # She has read a result with its photo.
    "reader": (
        "/verifier/login",
        "registrar@tirreno.example",
        "/verifier/ /verifier/results/{read}",
    ),
    # She looks through what is shared, and takes some of it along.
    "reader, on downloads": (
        "/verifier/login",
        "registrar@tirreno.example",
        """
        /verifier/?sort=family_name&way=up /verifier/?tick=page /verifier/?page=9
        /verifier/downloads /verifier/downloads?page=9 /verifier/downloads/templates
        /verifier/downloads/templates/new /verifier/downloads/templates/{template}
        /verifier/downloads/templates/{template}/preview
        /verifier/downloads/templates/{template}/delete
        """,
    ),
    # She looks results up, asks for some, and notes what has changed.
    "reader, on searches and changes": (
        "/verifier/login",
        "registrar@tirreno.example",
        """
        /verifier/search /verifier/search/{looked_up} /verifier/checks
        /verifier/checks?page=9 /verifier/checks/{list_check}
        /verifier/checks/{list_check}?page=9 /verifier/changes /verifier/changes?page=9
        /verifier/organisation /verifier/organisation/exams
        /verifier/organisation/exams/new /verifier/organisation/exams/new?exam=FCE
        /verifier/organisation/exams/new?exam=DELTA1
        /verifier/organisation/exams/{required}
        /verifier/organisation/exams/{required}/delete /verifier/notifications
        /verifier/contact /verifier/contact?about=/verifier/changes
        /verifier/contact?page=9 /verifier/help /verifier/help/start
        """,
    ),
    # An organisation that lists no exams, and has looked at little.
    "newcomer": (
        "/verifier/login",
        "registrar@golfo.example",
        """
        /verifier/checks /verifier/changes /verifier/organisation/exams
        /verifier/organisation /verifier/contact
        """,
    ),
    # What was shared with them is over.
    "employer": (
        "/verifier/login",
        "registrar@golfo.example",
        "/verifier/ /verifier/results/{back}",
    ),
    "latecomer": (
        "/verifier/login",
        "registrar@northgate.example",
        "/verifier/ /verifier/results/{expired}",
    ),
    # She decides on the users of her university, and who is let in.
    "primary user": (
        "/verifier/login",
        "registrar@tirreno.example",
        """
        /verifier/organisation/users /verifier/organisation/users?page=9
        /verifier/organisation/users/add /verifier/organisation/users/handover
        /verifier/organisation/users/{newcomer} /verifier/organisation/users/{primary}
        /verifier/organisation/users/{newcomer}/invite
        /verifier/organisation/users/{newcomer}/deactivate
        /verifier/organisation/users/{newcomer}/remove
        /verifier/organisation/users/{stopped}
        /verifier/organisation/users/{stopped}/restore
        /verifier/organisation/requests /verifier/organisation/requests/{asks}
        /verifier/account /verifier/account/password
        /verifier/account/authenticator /verifier/account/authenticator/scan
        /verifier/account/authenticator/codes /verifier/account/authenticator/remove
        """,
    ),
    # She has offered her role to him.
    "primary user, leaving": (
        "/verifier/login",
        "registrar@northgate.example",
        """
        /verifier/organisation/users /verifier/organisation/users/handover
        /verifier/organisation/requests
        """,
    ),
    "deputy": (
        "/verifier/login",
        "deputy@northgate.example",
        """
        /verifier/organisation/users /verifier/organisation/users/handover
        /verifier/organisation/requests
        """,
    ),
    "user": (
        "/verifier/login",
        "colleague@tirreno.example",
        "/verifier/organisation/users /verifier/organisation/users/handover",
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
    "officer, on checks and certificates": (
        "/admin/login/",
        "officer@board.example",
        """
        /admin/enquiries/list/ /admin/enquiries-due/list/
        /admin/enquiries/show/{with_board} /admin/enquiries/unchanged/{with_board}
        /admin/enquiries/changed/{with_board} /admin/enquiries/show/{decided}
        /admin/enquiries/unchanged/{decided} /admin/enquiries/propose/{decided}
        /admin/certificates/list/ /admin/certificates/show/{arrived}
        /admin/certificates/send /admin/certificates/send?session={ready}
        /admin/certificates/send?session={ready}&centre=IT024
        /admin/rules/list/ /admin/rules/show/{it024}
        """,
    ),
    "clerk, on checks and certificates": (
        "/admin/login/",
        "clerk@it024.example",
        """
        /admin/centreenquiries/list/ /admin/enquiries-to-pass-on/list/
        /admin/centreenquiries/show/{to_pass_on}
        /admin/centreenquiries/accept/{to_pass_on}
        /admin/centreenquiries/refuse/{to_pass_on}
        /admin/centreenquiries/show/{decided} /admin/centreenquiries/accept/{decided}
        /admin/certificates/list/ /admin/certificates/show/{arrived}
        /admin/certificates/arrived /admin/certificates/arrived?session={on_its_way}
        /admin/certificates/arrived?session={ready}
        /admin/certificates/agree/{arrived} /admin/certificates/hand_over/{arrived}
        /admin/certificates/post/{arrived} /admin/certificates/destroy/{arrived}
        /admin/certificates/offer/{arrived} /admin/certificates/hand_over/{sent}
        /admin/rules/list/ /admin/rules/show/{it024} /admin/rules/edit/{it024}
        """,
    ),
    "clerk without rules": (
        "/admin/login/",
        "clerk@it294.example",
        """
        /admin/ /admin/rules/list/ /admin/certificates/list/
        /admin/certificates/arrived
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
        /admin/members/deactivate/{member} /admin/members/deactivate/{other_user}
        /admin/members/restore/{stopped_user} /admin/members/remove/{other_user}
        /admin/members/promote/{other_user} /admin/members/succeed/{member}
        /admin/members/show/{other_user}
        /admin/joinrequests/list/ /admin/joinrequests/show/{asked}
        /admin/joinrequests/accept/{asked} /admin/joinrequests/decline/{asked}
        /admin/joinrequests/show/{let_in} /admin/joinrequests/accept/{let_in}
        /admin/account/ /admin/account/authenticator/
        /admin/account/authenticator/scan /admin/account/authenticator/codes
        /admin/account/authenticator/remove
        /admin/invitations/list/ /admin/invitations/list/?_flt_0_host=nothing
        /admin/invitations/show/{invitation} /admin/invitations/show/{answered}
        /admin/questions/list/ /admin/questions/show/{question}
        /admin/questions/show/{question_answered} /admin/questions/answer/{question}
        """,
    ),
    "admin": (
        "/admin/login/",
        "admin@board.example",
        """
        /admin/ /admin/centres/list/ /admin/centres/list/?_flt_0_name=nothing
        /admin/centres/show/{centre} /admin/centres/add /admin/centres/edit/{centre}
        /admin/centres/delete/{centre} /admin/schools/list/ /admin/schools/add
        /admin/rules/list/ /admin/rules/add /admin/rules/edit/{it024}
        /admin/schools/show/{school} /admin/schools/edit/{school}
        /admin/schools/delete/{school}
        /admin/users/list/ /admin/users/show/{user} /admin/users/add
        /admin/users/edit/{user} /admin/mails/list/ /admin/mails/show/{mail}
        /admin/trail/list/ /admin/trail/show/{row} /admin/password/
        """,
    ),
}
_ENTRY = "SELECT {} FROM entry WHERE id_number = '{}'"
_SHARED = (
    "SELECT share.reference FROM share JOIN entry ON entry.id = entry_id"
    " JOIN organisation ON organisation.id = organisation_id"
    " WHERE id_number = '{}' AND website = 'https://www.{}'"
)
_QUESTION = "SELECT min(id) FROM member_question WHERE answered_at IS {}"
_USER = "SELECT {} FROM member WHERE email = '{}'"
_LINK = "SELECT {} FROM share_link WHERE purpose = '{}'"
_CASE = "SELECT min({}) FROM centre_case WHERE kind = '{}' AND state = '{}'"
_CERTIFICATE = (
    "SELECT certificate.{} FROM certificate JOIN entry ON entry.id = entry_id"
    " WHERE id_number = '{}'"
)
LOST = "lost_confirmation"
FOUND = {
    "amina": _ENTRY.format("reference", AMINA),
    "boris": _ENTRY.format("reference", "BOR730118"),
    "elena": _ENTRY.format("reference", "ELE204817"),
    "matteo": _ENTRY.format("reference", "MAT610277"),
    "noemi": _ENTRY.format("reference", "NOE918244"),
    "livia": _ENTRY.format("reference", "LIV402655"),
    "davide": _ENTRY.format("reference", "DAV776103"),
    "omar": _ENTRY.format("reference", "OMA335508"),
    "sara": _ENTRY.format("reference", "SAR150892"),
    "tommaso": _ENTRY.format("reference", "TOM284467"),
    "zoe": _ENTRY.format("reference", "ZOE093316"),
    "it024": "SELECT id FROM centre WHERE number = 'IT024'",
    "with_board": "SELECT min(id) FROM enquiry WHERE state = 'accepted'",
    "to_pass_on": "SELECT min(id) FROM enquiry WHERE state = 'requested'",
    "decided": "SELECT min(id) FROM enquiry WHERE outcome = 'changed'",
    "arrived": _CERTIFICATE.format("id", "SAR150892"),
    "sent": _CERTIFICATE.format("id", "ZOE093316"),
    "on_its_way": "SELECT code FROM exam_session WHERE id ="
    " (SELECT session_id FROM entry WHERE id_number = 'ZOE093316')",
    "registered": _ENTRY.format("id", AMINA),
    "unregistered": _ENTRY.format("id", "IRE877421"),
    "missing": _CASE.format("reference", "missing_result", "answered"),
    "lost_open": _CASE.format("reference", LOST, "open"),
    "lost_answered": _CASE.format("reference", LOST, "answered"),
    "lost_closed": _CASE.format("reference", LOST, "closed"),
    "case_open": _CASE.format("id", LOST, "open"),
    "case_answered": _CASE.format("id", LOST, "answered"),
    "case_closed": _CASE.format("id", LOST, "closed"),
    "case_missing": _CASE.format("id", "missing_result", "answered"),
    "share": _SHARED.format(AMINA, "martesana.example"),
    "read": _SHARED.format(AMINA, "tirreno.example"),
    "back": _SHARED.format(AMINA, "golfo.example"),
    "expired": _SHARED.format(AMINA, "northgate.example"),
    "held": _SHARED.format("DOR661839", "martesana.example"),
    "waiting": "SELECT max(reference) FROM invitation WHERE state = 'sent'",
    "invitation": "SELECT max(id) FROM invitation WHERE state = 'sent'",
    "answered": "SELECT max(id) FROM invitation WHERE state = 'answered'",
    "link": _LINK.format("reference", "Teaching agency, Dublin"),
    "link_ended": _LINK.format("reference", "Sent to the wrong address"),
    "link_expired": _LINK.format("reference", "Holiday job"),
    "advanced": "SELECT reference FROM entry WHERE id ="
    f" ({_LINK.format('entry_id', 'Teaching agency, Dublin')})",
    "namesake": "SELECT max(reference) FROM organisation"
    " WHERE name = 'Northgate University'",
    "looked_up": "SELECT max(lookup.reference) FROM lookup"
    " JOIN entry ON entry.id = entry_id"
    " WHERE id_number = 'LIV402655' AND list_check_id IS NULL",
    "list_check": "SELECT min(reference) FROM list_check WHERE state = 'ready'",
    "required": "SELECT min(requirement.reference) FROM requirement"
    " JOIN organisation ON organisation.id = organisation_id"
    " WHERE website = 'https://www.tirreno.example'",
    "question": _QUESTION.format("NULL"),
    "question_answered": _QUESTION.format("NOT NULL"),
    "template": "SELECT min(reference) FROM download_template",
    "organisation": "SELECT reference FROM organisation WHERE status = 'approved'"
    " ORDER BY id LIMIT 1",
    "applied": "SELECT min(id) FROM organisation WHERE status = 'applied'",
    "approved": "SELECT min(id) FROM organisation WHERE status = 'approved'",
    "member": "SELECT min(id) FROM member WHERE active",
    "other_user": _USER.format("id", "colleague@tirreno.example"),
    "stopped_user": _USER.format("id", "dario.vanni@tirreno.example"),
    "primary": _USER.format("reference", "registrar@tirreno.example"),
    "newcomer": _USER.format("reference", "ilaria.nuti@tirreno.example"),
    "stopped": _USER.format("reference", "dario.vanni@tirreno.example"),
    "asks": "SELECT max(reference) FROM join_request WHERE state = 'open'",
    "asked": "SELECT max(id) FROM join_request WHERE state = 'open'",
    "let_in": "SELECT max(id) FROM join_request WHERE state = 'accepted'",
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
# What was shared there is over: no more than that is said.
OVER = ("{back}", "{expired}", "/verifier/results/{held}")
# Not pages for the eyes, or opened by tests of their own with what a person does there.
NO_PAGES = {"static", "health", "bootstrap", "demo"}
OTHER_ADDRESSES = {
    "candidate.authorisation_to_collect",
    "candidate.statement",
    "candidate.link_qr",
    "candidate.link_qr_file",
    "verified.photo",
    "verifier.check_answers",
    "verifier.check_template",
    "verifier.check_template_csv",
    # Leads to the list; the page itself answers a form.
    "verifier.choose_download",
    "verifier.download_file",
    "verifier.photo",
    "verifier.statement",
    "public.favicon",
    "public.robots",
    "Imports.look",
}
