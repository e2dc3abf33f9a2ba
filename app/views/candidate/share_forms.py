"""What a candidate fills in to let others see a result."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from app.services.sharing.wishes import LONGEST_PURPOSE
from app.values import ShareScope
from app.views.forms import DayField, EsitoForm, longest

SCOPES = {
    ShareScope.overall: _l("The overall result only"),
    ShareScope.components: _l("The overall result and each part"),
    ShareScope.photo: _l("The overall result, each part and my photo"),
}


def _offered(_form: Form, field: Field) -> None:
    """Refuse what is not among the choices, or nothing at all, in our own words."""
    if field.data not in [choice.value for choice in field.choices]:
        raise StopValidation(_l("Choose how much they see."))


class ScopeForm(EsitoForm):
    """How much of a result others see, what for, and until when."""

    scope = RadioField(
        _l("How much do they see?"),
        [_offered],
        default=ShareScope.components.value,
        validate_choice=False,
    )
    purpose = StringField(
        _l("What is it for?"),
        [longest(LONGEST_PURPOSE)],
        description=_l(
            "They see this next to your result: for example Master's in Physics 2027."
        ),
    )
    expires_on = DayField(
        _l("Last day on which they see it"),
        description=_l(
            "For example 30/09/2027. Leave it empty, and they see it until you take"
            " it back."
        ),
    )

    def __init__(
        self, offered: Sequence[ShareScope], *args: Any, **values: Any
    ) -> None:
        super().__init__(*args, **values)
        self.scope.choices = [SelectChoice(one.value, SCOPES[one]) for one in offered]

    def wish(self) -> dict[str, Any]:
        """Return what was chosen, as the service takes it."""
        return {
            "scope": ShareScope(self.scope.data),
            "purpose": self.purpose.data or "",
            "expires_on": self.expires_on.data,
        }
