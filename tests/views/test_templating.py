"""Words and addresses in templates: the same as the libraries', only sooner."""

import pytest
from flask import render_template_string, url_for
from flask_babel import force_locale, gettext

WORDS = '{{ _("Sign out") }}'


def test_words_follow_the_language_in_force_within_one_page(app):
    with app.test_request_context("/"):
        english = render_template_string(WORDS)
        with force_locale("it"):
            italian = render_template_string(WORDS)
            assert italian == gettext("Sign out")
        assert render_template_string(WORDS) == english == "Sign out"
    assert italian != english


def test_what_people_typed_is_escaped_in_a_sentence(app):
    with app.test_request_context("/"):
        text = '{{ _("Welcome, %(name)s.", name=name) }}'
        page = render_template_string(text, name="<b>Amina</b>")
    assert page == "Welcome, &lt;b&gt;Amina&lt;/b&gt;."


@pytest.mark.parametrize(("count", "page"), [(1, "1 row"), (3, "3 rows")])
def test_a_number_chooses_its_sentence(app, count, page):
    text = '{{ ngettext("%(num)s row", "%(num)s rows", count) }}'
    with app.test_request_context("/"):
        assert render_template_string(text, count=count) == page


def test_a_kept_address_is_that_of_its_own_mount(app):
    text = "{{ url_for('static', filename='esito.css') }}"
    for root in ("/", "/results/"):
        with app.test_request_context("/", base_url=f"http://127.0.0.1{root}"):
            own = url_for("static", filename="esito.css")
            assert render_template_string(text) == own
            assert own.startswith(root)


def test_addresses_of_people_are_never_kept(app):
    with app.test_request_context("/"):
        text = "{{ url_for('candidate.result', reference=reference) }}"
        page = render_template_string(text, reference="one")
        assert page == "/candidate/results/one"
    kept = app.extensions.get("esito_addresses", {})
    assert not any(endpoint == "candidate.result" for _, endpoint, _ in kept)
