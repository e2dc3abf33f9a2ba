"""Help with the daily work: what is shared, found, checked and downloaded."""

from flask_babel import lazy_gettext as _l

from app.services.helping.page import Page

PAGES = (
    Page(
        "start",
        _l("Getting started"),
        (
            _l(
                "Candidates decide who sees their results. Ask your applicants to sign"
                " in to their results, to choose Send my result, and to look for your"
                " organisation by name."
            ),
            _l(
                "What they send appears under Shared results at once. Nothing has to be"
                " accepted, and nobody has to post or scan a certificate."
            ),
            _l(
                "A statement number and a date of birth are enough to look a result up"
                " under Candidate search, when somebody gives you both."
            ),
            _l(
                "Choose under Email notifications how often we tell you of new"
                " results. At first we do not write to you."
            ),
        ),
        "/verifier/",
        _l("Open Shared results"),
        _l("begin first steps introduction"),
    ),
    Page(
        "shared-results",
        _l("Shared results"),
        (
            _l(
                "The list shows what candidates share with your organisation, newest"
                " first. Results that you have not opened yet are bold and say New."
                " That is your own mark: your colleagues have theirs."
            ),
            _l(
                "Search by name, date of birth, exam and more. Accents and capital"
                " letters make no difference. What you look for does not stand in the"
                " address of the page."
            ),
            _l(
                "View opens one result with everything that the candidate lets you see:"
                " the overall result alone, each part of the exam, or the photo of the"
                " exam day, too. Download PDF gives the Statement of Results."
            ),
            _l(
                "The candidate sees who looked, and when. A candidate may take a result"
                " back, or let it end on a date. From then on you do not see it any"
                " more, here or in files that you make later."
            ),
        ),
        "/verifier/",
        _l("Open Shared results"),
        _l("list inbox unread withdrawn expired filter sort order"),
    ),
    Page(
        "candidate-search",
        _l("Candidate search"),
        (
            _l(
                "Somebody shows you a Statement of Results, on paper or as a file?"
                " Enter its number and the date of birth under Candidate search. You"
                " see what the board has on record."
            ),
            _l(
                "The answer is one result or none. When there is none, we do not say"
                " whether the number or the date is wrong. Check both with the person."
            ),
            _l(
                "The candidate sees that your organisation looked. Your organisation"
                " may ask its users to say what for."
            ),
            _l(
                "There is a limit to how often you can look in a short time. It"
                " protects candidates from people who guess."
            ),
        ),
        "/verifier/search",
        _l("Open Candidate search"),
        _l("verify verification fake paper certificate look up purpose"),
    ),
    Page(
        "check-a-list",
        _l("Checking a list"),
        (
            _l(
                "For many statements at once, upload a list as CSV or XLSX: the"
                " statement number and the date of birth in each row and, if you like,"
                " the level and the score that the person claims."
            ),
            _l(
                "For each row you learn whether the claim matches what the board has on"
                " record, differs from it, or was right before the result was changed."
                " A row may also be not found, or not readable."
            ),
            _l(
                "The answer does not tell you the result itself: for that, ask the"
                " candidate to share it with you, or use Candidate search."
            ),
            _l(
                "A long list takes a few minutes. You may close the page: the answer"
                " waits for you."
            ),
        ),
        "/verifier/checks",
        _l("Check a list"),
        _l("bulk upload spreadsheet excel many claims"),
    ),
    Page(
        "downloads",
        _l("Downloads and templates"),
        (
            _l(
                "Tick results in the list, or choose all that match your search, and"
                " press Download Options. You get Statements of Results as PDF, one"
                " file each or all in one, or a data file as CSV, XLSX, JSON or XML."
            ),
            _l(
                "A template says which columns a data file has, in which order, under"
                " which headings, and how dates are written. Make one that fits the"
                " programme that you use, and make it your default."
            ),
            _l(
                "Large downloads are made while you go on working. You get an email"
                " when one is ready."
            ),
            _l(
                "The history shows who downloaded what, and gives it again. A file that"
                " is made again leaves out what was taken back since, and marks what"
                " was changed."
            ),
        ),
        "/verifier/downloads",
        _l("Open Downloads"),
        _l(
            "export excel csv zip print spreadsheet student records system columns"
            " history"
        ),
    ),
    Page(
        "what-changed",
        _l("What changed"),
        (
            _l(
                "A result can change after you looked: the board corrects it after an"
                " enquiry, or withdraws it. This is rare, and it matters."
            ),
            _l(
                "What changed lists the results that your organisation looked at,"
                " downloaded or found by search, and that are not the same any more."
            ),
            _l(
                "Look at each one again, correct your own records, and mark it as"
                " done. Your colleagues see that it is done."
            ),
        ),
        "/verifier/changes",
        _l("Open What changed"),
        _l("amended corrected revoked cancelled update acknowledge"),
    ),
)
