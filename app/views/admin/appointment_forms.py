"""The forms about the appointment at which a certificate is collected."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice

from app.services.certificates.arranging import Wish
from app.values import DayPart
from app.views.admin.releases import CalendarDayField
from app.views.forms import EsitoForm, required


class SeenForm(EsitoForm):
    """The appointment that the reader saw, so that no other one is confirmed."""

    day = HiddenField()
    part = HiddenField()

    def seen(self) -> tuple[date | None, DayPart | None]:
        """Return the day and the part of it; nothing for what is neither."""
        return _appointment(self.day.data, self.part.data)


class OfferForm(EsitoForm):
    """Another day than the one that was seen."""

    seen_day = HiddenField()
    seen_part = HiddenField()
    collect_on = CalendarDayField(_l("Which day?"), [required(_l("Choose a day."))])
    part = RadioField(
        _l("When in the day?"),
        [required(_l("Choose morning or afternoon."))],
        choices=[
            SelectChoice(DayPart.morning.value, _l("In the morning")),
            SelectChoice(DayPart.afternoon.value, _l("In the afternoon")),
        ],
    )

    def seen(self) -> tuple[date | None, DayPart | None]:
        """Return the appointment that the reader saw."""
        return _appointment(self.seen_day.data, self.seen_part.data)

    def wish(self) -> Wish:
        """Return what is offered instead."""
        return Wish(collect_on=self.collect_on.data, part=DayPart(self.part.data))


def _appointment(
    day: str | None, part: str | None
) -> tuple[date | None, DayPart | None]:
    try:
        return date.fromisoformat(day or ""), DayPart(part or "")
    except ValueError:
        return None, None
