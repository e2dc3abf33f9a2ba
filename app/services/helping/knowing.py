"""Help with what things mean: scores, the states of a result, recognised exams."""

from flask_babel import lazy_gettext as _l

from app.services.helping.page import Page

PAGES = (
    Page(
        "scores",
        _l("How to read a score"),
        (
            _l(
                "Most exams report on one scale, from 80 to 230. A higher number means"
                " more English. A result of 172 means the same in each exam that can"
                " give it."
            ),
            _l(
                "The overall score is the mean of the parts of the exam: Reading, Use"
                " of English, Writing, Listening and Speaking, as far as the exam has"
                " them. Each part is on the same scale."
            ),
            _l(
                "The level, such as B2, comes from the Common European Framework. It"
                " belongs to the overall score. The grade belongs to the exam: a grade"
                " A in one exam means the level above it."
            ),
            _l(
                "Somebody just below the exam’s own level may still get the level"
                " below: a C1 exam may show the level B2."
            ),
        ),
        "/help#score",
        _l("The scale, and a table for each exam"),
        _l("points marks grade level cefr b1 b2 c1 c2 pass"),
    ),
    Page(
        "status",
        _l("What the status of a result means"),
        (
            _l("Valid: this is the result that the board stands by today."),
            _l(
                "Under enquiry: the candidate asked for a check. The result stands"
                " until the check ends, and it may change. Look again before you decide"
                " something final."
            ),
            _l(
                "Amended: the board corrected the result. What you see now is the"
                " corrected one, and what you saw before does not hold any more."
            ),
            _l(
                "Withdrawn: the board took the result back. Do not rely on it. Ask the"
                " candidate what happened: we do not tell others the reason."
            ),
            _l(
                "No result available: there is nothing that we can show. This is not"
                " a fail, and it says nothing about the candidate."
            ),
        ),
        "/verifier/",
        _l("Open Shared results"),
        _l("pending withheld state valid history certificate old expire validity"),
    ),
    Page(
        "recognised-exams",
        _l("Recognised exams"),
        (
            _l(
                "Write down which exams your organisation accepts: the lowest overall"
                " score, the lowest score in each part, and how old a result may be. A"
                " programme with rules of its own gets its own entry."
            ),
            _l(
                "Each shared result then says whether it meets your rules, and you can"
                " show only those that do. You decide: we only compare numbers."
            ),
            _l("Candidates read your rules before they share a result with you."),
        ),
        "/verifier/organisation/exams",
        _l("Open Recognised exams"),
        _l("requirement minimum entry admission accept programme course"),
    ),
)
