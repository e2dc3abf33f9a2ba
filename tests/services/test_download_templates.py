"""How an organisation lays out its data files, and what no template can ask for."""

import csv
import io

import pytest
from flask_babel import force_locale

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, DefaultTemplate, DownloadTemplate, Result
from app.services import organisations
from app.services.downloads import templates
from app.services.downloads.fields import DATE_FORMATS, FIELDS, OF_A_PART
from app.services.downloads.templates import ALL_DETAILS, Layout
from app.values import Language, RowPer, ShareScope
from tests.cast import NOW
from tests.takeaways import Shared, content, made

SHORT = Layout("Short", (("family_name", ""), ("overall", "Punkte")), "day_first")


@pytest.fixture
def shared(cast):
    return Shared(cast)


def save(cast, layout=SHORT, template=None):
    return templates.save(template, layout, by=cast.verifier, at=NOW)


def lines(file):
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def test_a_template_chooses_fields_their_order_and_their_headings(cast, shared):
    template = save(cast)
    file = content(cast.verifier, made(cast.verifier, template=template))
    assert lines(file) == [
        ["Family name", "Punkte"],
        ["Benali", "172"],
        ["Ivanov", "172"],
    ]


def test_a_file_by_a_template_that_changed_or_went_stays_what_it_was(cast, shared):
    template = save(cast)
    download = made(cast.verifier, template=template)
    save(cast, Layout("Other", (("grade", ""),)), template)
    templates.remove(template, by=cast.verifier, at=NOW)
    shared.withdraw(shared.boris)
    file = content(cast.verifier, download)
    assert lines(file)[0][:2] == ["Family name", "Punkte"]
    assert download.template["name"] == "Short"


def test_one_row_for_each_part_of_the_exam(cast, shared):
    columns = (("first_name", ""), ("part", ""), ("part_score", ""), ("part_level", ""))
    template = save(cast, Layout("Parts", columns, row_per=RowPer.component))
    shared.share(cast.boris, scope=ShareScope.overall)
    rows = lines(content(cast.verifier, made(cast.verifier, template=template)))[1:]
    assert rows[0] == ["Amina", "Reading", "172", "B2"]
    assert len([row for row in rows if row[0] == "Amina"]) == 5
    assert [row for row in rows if row[0] == "Boris"] == [["Boris", "", "", ""]]


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("iso", "2009-03-05"),
        ("day_first", "05/03/2009"),
        ("month_first", "03/05/2009"),
        ("dotted", "05.03.2009"),
        ("words", "5 March 2009"),
    ],
)
def test_dates_are_written_as_the_template_says(cast, shared, key, written):
    template = save(cast, Layout("Dates", (("date_of_birth", ""),), key))
    file = content(cast.verifier, made(cast.verifier, template=template))
    assert lines(file)[1] == [written]
    assert key in DATE_FORMATS


def test_headings_and_words_are_in_the_language_of_whoever_asked(app, cast, shared):
    with force_locale("it"):
        headings = ALL_DETAILS.headings()
    result = db.session.scalars(db.select(Result).filter_by(entry=cast.amina)).one()
    result.grade = "Level B1"
    db.session.commit()
    download = made(cast.verifier, language=Language.it)
    head, amina, _ = lines(content(cast.verifier, download))
    assert head == headings
    assert amina[head.index("Voto")] == "Livello B1"


def test_instants_are_on_the_organisations_clock(cast, shared):
    cast.acme.timezone = "Asia/Tokyo"
    db.session.commit()
    template = save(cast, Layout("When", (("shared_at", ""),)))
    file = content(cast.verifier, made(cast.verifier, template=template))
    assert lines(file)[1] == ["2026-12-14 17:00"]


@pytest.mark.parametrize(
    "columns",
    [
        (("secret", ""),),
        (("email", ""),),
        (("account_id", ""),),
        (("__class__", ""),),
        (("first_name", ""), ("first_name", "again")),
        (),
        (("first_name", "Same"), ("grade", "same")),
        (("first_name", "x" * 81),),
        (("part", ""),),
    ],
)
def test_a_field_outside_the_list_is_refused(cast, columns):
    with pytest.raises(Refused) as refused:
        save(cast, Layout("Wrong", columns))
    assert refused.value.status == 400
    assert not db.session.scalars(db.select(DownloadTemplate)).all()


