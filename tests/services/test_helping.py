"""Help for organisations: found by the words that people type, in their language."""

import pytest
from flask_babel import force_locale

from app.errors import NotFound
from app.services import helping


def slugs(text):
    return [found.page.slug for found in helping.search(text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("download", "downloads"),
        ("template columns", "downloads"),
        ("EXCEL", "check-a-list"),
        ("weekly summary", "notifications"),
        ("Mónday", "notifications"),
        ("authenticator", "second-factor"),
        ("lost phone", "second-factor"),
        ("primary user", "users"),
        ("minimum score", "recognised-exams"),
        ("withdrawn", "status"),
        ("under enquiry", "status"),
        ("website", "organisation"),
        ("statement number", "candidate-search"),
        ("overall score", "scores"),
        ("delete", "users"),
        ("invitation", "users"),
        ("filter", "shared-results"),
        ("sort", "shared-results"),
        ("print", "downloads"),
        ("zip", "downloads"),
    ],
)
def test_words_lead_to_the_page_that_answers(app, text, first):
    assert first in slugs(text)[:3]


@pytest.mark.parametrize("text", ["", " ", "a", "xyzzy", "%", "'; --", "…"])
def test_what_is_not_there_finds_nothing(app, text):
    assert slugs(text) == []


def test_a_page_that_holds_every_word_comes_before_one_that_holds_some(app):
    assert slugs("weekly xyzzy") == slugs("weekly")
    assert "downloads" not in slugs("weekly monday")


def test_a_result_shows_the_paragraph_that_answers(app):
    found = next(f for f in helping.search("spam") if f.page.slug == "notifications")
    assert "spam folder" in found.excerpt


def test_very_long_searches_are_cut_short(app):
    assert slugs("summary " + "weekly " * 200) == slugs("summary weekly")


def test_every_page_has_a_name_words_and_a_place(app):
    names = [page.slug for page in helping.PAGES]
    assert len(names) == len(set(names)) >= 13
    served = {rule.rule for rule in app.url_map.iter_rules()}
    for page in helping.PAGES:
        assert helping.page(page.slug) is page
        assert str(page.title)
        assert 1 < len(page.paragraphs) < 7
        assert page.path.partition("#")[0] in served, page.slug
        for paragraph in page.paragraphs:
            assert len(str(paragraph)) < 320


def test_an_unknown_page_is_not_found(app):
    with pytest.raises(NotFound):
        helping.page("nothing")


def test_the_search_reads_the_pages_in_the_language_of_the_reader(app, monkeypatch):
    from flask_babel import gettext

    with force_locale("it"):
        said = str(helping.page("notifications").title)
        assert said == gettext("Email notifications")
        assert "notifications" in slugs(said)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("lista", "check-a-list"),
        ("eliminare", "users"),
        ("ordinare", "shared-results"),
        ("stampa", "downloads"),
        ("rettificato", "status"),
        ("aiuto", "contact"),
    ],
)
def test_words_lead_to_the_page_in_italian_too(app, text, first):
    with force_locale("it"):
        assert first in slugs(text)[:3]


def paragraphs(slug):
    return " ".join(str(paragraph) for paragraph in helping.page(slug).paragraphs)


def test_only_the_board_is_said_to_remove_a_second_step(app):
    assert "to write to the board" in paragraphs("second-factor")


def test_not_every_exam_is_said_to_be_on_the_scale(app):
    assert "all exams" not in paragraphs("scores")


def test_a_list_is_not_the_only_way_said_to_lead_to_a_result(app):
    assert "Candidate search" in paragraphs("check-a-list")
