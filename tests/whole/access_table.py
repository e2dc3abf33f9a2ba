"""What each address answers to whom; who is led to a sign-in instead needs no line.

Of an address for candidates: its owner's answer. Of one for organisations: the primary
user's, and another user's where that differs. Of one that is open to all: anybody's,
and that of whoever is signed in on its side already. Forms are sent without content:
400 says that something is missing, 30x that nothing was needed, 404 that it is not
there in the world of the tests, 409 that it cannot be done to this one.
"""

_LINES = """
candidate.account GET 200 POST 302
candidate.account_deleted GET 200
candidate.add_exam GET 200 POST 400
candidate.arrange GET 200 POST 400
candidate.ask_link GET 200 POST 400
candidate.authenticator GET 200 POST 400
candidate.authenticator_codes GET 303 POST 303
candidate.authenticator_remove GET 303 POST 303
candidate.authenticator_scan GET 303 POST 303
candidate.authorisation_to_collect GET 404
candidate.cancel_collection POST 302
candidate.cancel_email_change POST 302
candidate.cancel_enquiry GET 200 POST 302
candidate.case GET 200 POST 400
candidate.certificate GET 200
candidate.change_email GET 200 POST 400
candidate.change_password GET 200 POST 400
candidate.confirm_email GET 404 POST 404
candidate.confirm_new_email GET 404 POST 404
candidate.delete_account GET 200 POST 400
candidate.end_link GET 200 POST 302
candidate.enquiry GET 200 POST 400
candidate.exam GET 200
candidate.forgotten GET 200 POST 400
candidate.forgotten_sent GET 200
candidate.home GET 200
candidate.invite GET 200 POST 400
candidate.link GET 200
candidate.link_qr GET 200
candidate.link_qr_file GET 200
candidate.link_sent GET 200
candidate.links GET 200 POST 400
candidate.looked_up GET 200
candidate.looks GET 200
candidate.lost GET 200
candidate.lost_ask GET 200 POST 400
candidate.lost_request GET 404 POST 404
candidate.lost_sent GET 200
candidate.mine GET 200 POST 400
candidate.missing GET 302 POST 302
candidate.register GET 200/302 POST 400/302
candidate.result GET 200
candidate.resume POST 302
candidate.send GET 200 POST 302
candidate.send_confirmation POST 302
candidate.send_email_change POST 302
candidate.set_password GET 404 POST 404
candidate.share GET 200
candidate.shares GET 200
candidate.sign_in GET 200/302 POST 400/302
candidate.sign_in_by_link GET 404 POST 404
candidate.sign_in_code GET 303 POST 303
candidate.sign_out POST 302
candidate.sign_out_everywhere POST 302
candidate.statement GET 200
candidate.undo POST 302
candidate.unlock_secret GET 404 POST 404
candidate.withdraw GET 200 POST 302
candidate.withdraw_invitation GET 200 POST 302
health.alive GET 200
health.ready GET 200
public.accessibility GET 200
public.centres GET 200
public.favicon GET 301
public.help_page GET 200
public.home GET 200
public.language POST 303
public.privacy GET 200
public.robots GET 200
public.terms GET 200
public.verify GET 200
verified.close POST 303
verified.photo GET 404
verified.result GET 200 POST 400
verifier.accept_request POST 303/404
verifier.account GET 200 POST 303
verifier.add_exam GET 200 POST 200
verifier.add_user GET 200/403 POST 400/403
verifier.answer GET 404 POST 404
verifier.apply GET 200 POST 400
verifier.authenticator GET 200 POST 400
verifier.authenticator_codes GET 303 POST 303
verifier.authenticator_remove GET 303 POST 303
verifier.authenticator_scan GET 303 POST 303
verifier.change_exam GET 200 POST 303
verifier.change_password GET 200 POST 400
verifier.changes GET 200
verifier.check GET 200/404
verifier.check_answers GET 200/404
verifier.check_template GET 200
verifier.check_template_csv GET 200
verifier.checks GET 200 POST 400
verifier.choose_download GET 302 POST 303
verifier.choose_template POST 303
verifier.contact GET 200 POST 400
verifier.deactivate_user GET 200/403 POST 303/403
verifier.decline_request POST 303/404
verifier.delete_exam GET 200 POST 303
verifier.delete_template GET 200 POST 303
verifier.download_again POST 303
verifier.download_file GET 200
verifier.download_history GET 200
verifier.download_templates GET 200
verifier.edit_template GET 200 POST 400
verifier.exams GET 200
verifier.find GET 200 POST 400
verifier.forgotten GET 200 POST 400
verifier.found GET 200/404
verifier.handover GET 200 POST 400/404
verifier.help_page GET 200
verifier.help_pages GET 200
verifier.invite_user GET 200/403 POST 409/403
verifier.join GET 200
verifier.join_one GET 200 POST 400
verifier.join_request GET 200/404
verifier.join_requests GET 200
verifier.join_sent GET 200
verifier.link_sent GET 200
verifier.new_template GET 200 POST 400
verifier.notifications GET 200 POST 303
verifier.organisation GET 200 POST 303/403
verifier.password GET 404 POST 404
verifier.photo GET 200
verifier.preview_template GET 200
verifier.register GET 200
verifier.remove_user GET 200/403 POST 303/403
verifier.restore_user GET 200/403 POST 409/403
verifier.result GET 200
verifier.search POST 303
verifier.shared GET 200
verifier.sign_in GET 200/302 POST 400
verifier.sign_in_code GET 303 POST 303
verifier.sign_out POST 303
verifier.sign_out_everywhere POST 303
verifier.statement GET 200
verifier.take_note POST 303
verifier.thanks GET 200
verifier.user GET 200/403 POST 303/403
verifier.users GET 200
"""


def _read(line: str) -> tuple[str, dict[str, list[int]]]:
    name, *pairs = line.split()
    answers = zip(pairs[::2], pairs[1::2], strict=True)
    return name, {method: [*map(int, told.split("/"))] for method, told in answers}


EXPECTED = dict(_read(line) for line in _LINES.strip().splitlines())
