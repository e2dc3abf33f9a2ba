"""Templates: which fields an organisation's data files hold, in which order and words.

A heading is text and nothing else: it is never looked into, only written out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import DefaultTemplate, DownloadTemplate, Member, Organisation
from app.services import access, audit, localtime
from app.services.downloads.fields import (
    DATE_FORMATS,
    FIELDS,
    OF_A_PART,
    OF_ALL_PARTS,
    Cell,
    Style,
    specimen,
)
from app.transactions import atomic
from app.values import AuditAction, OrganisationStatus, RowPer

LONGEST_NAME = LONGEST_HEADING = 80
# More than any office has forms for, and still one short page.
MOST = 50


@dataclass(frozen=True)
class Layout:
    """How a data file is laid out; an empty heading is the field's own."""

    name: str
    columns: tuple[tuple[str, str], ...]
    date_format: str = "iso"
    row_per: RowPer = RowPer.result

    def kept(self) -> dict[str, Any]:
        """Return it as a download keeps it, whatever becomes of the template."""
        return {
            "name": self.name,
            "columns": [list(pair) for pair in self.columns],
            "date_format": self.date_format,
            "row_per": self.row_per.value,
        }

    def headings(self) -> list[str]:
        """Return the headings in the language in force, no two of them the same."""
        found: list[str] = []
        for key, renamed in self.columns:
            heading = first = renamed or str(FIELDS[key].heading)
            number = 1
            while heading in found:
                number += 1
                heading = f"{first} ({number})"
            found.append(heading)
        return found


# Nobody's: everybody's files are made by it until they choose another one.
ALL_DETAILS = Layout("", tuple((key, "") for key in FIELDS if key not in OF_A_PART))


def read_layout(kept: dict[str, Any]) -> Layout:
    """Return the layout that a download keeps."""
    columns = tuple((key, heading) for key, heading in kept["columns"] if key in FIELDS)
    row_per = RowPer(kept["row_per"])
    return Layout(kept["name"], columns, kept["date_format"], row_per)


def layout_of(template: DownloadTemplate | None) -> Layout:
    """Return how a template lays a file out; none: all details."""
    if template is None:
        return ALL_DETAILS
    columns = tuple((key, heading) for key, heading in template.fields)
    return Layout(template.name, columns, template.date_format, template.row_per)


def of(member: Member) -> list[DownloadTemplate]:
    """Return the templates of the member's organisation, by name."""
    return list(
        db.session.scalars(
            select(DownloadTemplate)
            .where(_own(member))
            .order_by(func.lower(DownloadTemplate.name), DownloadTemplate.id)
            .limit(MOST)
        )
    )


def own(member: Member, reference: str) -> DownloadTemplate:
    """Return a template of the member's own organisation; NotFound for any other."""
    found = db.session.scalar(
        select(DownloadTemplate).where(
            DownloadTemplate.reference == reference, _own(member)
        )
    )
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return found


def default_of(member: Member) -> DownloadTemplate | None:
    """Return the template that a member chose for their files; none: all details."""
    return db.session.scalar(
        select(DownloadTemplate)
        .join(DefaultTemplate, DefaultTemplate.template_id == DownloadTemplate.id)
        .where(DefaultTemplate.member_id == member.id, _own(member))
    )


def save(
    template: DownloadTemplate | None, layout: Layout, *, by: Member, at: datetime
) -> DownloadTemplate:
    """Keep a layout as a new template, or as what a template says from now on.

    Refused with a field outside the closed list, without any, and with a name that
    another template of the organisation has.
    """
    check(layout)
    try:
        with atomic() as tx:
            if template is None:
                _require_room(by)
                template = DownloadTemplate(organisation_id=by.organisation_id)
                tx.add(template)
            template.name = layout.name.strip()
            template.fields = [list(pair) for pair in layout.columns]
            template.date_format = layout.date_format
            template.row_per = layout.row_per
            template.made_by = by.name[:161]
            template.changed_at = at
            tx.flush()
            _trace(AuditAction.template_saved, template, by, at)
    except IntegrityError:
        raise Conflict(
            _l("You have a template with this name already. Choose another name."),
            field="name",
        ) from None
    return template


