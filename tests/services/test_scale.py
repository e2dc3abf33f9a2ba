"""The scale picture: every number on it, none upon another, and all of it in words."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.services import grading, scale
from app.services.scale import layout
from app.services.scale.shapes import Bar, Dot, Label
from app.services.schemes import SCHEMES
from app.values import ComponentCode

C = ComponentCode
FIRST = {C.R: 172, C.U: 170, C.W: 168, C.L: 175, C.S: 175}
FCE = grading.exam("FCE")
SCALED = [
    exam for history in SCHEMES.values() for _, exam in history if exam.kind == "scale"
]


def svgs(picture):
    root = etree.fromstring(f"<div>{picture}</div>")
    return [child for child in root if child.tag.endswith("svg")]


def texts(svg):
    return ["".join(t.itertext()) for t in svg.iter("{*}text")]


def label_boxes(laid):
    return [mark.box for mark in laid.marks if isinstance(mark, Label)]


def overlap(one, other):
    return (one[0] < other[2] and other[0] < one[2] and one[1] < other[3]) and other[
        1
    ] < one[3]


@st.composite
def results(draw):
    exam = draw(st.sampled_from(SCALED))
    score = st.integers(80, exam.maximum)
    scores = {part.code: draw(score) for part in exam.components}
    return exam, draw(st.none() | score), scores


@given(results(), st.sampled_from([layout.WIDE, layout.TALL]))
def test_no_label_lies_upon_another_whatever_the_scores(shared_app, result, form):
    exam, overall, scores = result
    with shared_app.test_request_context():
        laid = scale.laid_out(form, exam, overall, scores)
    boxes = label_boxes(laid)
    for index, one in enumerate(boxes):
        assert one[0] >= -0.5
        assert one[2] <= form.width + 0.5
        for other in boxes[index + 1 :]:
            assert not overlap(one, other), (one, other)


def test_equal_scores_have_a_mark_each(app):
    laid = scale.laid_out(
        layout.WIDE,
        grading.exam("PET"),
        150,
        dict.fromkeys((C.R, C.W, C.L, C.S), 150),
    )
    places = {(dot.x, dot.y) for dot in laid.marks if isinstance(dot, Dot)}
    assert len(places) == 4


def test_marks_stand_where_the_axis_says(app):
    laid = scale.laid_out(layout.WIDE, FCE, 160, {C.R: 160, C.U: 200})
    axis = {
        mark.text: mark.x
        for mark in laid.marks
        if isinstance(mark, Label) and mark.ink == "quiet"
    }
    dots = sorted(mark.x for mark in laid.marks if isinstance(mark, Dot))
    assert dots == [pytest.approx(axis["160"]), pytest.approx(axis["200"])]


def test_the_reached_level_and_grade_stand_out(app):
    laid = scale.laid_out(layout.WIDE, FCE, 172, FIRST)
    told = [m.text for m in laid.marks if isinstance(m, Label) and m.ink == "on-accent"]
    assert told == ["B2", "C"]
    filled = [m for m in laid.marks if isinstance(m, Bar) and m.ink == "accent"]
    # The level, the line under the level of the exam, and the grade.
    assert [bar.height for bar in filled] == [28, 3, 34]


def test_a_page_gets_a_wide_and_a_tall_picture_with_all_numbers_in_words(app):
    with app.test_request_context():
        drawn = svgs(scale.picture(FCE, 172, FIRST))
    assert [svg.get("viewBox").split()[2] for svg in drawn] == ["720", "300"]
    for svg in drawn:
        assert svg.get("role") == "img"
        named = svg.get("aria-labelledby").split()
        title, told = (svg.find(f"*[@id='{key}']") for key in named)
        assert "B2 First" in title.text
        for number in (172, 170, 168, 175, 160, 179, 180, 190, 122):
            assert str(number) in told.text
        assert "172 (B2)" in told.text
        assert {"172", "170", "168", "175"} <= set(texts(svg))
        # Nothing that the content security policy would leave out.
        assert not svg.xpath("//@style|//*[local-name()='style']")


def test_several_pictures_on_a_page_share_no_id(app):
    with app.test_request_context():
        page = scale.picture(FCE, 172, FIRST, name="first")
        page += scale.picture(FCE, 172, FIRST, name="second")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == 8


def test_a_score_below_what_the_exam_reports_is_a_hollow_mark(app):
    laid = scale.laid_out(
        layout.TALL, grading.exam("KET"), 110, {C.RW: 120, C.L: 118, C.S: 80}
    )
    hollow = [m for m in laid.marks if isinstance(m, Dot) and m.hollow]
    assert len(hollow) == 1
    assert "below 82" in [m.text for m in laid.marks if isinstance(m, Label)]


def test_children_get_shields(app):
    scores = {C.L: 5, C.RW: 3, C.S: 4}
    with app.test_request_context():
        wide = svgs(scale.picture(grading.exam("YLEF"), 12, scores))[0]
    shields = wide.findall("{*}polygon")
    assert len(shields) == 15
    assert sum(shield.get("fill") != "none" for shield in shields) == 12
    assert "Listening: 5 of 5 shields" in wide.find("{*}desc").text


def test_an_exam_without_scores_has_no_picture(app):
    assert scale.picture(grading.exam("DELTA1"), None, {}) == ""
    assert scale.picture(FCE, None, {}) == ""


def test_the_level_of_the_exam_is_marked_and_told(app):
    with app.test_request_context():
        for svg in svgs(scale.picture(FCE, 185, {C.R: 185})):
            assert "this exam" in texts(svg)
            assert "Level of the exam: B2" in svg.find("{*}desc").text
            assert "185 (C1)" in svg.find("{*}desc").text


def test_reading_and_writing_of_a2_key_is_said_to_count_twice(app):
    scores = {C.RW: 130, C.L: 118, C.S: 121}
    with app.test_request_context():
        wide = svgs(scale.picture(grading.exam("KET"), 125, scores))[0]
    assert "Reading and Writing ×2" in texts(wide)


@pytest.mark.parametrize("form", [layout.WIDE, layout.TALL])
def test_a_score_that_is_not_reported_is_not_pointed_at(app, form):
    def drawn(score):
        return scale.laid_out(form, FCE, score, dict.fromkeys(FIRST, score)).marks

    assert drawn(90) == drawn(121)
    assert [m for m in drawn(90) if isinstance(m, Label) and m.ink == "on-accent"] == []


POINTS = [
    exam for history in SCHEMES.values() for _, exam in history if exam.kind == "points"
]


@pytest.mark.parametrize("exam", POINTS, ids=lambda exam: exam.code)
@pytest.mark.parametrize("form", [layout.WIDE, layout.TALL])
def test_points_have_a_picture_from_0_to_100(app, exam, form):
    for points in (1, 44, 45, 59, 60, 75, 89, 100):
        laid = scale.laid_out(form, exam, points, {})
        told = [mark for mark in laid.marks if isinstance(mark, Label)]
        assert f"Overall score {points}/100" in [mark.text for mark in told]
        assert not [
            mark for mark in told if mark.text in ("CEFR level", "230", "this exam")
        ]
        boxes = label_boxes(laid)
        for index, one in enumerate(boxes):
            assert -0.5 <= one[0] <= one[2] <= form.width + 0.5
            assert not any(overlap(one, other) for other in boxes[index + 1 :])


def test_the_words_of_a_picture_of_points_speak_of_points(app):
    old = grading.exam_on("FCE", date(2012, 6, 9))
    with app.test_request_context():
        wide = svgs(scale.picture(old, 78, {}))[0]
    assert wide.find("{*}title").text == "B2 First on the scale from 0 to 100"
    assert "78/100 (B2)" in wide.find("{*}desc").text
    assert "C: from 60 to 74" in wide.find("{*}desc").text
