"""What a scope lets somebody else see: that much, and nothing beside it."""

import re

import pytest
from lxml import html

from app.extensions import db
from app.models import Photo
from app.services import documents, photos, showing
from app.values import ExamCode, ResultStatus, ShareScope
from tests.cast import NOW, save
from tests.papers import jpeg, reader, words

OVERALL, COMPONENTS, PHOTO = ShareScope
# Scores of parts that stand nowhere else: neither on the scale nor in a band.
PARTS = {"score_r": 171, "score_u": 169, "score_w": 166, "score_l": 174}
PARTS |= {"score_s": 178}
PART = re.compile(r"(?<!\d)(171|169|166|174|178)(?!\d)")
NAMES = ("Reading", "Use of English", "Writing", "Listening", "Speaking")


@pytest.fixture
def result(cast):
    return cast.result(cast.amina, **PARTS)


def photo_of(entry):
    return save(
        Photo(
            entry_id=entry.id,
            source_hash="0" * 64,
            width=300,
            height=400,
            imported_at=NOW,
        )
    )


def picture_words(shown):
    tree = html.fromstring(f"<div>{shown.picture}</div>")
    return " ".join(tree.text_content().split())


def test_the_overall_scope_holds_no_part_anywhere(app, cast, result):
    shown = showing.of(cast.amina, result, OVERALL)
    assert (shown.label, shown.overall, shown.cefr) == ("Pass at Grade C", "172", "B2")
    assert shown.parts == ()
    told = picture_words(shown)
    assert "172" in told
    for name in NAMES:
        assert name not in told
    assert not PART.search(told)


def test_each_part_is_on_the_drawing_and_in_the_table(app, cast, result):
    shown = showing.of(cast.amina, result, COMPONENTS)
    assert dict(shown.parts) == dict(
        zip(NAMES, ("171", "169", "166", "174", "178"), strict=True)
    )
    told = picture_words(shown)
    for name, score in shown.parts:
        assert name in told
        assert score in told


def test_the_drawing_without_parts_has_a_mark_at_the_overall_score(app, cast, result):
    for form in ("scale-wide", "scale-tall"):
        assert form in showing.of(cast.amina, result, OVERALL).picture


def test_the_statement_prints_as_much_as_the_scope_opens(app, cast, result):
    def printed(scope):
        content = documents.statement_of_results(
            cast.amina, result, at=NOW, scope=scope
        )
        assert len(reader(content).pages) == 1
        return words(content)

    short, full = printed(OVERALL), printed(COMPONENTS)
    assert "chose to show the overall result only" in short
    assert "chose to show the overall result only" not in full
    assert "172" in short
    assert "Pass at Grade C" in short
    assert cast.amina.statement_number in short
    assert not PART.search(short)
    assert "Listening" not in short
    assert len(set(PART.findall(full))) == 5


def test_the_candidates_own_statement_holds_everything(app, cast, result):
    own = words(documents.statement_of_results(cast.amina, result, at=NOW))
    assert len(set(PART.findall(own))) == 5


def test_the_photo_is_printed_for_its_scope_only(app, cast, result, monkeypatch):
    photo_of(cast.amina)
    monkeypatch.setattr(photos, "content", lambda photo: jpeg(300, 400))

    def pictures(scope):
        content = documents.statement_of_results(
            cast.amina, result, at=NOW, scope=scope
        )
        (page,) = reader(content).pages
        return len(page.images)

    assert pictures(PHOTO) == pictures(COMPONENTS) + 1 == pictures(OVERALL) + 1


@pytest.mark.parametrize("size", [(100, 400), (400, 400), (800, 300)])
def test_a_photo_of_any_shape_leaves_the_statement_on_one_page(
    app, cast, result, monkeypatch, size
):
    photo = photo_of(cast.amina)
    photo.width, photo.height = size
    db.session.commit()
    monkeypatch.setattr(photos, "content", lambda photo: jpeg(*size))
    content = documents.statement_of_results(cast.amina, result, at=NOW)
    assert len(reader(content).pages) == 1
    assert cast.amina.statement_number in words(content)


def test_a_photo_whose_file_is_missing_leaves_the_statement_whole(app, cast, result):
    photo_of(cast.amina)
    content = documents.statement_of_results(cast.amina, result, at=NOW)
    assert "172" in words(content)


@pytest.mark.parametrize("name", ["Maria Anna Luisa", "Wolfeschlegel" * 6])
def test_a_statement_with_photo_and_any_name_is_one_page(
    app, cast, result, monkeypatch, name
):
    photo_of(cast.amina)
    cast.amina.first_name = name
    monkeypatch.setattr(photos, "content", lambda photo: jpeg(300, 400))
    content = documents.statement_of_results(cast.amina, result, at=NOW)
    assert len(reader(content).pages) == 1


def test_what_is_offered_is_what_there_is(app, cast, result):
    assert showing.scopes(cast.amina, result) == (OVERALL, COMPONENTS)
    photo_of(cast.amina)
    assert showing.scopes(cast.amina, result) == (OVERALL, COMPONENTS, PHOTO)
    pending = cast.result(cast.boris, status=ResultStatus.pending)
    assert showing.scopes(cast.boris, pending) == ()


def test_an_exam_without_scores_offers_no_choice(app, cast):
    session = cast.exam_session("2611-DELTA1-P", ExamCode.DELTA1)
    entry = cast.entry("0005", "Ana", "Diaz", session=session)
    words_only = {f"score_{c}": None for c in "ruwls"}
    result = cast.result(entry, grade="Pass", cefr=None, overall=None, **words_only)
    assert showing.scopes(entry, result) == (COMPONENTS,)
    shown = showing.of(entry, result, COMPONENTS)
    assert (shown.label, shown.overall, shown.parts) == ("Pass", None, ())
    assert shown.picture == ""


def test_shields_are_told_in_all_or_part_by_part(app, cast):
    session = cast.exam_session("2611-YLEF-P", ExamCode.YLEF)
    entry = cast.entry("0006", "Ugo", "Neri", session=session)
    shields = {"score_l": 4, "score_rw": 5, "score_s": 3}
    none = {"score_r": None, "score_u": None, "score_w": None}
    result = cast.result(entry, overall=12, grade=None, cefr=None, **shields, **none)
    overall = showing.of(entry, result, OVERALL)
    assert (overall.overall, overall.parts, overall.picture) == ("12", (), "")
    assert len(showing.of(entry, result, COMPONENTS).parts) == 3
