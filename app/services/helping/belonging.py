"""Help with one's own place: users and roles, signing in, e-mails, the organisation."""

from flask_babel import lazy_gettext as _l

from app.services.helping.page import Page

PAGES = (
    Page(
        "users",
        _l("Users and roles"),
        (
            _l(
                "Each person has an account of their own. Please do not share one:"
                " candidates see by name who looked at their result."
            ),
            _l(
                "Each organisation has exactly one primary user, who adds and removes"
                " the others and decides who may join. Everybody else works with"
                " results in the same way."
            ),
            _l(
                "Does a colleague leave? Deactivate their account on the same day: they"
                " are signed out at once. What they did stays in the history."
            ),
            _l(
                "The primary user can hand the role over to a colleague; both confirm"
                " it. If the primary user has left already, write to the board."
            ),
        ),
        "/verifier/organisation/users",
        _l("Open Users"),
        _l(
            "colleague staff add remove delete invite invitation join primary"
            " administrator leave"
        ),
    ),
    Page(
        "second-factor",
        _l("Signing in with a second step"),
        (
            _l(
                "A password can be guessed or read. With a second step you also need"
                " your phone: an authenticator app shows six digits that change every"
                " half minute."
            ),
            _l(
                "Set it up on the page Your account: scan the picture with the app, and"
                " enter the digits that it shows."
            ),
            _l(
                "Keep the recovery codes in a safe place, not on the phone. Each works"
                " once, when the phone is lost or broken."
            ),
            _l(
                "No phone and no recovery codes? Ask your primary user to write to the"
                " board, which checks who you are and removes the app."
            ),
        ),
        "/verifier/account",
        _l("Open Your account"),
        _l("two-factor 2fa mfa authenticator code phone security login password lost"),
    ),
    Page(
        "notifications",
        _l("Email notifications"),
        (
            _l(
                "You choose for yourself: no emails, one for every candidate, a daily"
                " summary, or a weekly summary on Monday."
            ),
            _l(
                "Summaries go at 08:00 on the clock of your organisation. When nothing"
                " was shared, we do not write."
            ),
            _l(
                "The emails name candidates and exams and never a result. What was"
                " taken back before an email goes is not in it."
            ),
            _l(
                "Does nothing arrive? Look in the spam folder, and ask your IT"
                " department to let our address through."
            ),
        ),
        "/verifier/notifications",
        _l("Choose your notifications"),
        _l("mail digest alert daily weekly monday spam"),
    ),
    Page(
        "organisation",
        _l("Your organisation’s details"),
        (
            _l(
                "Candidates find you by name, city and country. The board has checked"
                " these details and your website, so only the board can change them."
                " Write to us when something is not right any more."
            ),
            _l(
                "The primary user chooses the time zone for summaries, and whether"
                " users say what for before they look up a result."
            ),
        ),
        "/verifier/organisation",
        _l("Open Your organisation"),
        _l("name website address country time zone change rename merge"),
    ),
    Page(
        "contact",
        _l("Contacting the board"),
        (
            _l(
                "At the foot of each page you find Contact the board. We see from which"
                " page you ask, and nothing of what it shows."
            ),
            _l(
                "Please do not write results or dates of birth. A statement number is"
                " enough for us to find what you mean."
            ),
            _l(
                "The answer appears on the same page, and an email tells you that it is"
                " there. Only you and the board can read it."
            ),
        ),
        "/verifier/contact",
        _l("Contact the board"),
        _l("help support helpdesk question problem error ask staff phone"),
    ),
)
