"""What a registrar finds among the shared results, in which order, and chooses."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import Requirement, Share, ShareAccess
from app.services import inbox, names, sharing
from app.services.inbox import Order, Selection, SortBy, Wanted, choosing, listing
from app.values import AccessKind, ExamCode, MemberRole, OrganisationStatus
from tests.cast import NOW, save

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def amina(cast):
    """Amina's account, with her result and Boris's out."""
    cast.result(cast.amina)
    cast.result(cast.boris, overall=150, grade="Level B1", cefr="B1")
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    cast.released()
    return account


@pytest.fixture
def give(cast):
    """A function that shares an entry with Acme, or with somebody else."""

    def give(entry, organisation=None, at=NOW, **values):
        account = entry.account or cast.account(entry)
        facts = {"terms_version": "x", "at": at, **values}
        return save(
            Share(
                entry=entry,
                organisation=organisation or cast.acme,
                account=account,
                **facts,
            )
        )

    return give


@pytest.fixture
def found(cast):
    """A function that gives the first names of those who match."""

    def found(*, at=NOW + DAY, **wanted):
        page = inbox.page_for(cast.verifier, 1, Wanted(**wanted), at=at)
        assert page.match_count == len(page.rows)
        return {row.share.entry.first_name for row in page.rows}

    return found


@pytest.fixture
def three(cast, amina, give):
    """Amina, Boris, and Zoë, who sat another exam on another day somewhere else."""
    centre = cast.centre("IT030")
    centre.name, centre.city = "Istituto d’Azeglio", "Forlì"
    session = cast.exam_session("2606-CAE-P", ExamCode.CAE)
    session.exam_date = date(2026, 6, 6)
    zoe = cast.entry(
        "0003", "Zoë", "O'Brien", session=session, centre=centre, email="z@old.example"
    )
    zoe.folded_name = "zoe obrien"
    cast.account(zoe).email = "Zoe@Mail.example"
    return [give(entry) for entry in (cast.amina, cast.boris, zoe)]


# --- Looking for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        ({"name": "zoe"}, {"Zoë"}),
        ({"name": "O’BRIEN zoë"}, {"Zoë"}),
        ({"name": "ben"}, {"Amina"}),
        ({"name": "%"}, set()),
        ({"name": "a_ina"}, set()),
        ({"date_of_birth": date(2008, 7, 1)}, {"Boris"}),
        ({"exam": ExamCode.CAE}, {"Zoë"}),
        ({"exam_from": date(2026, 11, 14)}, {"Amina", "Boris"}),
        ({"exam_from": date(2026, 6, 5)}, set()),
        ({"exam_from": date(2026, 6, 5), "exam_until": date(2026, 6, 6)}, {"Zoë"}),
        ({"exam_until": date(2026, 11, 13)}, {"Zoë"}),
        ({"email": "zoe@mail.EXAMPLE"}, {"Zoë"}),
        ({"email": "z@old.example"}, {"Zoë"}),
        ({"email": "boris@mail.example"}, {"Boris"}),
        ({"email": "boris@mail"}, set()),
        ({"centres": ()}, set()),
        ({"name": "benali", "exam": ExamCode.CAE}, set()),
    ],
    # A set is written in another order by each process.
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_people_are_found_by_what_is_known_of_them(three, found, wanted, who):
    assert found(**wanted) == who


def test_an_id_number_is_found_as_people_type_it_and_only_whole(cast, three, found):
    number = cast.boris.id_number
    assert found(id_number=f" {number[:3]}-{number[3:].lower()} ") == {"Boris"}
    assert found(id_number=number[:8]) == set()


def test_every_way_to_search_narrows_the_list(three):
    wanted = Wanted()
    assert not wanted
    assert {field.name for field in fields(wanted)} == {
        *("name", "date_of_birth", "id_number", "email", "exam", "centres"),
        *("exam_from", "exam_until", "shared_from", "shared_until", "read", "meets"),
    }


def test_centres_are_found_by_words_of_their_name_and_city(cast, three, found):
    def called(name="", place=""):
        return found(centres=inbox.centres_called(name, place))

    assert called(place="FORLI") == {"Zoë"}
    assert called(name="dazeglio") == {"Zoë"}
    assert called(name="IT024") == called(place="pis") == {"Amina", "Boris"}
    assert called() == {"Amina", "Boris", "Zoë"}
    for name, place, beside in (("dazeglio", "Pisa", "centre"), ("", "%", "place")):
        with pytest.raises(Refused) as refusal:
            inbox.centres_called(name, place)
        assert refusal.value.field == beside


def test_centres_that_are_too_many_to_mean_are_refused(cast, three, monkeypatch):
    monkeypatch.setattr("app.services.inbox.wanted.MOST_CENTRES", 1)
    with pytest.raises(Refused) as refusal:
        inbox.centres_called("", "i")
    assert refusal.value.field == "place"


def test_days_of_sharing_are_those_of_the_organisations_clock(cast, amina, give, found):
    # 23:30 on the 14th in Rome, and half past seven in the morning in Tokyo.
    give(cast.amina, at=NOW.replace(hour=22, minute=30))
    one_day = {
        "shared_from": date(2026, 12, 14),
        "shared_until": date(2026, 12, 14),
    }
    assert found(**one_day) == {"Amina"}
    assert found(shared_from=date(2026, 12, 15)) == set()
    cast.acme.timezone = "Asia/Tokyo"
    db.session.commit()
    assert found(**one_day) == set()
    assert found(shared_from=date(2026, 12, 15)) == {"Amina"}
    assert found(shared_until=date(2026, 12, 14)) == set()


def test_read_and_unread_are_each_members_own(cast, three, found):
    colleague = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
    sharing.read(colleague, three[0].reference, AccessKind.viewed, at=NOW)
    assert found(read=True) == set()
    sharing.read(cast.verifier, three[1].reference, AccessKind.viewed, at=NOW)
    assert found(read=True) == {"Boris"}
    assert found(read=False) == {"Amina", "Zoë"}


def test_what_meets_the_requirements_can_be_looked_for(cast, three, found):
    assert found(meets=True) == found(meets=False) == set()
    save(
        Requirement(
            organisation_id=cast.acme.id,
            exam=ExamCode.FCE,
            overall=160,
            changed_at=NOW,
        )
    )
    assert found(meets=True) == {"Amina"}
    # Zoë has no result that could be judged.
    assert found(meets=False) == {"Boris"}
    page = inbox.page_for(cast.verifier, at=NOW + DAY)
    fits = {row.share.entry.first_name: row.verdicts for row in page.rows}
    assert [one.fit for one in fits["Amina"]] == ["meets"]
    assert [one.fit for one in fits["Boris"]] == ["does_not"]
    assert fits["Zoë"] == ()


# --- In which order -------------------------------------------------------------------


def listed(cast, by, down=False):
    order = Order(SortBy(by), down)
    page = inbox.page_for(cast.verifier, order=order, at=NOW + DAY)
    return [row.share.entry.first_name for row in page.rows]


def test_the_list_is_sorted_by_each_of_its_columns_both_ways(cast, amina, give):
    advanced = cast.exam_session("2606-CAE-P", ExamCode.CAE)
    people = (("Åsa", "berg"), ("Bea", "Adams"), ("ada", "Zorn"))
    for n, (first, family) in enumerate(people):
        entry = cast.entry(f"01{n}0", first, family, session=advanced if n else None)
        entry.folded_name = f"{first} {family}".lower().replace("å", "a")
        give(entry, at=NOW + n * HOUR)
    assert listed(cast, "shared") == ["Åsa", "Bea", "ada"]
    assert listed(cast, "shared", down=True) == ["ada", "Bea", "Åsa"]
    assert listed(cast, "first_name") == ["ada", "Åsa", "Bea"]
    assert listed(cast, "first_name", down=True) == ["Bea", "Åsa", "ada"]
    assert listed(cast, "family_name") == ["Bea", "Åsa", "ada"]
    assert listed(cast, "family_name", down=True) == ["ada", "Åsa", "Bea"]
    # B2 First before C1 Advanced; what is alike stands newest first.
    assert listed(cast, "exam") == ["Åsa", "ada", "Bea"]
    assert listed(cast, "exam", down=True) == ["ada", "Bea", "Åsa"]


def test_an_accent_does_not_move_a_family_name_to_the_end(cast, amina, give):
    people = [("Łucja", "Zorzi"), ("Ana", "Núñez"), ("Bo", "Nutz"), ("Cia", "Álvarez")]
    people += [("Dan", "Śliwa"), ("N'Golo", "Kanté"), ("Flo", "D'Angelo"), ("", "Öz")]
    for n, (first, family) in enumerate(people):
        entry = cast.entry(f"02{n}0", first, family)
        entry.folded_name = names.folded(f"{first} {family}")
        give(entry)
    order = ["Cia", "Flo", "N'Golo", "Ana", "Bo", "Dan", "Łucja"]
    assert [one for one in listed(cast, "family_name") if one] == order
    assert [one for one in listed(cast, "family_name", down=True) if one] == order[::-1]


@pytest.mark.parametrize(
    ("by", "way"), [("email", "up"), ("exam", ""), ("", "up"), ("exam", "sideways")]
)
def test_what_the_list_cannot_be_sorted_by_is_refused(by, way):
    with pytest.raises(Refused):
        Order.read(by, way)
    assert Order.read("", "") == inbox.NEWEST_FIRST


def test_only_so_many_are_sorted_and_the_page_says_so(cast, three, give, monkeypatch):
    monkeypatch.setattr(listing, "MOST_SORTED", 2)
    newest = give(cast.entry("0009", "Aaron", "Abel"), at=NOW + HOUR)
    order = Order(SortBy.family_name, down=False)
    page = inbox.page_for(cast.verifier, order=order, at=NOW + DAY)
    assert page.cut
    assert page.rows[0].share.id == newest.id
    assert len(page.rows) == 2
    wanted = Wanted(name="ri")
    page = inbox.page_for(cast.verifier, 1, wanted, order=order, at=NOW + DAY)
    assert not page.cut
    assert len(page.rows) == 2
    assert not inbox.page_for(cast.verifier, at=NOW + DAY).cut


# --- Choosing -------------------------------------------------------------------------


def chosen(member, references=None, at=NOW + DAY, **wanted):
    selection = Selection(references, Wanted(**wanted))
    return set(db.session.scalars(inbox.selected(member, selection, at=at)))


def test_what_is_ticked_is_chosen_and_what_matches_is_all(cast, three):
    amina, boris, zoe = three
    member = cast.verifier
    assert chosen(member, (amina.reference,)) == {amina.id}
    # What is looked for does not narrow what was ticked.
    assert chosen(member, (boris.reference,), name="zoe") == {boris.id}
    assert chosen(member) == {amina.id, boris.id, zoe.id}
    assert chosen(member, exam=ExamCode.FCE) == {amina.id, boris.id}


def refused(member, *references, at=NOW + DAY):
    with pytest.raises(NotFound):
        inbox.selected(member, Selection(tuple(references)), at=at)


def test_one_reference_that_is_not_theirs_refuses_the_whole_selection(
    cast, three, give
):
    rival = cast.organisation("Rival College", "rival.example")
    foreign = give(cast.amina, rival)
    amina, boris, zoe = (share.reference for share in three)
    refused(cast.verifier, amina, foreign.reference)
    refused(cast.verifier, amina, "absent")
    refused(cast.verifier, amina, amina)
    refused(cast.verifier, amina, "%")
    sharing.withdraw(three[1], by=cast.boris.account, at=NOW)
    refused(cast.verifier, amina, boris)
    three[2].expires_at = NOW + HOUR
    db.session.commit()
    refused(cast.verifier, amina, zoe)
    assert len(chosen(cast.verifier, (amina, zoe), at=NOW)) == 2
    assert chosen(cast.verifier) == {three[0].id}
    assert chosen(cast.member(rival, "a@rival.example")) == {foreign.id}


def test_a_suspended_organisation_chooses_nothing(cast, three):
    cast.acme.status = OrganisationStatus.suspended
    db.session.commit()
    refused(cast.verifier, three[0].reference)
    with pytest.raises(Refused):
        chosen(cast.verifier)


def test_nothing_and_too_much_are_refused_in_words(cast, three, monkeypatch):
    for selection in (Selection(()), Selection(None, Wanted(name="nobody"))):
        with pytest.raises(Refused, match="at least one"):
            inbox.selected(cast.verifier, selection, at=NOW)
    refused(cast.verifier, *(str(n) for n in range(600)))
    monkeypatch.setattr(choosing, "MOST_CHOSEN", 2)
    with pytest.raises(Refused, match="Look for fewer"):
        inbox.selected(cast.verifier, Selection(None), at=NOW)
    found = inbox.selected(
        cast.verifier, Selection(None, Wanted(exam=ExamCode.FCE)), at=NOW
    )
    assert len(db.session.scalars(found).all()) == 2


def test_looks_are_shown_newest_first_to_a_bound(cast, three, monkeypatch):
    monkeypatch.setattr("app.services.inbox.looks.SHOWN", 2)
    facts = {"member_name": "Rita Registrar", "kind": AccessKind.viewed}
    for n in range(3):
        save(ShareAccess(share=three[0], at=NOW + n * HOUR, **facts))
    save(ShareAccess(share=three[1], at=NOW + DAY, **facts))
    looks = inbox.latest_looks(three[0])
    assert [look.at for look in looks] == [NOW + 2 * HOUR, NOW + HOUR]
