"""Which role may do which act: one list, and nobody outside it."""

import pytest

from app.errors import Refused
from app.services import rights
from app.services.rights import Act
from app.values import ImportKind


def may(user):
    return {act for act in Act if rights.allowed(user, act)}


def test_the_officer_proposes_and_may_not_approve(cast):
    assert Act.propose_release in may(cast.officer)
    assert Act.approve_release not in may(cast.officer)


def test_the_approver_signs_and_takes_down_and_nothing_else(cast):
    assert may(cast.approver) == {Act.approve_release, Act.withdraw_release}


def test_nobody_holds_both_signatures_by_one_role():
    proposers = rights.ROLES[Act.propose_release]
    assert not proposers & rights.ROLES[Act.approve_release]


def test_who_administers_users_publishes_nothing(cast):
    assert may(cast.admin) == {Act.remove_factor}
    with pytest.raises(Refused) as refused:
        rights.require(cast.admin, Act.approve_release)
    assert refused.value.status == 403


def test_each_role_imports_its_own_kinds(cast):
    assert rights.importable(cast.officer) == tuple(ImportKind)
    assert rights.importable(cast.admin) == (ImportKind.centres, ImportKind.schools)
    assert rights.importable(cast.clerk) == (ImportKind.timetable, ImportKind.entries)
    for person in (cast.approver, cast.auditor, cast.partnerships):
        assert rights.importable(person) == ()
