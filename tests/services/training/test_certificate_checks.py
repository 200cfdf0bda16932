"""Anybody checks a certificate by its code: as JSON and as a page, and learns nothing more than that."""

import re
import secrets
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest

from contracts.principals import NOBODY
from services.training.domain.certificates import DIGITS
from tests.services.training.school import School, made
from tests.services.training.test_certificates import BEGUN, attend, certified, judge

PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


async def look(school: School, code: str, **headers: str) -> httpx2.Response:
    path = f"/v1/certificate-checks/{code}"
    answer: httpx2.Response = await school.here.as_(NOBODY).get(path, headers=headers)
    return answer


async def of_person(school: School, full_name: str, course: dict[str, Any] | None = None, **person: Any) -> Any:
    """The certificate of somebody."""
    made_course = await school.course(**(course or {}))
    session = await school.session(course_id=made_course["course_id"])
    enrolment = await school.enrol(session, full_name, **person)
    await school.here.advance(**BEGUN)
    await attend(school, enrolment)
    await judge(school, enrolment)
    return await made(school.trainer.post("/v1/certificates", json={"enrolment_id": enrolment["enrolment_id"]}))


async def test_a_valid_certificate_says_what_it_is_worth_and_no_name_without_consent(school: School) -> None:
    certificate = await certified(school)
    answer = await look(school, certificate["check_code"])
    assert answer.status_code == 200
    assert answer.json() == {
        "check_code": certificate["check_code"],
        "standing": "valid",
        "title": "Steam and condensate",
        "competences": [{"code": "recp_assessment", "level": 3}],
        "hours": "16",
        "language": "en",
        "held_from": "2026-04-06",
        "held_until": "2026-04-07",
        "issued_on": "2026-04-07",
        "valid_until": "2028-04-07",
        "revoked_on": None,
        "holder_name": None,
    }
    page = await look(school, certificate["check_code"], **PAGE)
    assert "Expert Example" not in page.text
    assert "not shown" in page.text


async def test_the_name_is_shown_while_the_holder_agrees(school: School) -> None:
    certificate = await of_person(school, "Agreeing Person", name_may_be_shown=True)
    assert (await look(school, certificate["check_code"])).json()["holder_name"] == "Agreeing Person"
    assert "Agreeing Person" in (await look(school, certificate["check_code"], **PAGE)).text
    again = await school.session(starts_at="2026-06-01T09:00:00+07:00", ends_at="2026-06-01T16:00:00+07:00")
    await school.enrol(again, "Agreeing Person", person_id=certificate["person_id"], name_may_be_shown=False)
    assert (await look(school, certificate["check_code"])).json()["holder_name"] is None
    assert "Agreeing Person" not in (await look(school, certificate["check_code"], **PAGE)).text


async def test_a_revoked_certificate_says_so_and_not_why(school: School) -> None:
    certificate = await certified(school)
    path = f"/v1/certificates/{certificate['certificate_id']}/revoke"
    await made(school.trainer.post(path, json={"reason_code": "misconduct"}), 200)
    answer = await look(school, certificate["check_code"])
    assert (answer.json()["standing"], answer.json()["revoked_on"]) == ("revoked", "2026-04-07")
    page = await look(school, certificate["check_code"], **PAGE)
    assert "This certificate was revoked." in page.text
    assert "misconduct" not in answer.text + page.text


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: code.replace("0", "O").replace("1", "l"),
        lambda code: f" {code} ",
    ],
)
async def test_a_code_is_understood_as_people_type_it(school: School, typed: Any) -> None:
    certificate = await certified(school)
    answer = await look(school, typed(certificate["check_code"]))
    assert answer.json()["check_code"] == certificate["check_code"]


def tampered(code: str) -> list[str]:
    """What is almost a code of ours, and what never was one."""
    plain = code.replace("-", "")
    flipped = []
    for place, digit in enumerate(plain):
        for bit in range(5):
            other = DIGITS[DIGITS.index(digit) ^ (1 << bit)]
            flipped.append(f"{plain[:place]}{other}{plain[place + 1 :]}")
    elsewhere = "".join(secrets.choice(DIGITS) for _ in range(26))
    swapped = plain[1] + plain[0] + plain[2:] if plain[0] != plain[1] else plain[2:] + plain[:2]
    strange = ["%00", f"{plain}%00", "%E2%80%AE" + plain, "%EF%BC%90" * 26, "%C4%B1" + plain[1:], "%ED%A0%80", "%FF"]
    return [*flipped, plain[:-1], plain[1:], plain + "0", plain * 400, swapped, elsewhere, "'--", "0", *strange]


async def test_whatever_is_no_code_gets_the_same_answer(school: School) -> None:
    certificate = await certified(school)
    known = (await look(school, "0" * 26)).content
    known_page = (await look(school, "0" * 26, **PAGE)).content
    for code in tampered(certificate["check_code"]):
        plain, page = await look(school, code), await look(school, code, **PAGE)
        assert (plain.status_code, page.status_code) == (404, 404), code
        assert (plain.content, page.content) == (known, known_page), code
        assert plain.headers["content-type"] == "application/problem+json"
        assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert b"There is no certificate with this code." in known_page


class Parts(HTMLParser):
    """The tags of a page, and every address in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def test_the_page_is_plain_and_nothing_stored_becomes_markup(school: School) -> None:
    certificate = await of_person(school, HOSTILE, {"title": HOSTILE}, name_may_be_shown=True)
    answer = await look(school, certificate["check_code"], **PAGE)
    parts = Parts(answer.text)
    assert parts.tags == {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "dl", "dt", "dd"}
    assert parts.attributes == {"lang", "charset", "name", "content", "role", "class"}
    assert answer.text.count("&lt;script&gt;") == 2
    assert "//" not in answer.text  # no address at all, so none of another machine
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in answer.text


async def test_the_page_may_load_and_run_nothing_and_is_not_kept(school: School) -> None:
    certificate = await certified(school)
    for code in (certificate["check_code"], "0" * 26):
        headers = (await look(school, code, **PAGE)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize(
    ("wish", "language", "words"),
    [
        ("vi-VN,vi;q=0.9,en;q=0.5", "vi", "Chứng nhận này còn hiệu lực."),
        ("fr", "fr", "Ce certificat est valable."),
        ("km,en;q=0.1", "en", "This certificate is valid."),
        ("", "en", "This certificate is valid."),
    ],
)
async def test_the_page_speaks_the_readers_language(school: School, wish: str, language: str, words: str) -> None:
    certificate = await certified(school)
    answer = await look(school, certificate["check_code"], **PAGE, **{"Accept-Language": wish})
    assert words in answer.text
    assert (answer.headers["content-language"], f'<html lang="{language}">' in answer.text) == (language, True)


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json,text/html;q=0.9", "image/png"])
async def test_json_is_given_unless_a_page_is_liked_better(school: School, accept: str) -> None:
    certificate = await certified(school)
    assert (await look(school, certificate["check_code"], Accept=accept)).headers["content-type"] == "application/json"


async def test_a_certificate_without_end_says_so(school: School) -> None:
    certificate = await certified(school, validity_months=None)
    await school.here.advance(days=4_000)
    answer = await look(school, certificate["check_code"])
    assert (answer.json()["standing"], answer.json()["valid_until"]) == ("valid", None)
    assert "without end" in (await look(school, certificate["check_code"], **PAGE)).text
