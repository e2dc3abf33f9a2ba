"""Every table says whose data it holds and when that goes; people are told the same."""

import re

import pytest
from flask_appbuilder import Model

from app import models
from tests.whole.source import ROOT

PAGE = (ROOT / "docs" / "privacy.md").read_text()
# In a fixed order: test processes that share the work compare their lists.
OURS = sorted(
    (
        mapper.class_
        for mapper in Model.registry.mappers
        if mapper.class_.__module__ == models.__name__
    ),
    key=lambda model: model.__name__,
)
every_model = pytest.mark.parametrize("model", OURS, ids=lambda each: each.__name__)


def explained() -> set[str]:
    """The tables named in the first column of the page."""
    cells = re.findall(r"^\| (`[^|]+?) \|", PAGE, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([a-z_*]+)`", cell)}


@every_model
def test_a_model_says_whose_data_it_holds_and_when_it_is_erased(model):
    words = " ".join((model.__doc__ or "").split())
    if "No personal data" in words:
        return
    _, found, line = words.partition("Personal data: ")
    assert found, f"{model.__name__} has no privacy line"
    assert re.search(r"\b([Ee]rased|[Kk]ept)\b", line), f"{model.__name__}: until when?"


@every_model
def test_a_table_appears_in_what_people_are_told(model):
    assert model.__tablename__ in explained()


def test_people_are_told_of_no_table_that_does_not_exist():
    tables = {model.__tablename__ for model in OURS}
    assert explained() - tables == {"ab_user", "ab_*"}


def test_a_table_with_personal_data_is_not_listed_among_those_without():
    (row,) = (line for line in PAGE.splitlines() if "nothing about a person" in line)
    without = set(re.findall(r"`([a-z_]+)`", row))
    for model in OURS:
        says_none = "No personal data." in " ".join((model.__doc__ or "").split())
        if model.__tablename__ in without:
            assert "No personal data" in (model.__doc__ or "")
        elif says_none:
            raise AssertionError(f"{model.__tablename__} belongs to those without")
