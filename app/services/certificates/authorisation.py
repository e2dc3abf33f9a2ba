"""The paper with which somebody else collects a certificate for its owner."""

from datetime import datetime

from flask import current_app
from flask_babel import force_locale, format_date

from app.models import Certificate
from app.services import ages, grading, labels, localtime, paper
from app.services.wording import rendered
from app.transactions import end_read


def to_collect(certificate: Certificate, *, at: datetime) -> bytes:
    """Return the authorisation of the person named by the owner (PDF), to be signed.

    In the language of the entry; a parent signs it while the owner is under 18.
    """
    entry = certificate.entry
    language = entry.language
    with force_locale(language.value):
        day = certificate.collect_on
        values = {
            "board": current_app.config["ESITO_BOARD_NAME"],
            "exam": grading.exam(entry.session.exam).name,
            "session": labels.in_words(entry.session.label),
            "centre": entry.centre,
            "name": entry.name,
            "candidate_number": entry.candidate_number,
            "date_of_birth": format_date(entry.date_of_birth, "d MMMM y"),
            "collector": certificate.collector,
            "collect_on": format_date(day, "d MMMM y") if day else "",
            "part": certificate.collect_part.value if certificate.collect_part else "",
            "minor": ages.under(ages.ADULT, entry.date_of_birth, at=at),
            "printed_on": format_date(localtime.today(at), "d MMMM y"),
        }
    end_read()
    html = rendered("pdf/authorisation_to_collect.html", language, **values)
    return paper.pdf(html)