def remove(template: DownloadTemplate, *, by: Member, at: datetime) -> None:
    """Delete a template; who made files by it makes them with all details again.

    Files that were made by it keep what it said.
    """
    with atomic() as tx:
        _trace(AuditAction.template_deleted, template, by, at)
        tx.execute(delete(DownloadTemplate).where(DownloadTemplate.id == template.id))


def choose(member: Member, template: DownloadTemplate | None) -> None:
    """Make a member's files by a template unless they say otherwise."""
    with atomic() as tx:
        # The row that is always there: two at once write one after the other.
        tx.execute(select(Member.id).where(Member.id == member.id).with_for_update())
        tx.execute(
            delete(DefaultTemplate).where(DefaultTemplate.member_id == member.id)
        )
        if template is not None:
            tx.add(DefaultTemplate(member_id=member.id, template_id=template.id))


def style(layout: Layout, organisation: Organisation) -> Style:
    """Return how the files of an organisation write days, instants and words."""
    return Style(layout.date_format, localtime.zone_of(organisation.timezone))


def preview(layout: Layout, organisation: Organisation) -> list[Cell]:
    """Return a row of nobody's, with values that no result can have."""
    how = style(layout, organisation)
    return [specimen(key, how) for key, _ in layout.columns]


def _own(member: Member) -> Any:
    approved = select(Organisation.id).where(
        Organisation.id == member.organisation_id,
        Organisation.status == OrganisationStatus.approved,
    )
    return DownloadTemplate.organisation_id.in_(approved)


def check(layout: Layout) -> None:
    """Refuse a layout that no file can be made by, or with a field of no list."""
    if not layout.name.strip():
        raise Refused(_l("Give the template a name."), field="name")
    if len(layout.name.strip()) > LONGEST_NAME:
        raise Refused(_l("This name is too long."), field="name")
    keys = [key for key, _ in layout.columns]
    if not keys:
        raise Refused(_l("Choose at least one field."), field="fields")
    if set(keys) - FIELDS.keys() or len(keys) != len(set(keys)):
        raise Refused(_l("Choose from the fields of the list."), field="fields")
    if layout.date_format not in DATE_FORMATS:
        raise Refused(_l("Choose how dates are written."), field="date_format")
    wrong = OF_A_PART if layout.row_per is RowPer.result else OF_ALL_PARTS
    if wrong & set(keys):
        raise Refused(_wrong_rows(layout.row_per), field="fields")
    _check_headings([heading for _, heading in layout.columns if heading])


def _wrong_rows(row_per: RowPer) -> Any:
    if row_per is RowPer.result:
        return _l(
            "“Part” fields belong to files with one row for each part of the exam:"
            " choose that, or leave them out."
        )
    return _l(
        "With one row for each part, take the “Part” fields instead of Reading,"
        " Writing and the others."
    )


def _check_headings(headings: Sequence[str]) -> None:
    folded = [heading.casefold() for heading in headings]
    if len(folded) != len(set(folded)):
        raise Refused(_l("Two fields have the same heading."), field="fields")
    if any(len(heading) > LONGEST_HEADING for heading in headings):
        raise Refused(
            _l("A heading is too long: use at most 80 characters."), field="fields"
        )


def _require_room(by: Member) -> None:
    held = db.session.scalar(
        select(func.count(DownloadTemplate.id)).where(
            DownloadTemplate.organisation_id == by.organisation_id
        )
    )
    if (held or 0) >= MOST:
        raise Refused(
            _l("Your organisation has as many templates as it can. Delete one first."),
            field="name",
        )


def _trace(
    action: AuditAction, template: DownloadTemplate, by: Member, at: datetime
) -> None:
    subject = f"template:{template.reference}"
    keys = [key for key, _ in template.fields]
    audit.append(action, subject, by=by, at=at, fields=keys)