def test_a_layout_has_a_name_and_a_known_way_to_write_dates(cast):
    for layout in (
        Layout(" ", SHORT.columns),
        Layout("x" * 81, SHORT.columns),
        Layout("Dates", SHORT.columns, "%s"),
        Layout("Parts", (("reading", ""),), row_per=RowPer.component),
    ):
        with pytest.raises(Refused):
            save(cast, layout)


def test_two_templates_of_an_organisation_have_two_names(cast):
    first = save(cast)
    with pytest.raises(Conflict) as refused:
        save(cast)
    assert refused.value.field == "name"
    save(cast, SHORT, first)
    rival = cast.member(cast.organisation("Rival", "r.example"), "a@r.example")
    templates.save(None, SHORT, by=rival, at=NOW)


def test_a_heading_is_written_out_and_never_looked_into(cast, shared):
    columns = (("first_name", "{{7*7}}"), ("grade", "=1+1"))
    template = save(cast, Layout("{{7*7}}", columns))
    file = content(cast.verifier, made(cast.verifier, template=template))
    assert lines(file)[0] == ["{{7*7}}", "'=1+1"]


def test_a_template_of_others_is_not_there(cast):
    template = save(cast)
    rival = cast.member(cast.organisation("Rival", "r.example"), "a@r.example")
    with pytest.raises(NotFound):
        templates.own(rival, template.reference)
    assert templates.of(rival) == []
    organisations.suspend(cast.acme, by=cast.partnerships, why="a doubt", at=NOW)
    with pytest.raises(NotFound):
        templates.own(cast.verifier, template.reference)


def test_each_user_has_a_default_and_everybody_has_all_details(cast):
    colleague = cast.member(cast.acme, "b@acme.example", role="admin")
    template = save(cast)
    assert templates.default_of(cast.verifier) is None
    templates.choose(cast.verifier, template)
    templates.choose(cast.verifier, template)
    assert templates.default_of(cast.verifier).id == template.id
    assert templates.default_of(colleague) is None
    assert templates.layout_of(None) == ALL_DETAILS
    templates.remove(template, by=colleague, at=NOW)
    assert templates.default_of(cast.verifier) is None
    assert not db.session.scalars(db.select(DefaultTemplate)).all()


def test_who_changed_a_template_is_written_down(cast):
    template = save(cast)
    templates.remove(template, by=cast.verifier, at=NOW)
    acts = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id)).all()[-2:]
    assert [act.action for act in acts] == ["template_saved", "template_deleted"]
    assert acts[0].actor == f"member:{cast.verifier.reference}"


def test_an_organisation_has_so_many_templates_and_no_more(cast, monkeypatch):
    monkeypatch.setattr(templates, "MOST", 1)
    first = save(cast)
    with pytest.raises(Refused, match="Delete one first"):
        save(cast, Layout("Another", SHORT.columns))
    save(cast, Layout("Renamed", SHORT.columns), first)


def test_a_preview_shows_what_nobody_can_have(cast):
    """J3: no value of a preview lies on a scale, in a list or on a possible day."""
    row = dict(zip(FIELDS, templates.preview(_every_field(), cast.acme), strict=True))
    for key, value in row.items():
        on_a_day = key in ("date_of_birth", "exam_date", "shared_at", "first_read_at")
        assert "SPECIMEN" in str(value) or value == 999 or on_a_day, key
        assert not on_a_day or value == "1900-01-01"


def _every_field():
    return Layout("Every", tuple((key, "") for key in FIELDS))


def test_all_details_leave_out_only_what_is_of_one_part():
    assert {key for key, _ in ALL_DETAILS.columns} == FIELDS.keys() - OF_A_PART
    templates.check(Layout("All", ALL_DETAILS.columns))
