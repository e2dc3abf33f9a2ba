"""What a candidate sees: the way in, their exams and results, whom they sent them."""

from app.views.candidate import doors, exams, registration, settings, shares
from app.views.candidate.pages import pages

__all__ = ["doors", "exams", "pages", "registration", "settings", "shares"]
