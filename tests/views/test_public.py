"""The pages for everybody, in both languages, and where they lead."""

import re

import pytest

from app.values import TERMS_VERSION
from app.views.addresses import safe_local

PAGES = {
    "/": ("Your exam results", "I have taken an exam"),
    "/centres": ("Find a centre", "Find an exam centre"),
    "/verify": ("Verify a result", "How an organisation verifies"),
    "/help": ("Help", "Is the ID Number the number of my identity card?"),
    "/terms": ("Terms of use", "If you are a candidate"),
    "/privacy": ("Privacy", "What we keep, why, and for how long"),
    "/accessibility": ("Accessibility", "What you can rely on"),
}


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_read_each_public_page(client, path):
    title, words = PAGES[path]
    page = client.page(path)
    assert page.findtext(".//title") == f"{title} – Esito Language Board"
    assert words in page.text_content()
    assert page.get("lang") == "en"


@pytest.mark.parametrize("path", PAGES)
def test_each_public_page_is_there_in_italian_too(client, path):
    answer = client.get(path, headers={"Accept-Language": "it-IT,it;q=0.9"})
    assert answer.status_code == 200
    assert '<html lang="it">' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_no_link_on_a_public_page_leads_nowhere(client, path):
    page = client.page(path)
    links = {a.get("href") for a in page.iter("a") if a.get("href").startswith("/")}
    for link in links:
        target, _, anchor = link.partition("#")
        answer = client.get(target)
        assert answer.status_code in (200, 302), link
        assert not anchor or f'id="{anchor}"' in answer.text, link
    for link in page.xpath("//a[starts-with(@href, '#')]/@href"):
        assert page.xpath(f"//*[@id='{link[1:]}']"), link


def test_the_language_is_chosen_with_a_button_and_the_page_stays(client):
    shown = client.get("/centres?q=Pisa")
    back = re.search(r'name="next" value="([^"]+)"', shown.text).group(1)
    assert back == "/centres?q=Pisa"
    answer = client.submit(back, {"language": "it", "next": back}, at="/language")
    assert (answer.status_code, answer.location) == (303, "/centres?q=Pisa")
    assert '<html lang="it">' in client.get("/help").text
    answer = client.submit("/help", {"language": "en", "next": "/help"}, at="/language")
    assert '<html lang="en">' in client.get(answer.location).text


def test_the_language_can_be_changed_on_a_form_that_was_refused(client):
    refused = client.submit("/candidate/register", {})
    assert refused.status_code == 400
    assert 'name="next" value="/candidate/register"' in refused.text


def test_an_unknown_language_changes_nothing(client):
    client.submit("/", {"language": "tlh", "next": "/"}, at="/language")
    assert '<html lang="en">' in client.get("/").text


def test_the_language_is_not_changed_from_another_site(client):
    answer = client.post("/language", data={"language": "it"})
    assert answer.status_code == 400
    assert '<html lang="en">' in client.get("/").text


AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " /help",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://localhost/",
    "javascript:alert(1)",
    "data:text/html,hi",
    "evil.example",
    "@evil.example",
    "/a\\..\\//evil.example",
    "/x\r\nSet-Cookie: a=b",
    "/" + "x" * 2000,
    "",
    None,
]


@pytest.mark.parametrize("path", AWAY, ids=repr)
def test_nothing_leads_to_another_site(client, path):
    assert safe_local(path) is None
    answer = client.submit("/", {"language": "it", "next": path or ""}, at="/language")
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize(
    "path", ["/", "/help#score", "/centres?q=Forl%C3%AC&page=2", "/a?b=//c"]
)
def test_a_page_of_this_site_may_be_come_back_to(path):
    assert safe_local(path) == path


def named(client, words: str) -> list[str]:
    page = client.page(f"/centres?q={words}")
    return [h.text_content() for h in page.xpath("//ul[@class='cards']//h3")]


def test_a_centre_is_found_by_number_name_or_city(client, cast):
    cast.it024.name, cast.it024.city = "Scuola Lovelace", "Forlì"
    other = cast.centre("ES065")
    other.city = "Cádiz"
    assert named(client, "IT024") == named(client, "it0") == ["Scuola Lovelace"]
    assert named(client, "forli") == named(client, "FORLÌ") == ["Scuola Lovelace"]
    assert named(client, "lovelace forl") == ["Scuola Lovelace"]
    assert named(client, "cadiz") == ["Centre ES065"]
    assert named(client, "") == ["Centre ES065", "Scuola Lovelace"]


def test_a_search_that_finds_no_centre_says_what_to_do(client, cast):
    assert cast.it024
    text = client.page("/centres?q=%3Cb%3E%25Atlantis").text_content()
    assert "No centre matches “<b>%Atlantis”" in text


def test_many_centres_come_in_pages(client, cast):
    for number in range(23):
        cast.centre(f"FR{number:03d}")
    first = client.page("/centres?q=Pisa")
    [next_page] = first.xpath("//a[@rel='next']/@href")
    second = client.page(next_page)
    assert len(first.xpath("//h3")) == 20
    assert len(second.xpath("//h3")) == 3
    assert not second.xpath("//a[@rel='next']")
    assert second.xpath("//a[@rel='prev']/@href") == ["/centres?page=1&q=Pisa"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "1e3", "²"])
def test_an_odd_page_number_is_no_accident(client, cast, page):
    assert cast.it024
    assert client.get(f"/centres?page={page}").status_code == 200


def test_a_centre_with_a_strange_website_gets_no_link_to_it(client, cast):
    cast.it024.website = "javascript:alert(1)"
    assert "javascript:" not in client.get("/centres").text


def test_the_terms_name_the_version_that_accounts_agree_to(client):
    assert TERMS_VERSION in client.page("/terms").text_content()


def test_the_help_knows_how_long_a_secret_number_is(client):
    assert "Secret Number (8 digits)" in client.page("/help").text_content()


def test_the_verify_page_shows_nobodys_result(client, cast):
    cast.result(cast.amina)
    cast.released()
    answer = client.get(f"/verify?id={cast.amina.statement_number}")
    assert "Benali" not in answer.text
    assert cast.amina.statement_number not in answer.text.split("<main", 1)[1]


def test_search_engines_are_kept_off_what_is_personal(client):
    text = client.get("/robots.txt").text
    assert "Disallow: /candidate" in text
    assert "Disallow: /verifier" in text


def test_the_icon_is_found_where_browsers_look(client):
    answer = client.get("/favicon.ico", follow_redirects=True)
    assert answer.mimetype == "image/svg+xml"
    answer.close()


def test_organisations_read_that_their_primary_user_adds_others(client):
    said = client.page("/help").text_content()
    assert "To add others, write to the board" not in said
    assert "adds the others" in said


def test_candidates_read_that_a_statement_number_can_be_looked_up(client):
    assert "looked up my result" in client.page("/help").text_content()
    assert "gave the number of your Statement" in client.page("/privacy").text_content()
    assert "under Candidate search" in client.page("/verify").text_content()


def test_candidates_read_that_their_id_number_can_be_taken_along(client):
    said = client.page("/help").text_content()
    assert "can hold your ID Number" in said


def test_who_was_invited_reads_that_their_address_counts_too(client):
    said = client.page("/verifier/register").text_content()
    assert "an email address that belongs to it" in said


def test_a_school_is_led_to_its_centre_as_the_help_says(client):
    page = client.page("/verifier/register")
    assert "through its exam centre" in page.text_content()
    assert "through their exam centre" in client.page("/help").text_content()
    assert page.xpath("//main//a[@href='/centres']")
