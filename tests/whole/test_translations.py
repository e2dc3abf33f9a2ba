"""The Italian catalogue is whole: nothing missing, stale, guessed or not compiled."""

import re
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from flask_babel import force_locale, gettext, ngettext

from app.services.exams import EXAMS
from app.services.scale.layout import PARTS
from app.values import AuditAction
from app.views.admin.mail_words import MAILS
from app.views.admin.trail_words import ACTS
from tests.whole.catalogue import PLACE, PO, catalogue, messages, sides
from tests.whole.source import ROOT

# As `make messages` asks for them.
KEYWORDS = "_l lazy_gettext lazy_ngettext:1,2"


def extracted():
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        ROOT / "app",
        methods,
        options,
        keywords={**DEFAULT_KEYWORDS, **parse_keywords(KEYWORDS.split())},
    )
    template = Catalog()
    for name, _line, words, _comments, context in found:
        template.add(words, locations=[(f"app/{name}", 0)], context=context)
    return {message.id for message in template if message.id}


def test_the_catalogue_holds_just_the_messages_of_the_source():
    source, kept = extracted(), {message.id for message in messages()}
    assert len(source) > 500
    assert sorted(map(str, source - kept)) == [], "missing: run `make messages`"
    assert sorted(map(str, kept - source)) == [], "obsolete: run `make messages`"
    assert not catalogue().obsolete


def test_the_makefile_asks_for_the_same_keywords():
    assert f"--keywords '{KEYWORDS}'" in (ROOT / "Makefile").read_text()


def test_every_message_is_translated_and_nobody_guessed():
    for message in messages():
        _source, said = sides(message)
        assert all(form and form.strip() for form in said), message.id
        assert len(said) == (2 if message.pluralizable else 1), message.id
        assert not message.fuzzy, message.id


def test_placeholders_survive_translation():
    for message in messages():
        source, said = sides(message)
        for form in said:
            assert sorted(PLACE.findall(form)) == sorted(PLACE.findall(source[-1])), (
                message.id
            )
            assert "%" not in PLACE.sub("", form), message.id


def test_a_sentence_stays_a_sentence():
    for message in messages():
        source, said = sides(message)
        for form in said:
            ends = [
                text[-1] if text[-1] in ".?!:," else "" for text in (source[0], form)
            ]
            assert ends[0] == ends[1], message.id
            assert form == " ".join(form.split()), message.id


def test_the_catalogue_changes_only_when_words_do():
    text = PO.read_text()
    assert not re.search(r"^#: .*:\d", text, re.MULTILINE), "line numbers"
    assert "#~" not in text, "obsolete messages"


def test_what_is_compiled_is_what_is_written():
    compiled = BytesIO()
    write_mo(compiled, catalogue())
    assert compiled.getvalue() == PO.with_suffix(".mo").read_bytes(), (
        "run `make messages`"
    )


def test_a_fresh_machine_gets_the_compiled_catalogue():
    rules = (ROOT / ".gitignore").read_text().splitlines()
    assert not any(re.fullmatch(r"\*?\*?/?\*\.mo|.*translations.*", r) for r in rules)


def test_parts_of_exams_acts_and_emails_all_have_words():
    named = {str(part) for part in PARTS}
    for exam in EXAMS.values():
        assert {part.name for part in exam.components} <= named
        assert {name for _code, name in exam.papers} <= named
    assert set(ACTS) == {action.value for action in AuditAction}
    templates = {path.stem for path in (ROOT / "app/templates/email").glob("*.txt")}
    assert set(MAILS) == templates


def test_our_words_win_over_the_frameworks(app):
    with app.test_request_context(), force_locale("it"):
        for message in messages():
            source, said = sides(message)
            if message.pluralizable:
                places = re.findall(r"%\((\w+)\)", said[0] + source[0])
                values = dict.fromkeys({*places} - {"num"}, "x")
                one = ngettext(*source, 1, **values)
                assert one == said[0] % {**values, "num": 1}
            else:
                # Without values, a text is said as it stands.
                assert gettext(source[0]) == said[0]
        assert gettext("Reset Password Form") != "Reset Password Form", (
            "the framework's"
        )
