"""Stored words that would be scripts: every field holds some, every page shows them as they were typed, none is run."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import Chromium
from tests.browser.conftest import Browse
from tests.browser.corpus import HOSTILE, Corpus
from tests.browser.deployment import Deployment
from tests.browser.furniture import MAPPING, OPTIONS, Furniture, furnish
from tests.browser.places import standing
from tests.walls.figures import figure

SHOWN = """() => [document.body.innerText,
  ...[...document.querySelectorAll("input, textarea, option")].map(each => each.value || each.textContent),
  ...[...document.querySelectorAll("details")].map(each => each.textContent)].join("\\n")"""
DANGEROUS = """() => [...document.querySelectorAll("a[href], form[action], [src]")].map(each =>
  each.getAttribute("href") || each.getAttribute("action") || each.getAttribute("src")).filter(each =>
  !/^([/?#]|https?:|mailto:|tel:)/.test(each))"""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus()


@pytest.fixture(scope="module")
def hostile(deployment: Deployment, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Furniture:
    made = furnish(deployment, tmp_path_factory.mktemp("hostile"), words=corpus, mark="evil_", language="fr")
    _answers(made)
    _measurement(made)
    return made


def _answers(made: Furniture) -> None:
    """What people write to each other: references, a company without a code, what is returned, ratings."""
    words, officer, delta, works = made.words, made.officer, made.person("delta"), made.person("works")
    company = {"name": words("Potters (made up)"), "country": "XA", "province": "XA-R", "external_ref": words("POT-1")}
    company |= {"national_code": "2393", "national_scheme": "XA-IND", "no_isic_reason": words("Two trades, one roof")}
    made.ids["client_odd"] = officer.post("/v1/clients", company)["client_id"]
    made.ids["engagement_rated"] = engagement = made.engagement(150)
    version = f'"{delta.get(f"/v1/engagements/{engagement}")["version"]}"'
    reference = {"external_ref": words("OWN-150")}
    delta.ask("PATCH", f"/v1/engagements/{engagement}", json=reference, headers={"If-Match": version})
    report = made.report(engagement, "DELTA-150", final=True)
    officer.post(f"/v1/work-reports/{report}/approve")
    delta.post(f"/v1/engagements/{engagement}/rate", {"score": 4, "comment": words("Data came late.")})
    works.post(f"/v1/engagements/{engagement}/rate", {"score": 5, "comment": words("Practical and on time.")})
    made.person("delta_assessor").post(f"/v1/assessments/{made['assessment_open']}/complete")
    why = {"reason_code": "source_missing", "note": words("Which meter?")}
    made.person("reviewer").post(f"/v1/assessments/{made['assessment_open']}/return", why)


def _measurement(made: Furniture) -> None:
    """A saving that was measured, with where the hours came from."""
    day, words, assessor, works = made.deployment.day, made.words, made.person("delta_assessor"), made.person("works")
    where = {"client_id": made["client"], "site_id": made["site"], "programme_code": "GREEN-MILLS"}
    assessment = made.officer.post("/v1/assessments", where)["assessment_id"]
    made.officer.post(f"/v1/assessments/{assessment}/assign", {"person_id": made["expert"]})
    made.record_baseline(assessment)
    option = OPTIONS["leaks"] | {"title": words("Control the fan"), "assessment_id": assessment, "boundary_id": "fan"}
    made.ids["option_measured"] = measured = assessor.post("/v1/options", option)["option_id"]
    assessor.post(f"/v1/assessments/{assessment}/complete")
    made.person("reviewer").post(f"/v1/assessments/{assessment}/approve")
    works.post(f"/v1/options/{measured}/approve")
    works.post(f"/v1/options/{measured}/implement", {"occurred_on": day(-400)})
    side = {"instrument_id": "clamp-07", "instrument_uncertainty": "0.01", "count": 12}
    before = {"starts_on": day(-440), "ends_on": day(-420), "mean": "13.2", "sd": "0.3"}
    after = {"starts_on": day(-380), "ends_on": day(-15), "mean": "8.9", "sd": "0.35"}
    body = {"method": "retrofit_isolation", "ipmvp_option": "B", "stream_no": 1, "rate_unit": "kW"}
    body |= {"baseline": side | before, "reporting": side | after}
    body |= {"hours": {"value": "3050", "source": words("hour counter")}}
    made.person("verifier").post(f"/v1/options/{measured}/verify", body)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _look(page: Page) -> str:
    assert page.evaluate("window.ran") is None
    assert page.evaluate(DANGEROUS) == []
    return str(page.evaluate(SHOWN))


def test_nothing_stored_is_ever_run(browse: Browse, chromium: Chromium, hostile: Furniture, corpus: Corpus) -> None:
    assert len(HOSTILE) >= 20
    assert len(corpus.given) >= len(HOSTILE)
    chromium.keys |= {name: each.key for name, each in hostile.deployment.people.items()}
    seen = []
    theirs = {"delta": "evil_delta", "delta_assessor": "evil_delta_assessor", "works": "evil_works"}
    for who in {place.who for place in standing()}:
        visitor = browse(theirs.get(who or "", who))
        for place in standing():
            if place.who == who:
                visitor.watch.expected = {place.answers} - {200}
                seen.append(_look(visitor.goto(place.at(hostile.ids))))
    visitor = browse("officer")
    requests = hostile.officer.items("/v1/service-requests", client_id=hostile["client"])
    options = hostile.officer.items("/v1/options", client_id=hostile["client"])
    further = [f"/service-requests/{each['request_id']}" for each in requests]
    further += [f"/options/{each['option_id']}" for each in options]
    further += [f"/clients/{hostile['client_odd']}", f"/engagements/{hostile['engagement_rated']}"]
    seen += [_look(visitor.goto(path)) for path in further]
    rated = browse("evil_delta").goto(f"/my-engagements/{hostile['engagement_rated']}")
    seen.append(_look(rated))
    shown = _plain("\n".join(seen))
    assert [each for each in corpus.given if _plain(each) not in shown] == []
    figure("stored scripts run, of so many texts times pages looked at", 0, len(corpus.given) * len(seen), 0)


def test_what_a_visitor_types_is_shown_again_as_typed(browse: Browse) -> None:
    visitor = browse("officer")
    visitor.watch.expected = {422}
    for each in HOSTILE:
        page = visitor.goto("/clients/new")
        page.locator("[name=isic_code]").fill(each)
        page.get_by_role("button", name="Save and go on").click()
        page.get_by_role("alert").locator("visible=true").wait_for()
        assert page.locator("[name=isic_code]").input_value() == each.replace("\n", "")
        _look(page)


@pytest.mark.parametrize("query", ["lang=<script>", "said=<script>window.ran=1</script>", "status='\"><svg onload=x>"])
def test_what_stands_in_an_address_is_not_run(query: str, browse: Browse) -> None:
    visitor = browse("officer")
    visitor.watch.expected = {422}
    _look(visitor.goto(f"/clients?{query}"))


def test_a_hostile_sheet_is_shown_as_it_is(browse: Browse, deployment: Deployment, tmp_path: Path) -> None:
    sheet = tmp_path / '"><img src=x onerror=alert(1)>.csv'
    rows = "\n".join(f'H-{at},"{each.replace(chr(34), chr(34) * 2)}",XA-Q,1,1' for at, each in enumerate(HOSTILE))
    sheet.write_text(f"code,name,province,employees,sector\n{rows}\n", encoding="utf-8")
    page = browse("officer").goto("/client-imports/new")
    page.locator("[name=file]").set_input_files(sheet)
    page.get_by_text("Bring a mapping of your own").click()
    page.locator("[name=own_name]").fill("hostile")
    page.locator("[name=own_text]").fill(MAPPING)
    page.get_by_role("button", name="See what would happen").click()
    page.get_by_role("link", name="Send another sheet").wait_for()
    shown = _plain(_look(page))
    assert "onerror=alert(1)" in shown
    assert [each for each in HOSTILE[:10] if _plain(each) not in shown] == []
