"""Labels of sessions: the month is translated, what boards write beside it stays."""

import pytest
from flask_babel import force_locale

from app.services import labels


@pytest.mark.parametrize(
    ("label", "italian"),
    [
        ("November 2026", "novembre 2026"),
        ("March (FS) 2011", "marzo (FS) 2011"),
        ("May and June 2026", "maggio and giugno 2026"),
        ("Mayor's cup", "Mayor's cup"),
        ("Sessione 3", "Sessione 3"),
        ("", ""),
    ],
)
def test_an_italian_reads_the_month_in_italian(app, label, italian):
    with app.test_request_context():
        with force_locale("it"):
            assert labels.in_words(label) == italian
        with force_locale("en"):
            assert labels.in_words(label) == label
