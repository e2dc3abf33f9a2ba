"""Every route says who may open it, and takes no key of a row in its address."""

import pytest

# Served by the frameworks: files that are the same for everybody.
FILES = {"static", "bootstrap.static", "appbuilder.static"}
GUARDS = {"public", "candidate", "member", "staff"}


def routes(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in FILES]


def is_office(rule):
    return rule.rule.startswith("/admin")


def test_every_route_outside_the_office_declares_its_guard(app):
    unguarded = {
        rule.endpoint
        for rule in routes(app)
        if not is_office(rule)
        and getattr(app.view_functions[rule.endpoint], "guard", None) not in GUARDS
    }
    assert unguarded == set()


@pytest.mark.parametrize(
    ("prefix", "guard", "open_to_all"),
    [
        (
            "/candidate/",
            "candidate",
            {
                "register",
                "login",
                "logout",
                "confirm",
                "deleted",
                "forgotten",
                "password",
                "lost",
                "email",
            },
        ),
        (
            "/verifier/",
            "member",
            {
                "register",
                "join",
                "login",
                "logout",
                "forgotten",
                "password",
                "help",
            },
        ),
    ],
)
def test_an_audience_has_no_open_door_but_its_own(app, prefix, guard, open_to_all):
    for rule in routes(app):
        if not rule.rule.startswith(prefix):
            continue
        first = rule.rule.removeprefix(prefix).partition("/")[0]
        found = app.view_functions[rule.endpoint].guard
        wanted = "public" if first in open_to_all else guard
        assert found == wanted, rule.rule


def test_addresses_hold_references_and_never_keys(app):
    for rule in routes(app):
        if is_office(rule):
            continue
        assert not any(name in ("id", "pk") for name in rule.arguments), rule.rule
        assert "<int:" not in rule.rule, rule.rule


def test_nothing_but_the_office_lives_under_admin(app):
    for rule in routes(app):
        if rule.endpoint.partition(".")[0] in (
            "public",
            "verified",
            "candidate",
            "verifier",
            "health",
        ):
            assert not is_office(rule), rule.rule
        else:
            assert is_office(rule) or rule.endpoint.startswith("demo."), rule.rule


def test_reading_and_writing_are_told_apart(app):
    """Signing out, sharing and the like are POST; no address takes GET for an act."""
    acts = ("logout", "withdraw", "approve", "delete", "refuse", "suspend")
    for rule in routes(app):
        view = app.view_functions[rule.endpoint]
        methods = rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.rstrip("/").endswith("logout"):
            assert methods == {"POST"}, rule.rule
        assert view is not None
        assert methods & {"GET", "POST"} or rule.rule.endswith(acts), rule.rule
