"""docs/integrators.md, its commands run as written: from a key to a webhook, a payload and a drop folder."""

import json
from pathlib import Path

import pytest

from chassis.settings import ROOT
from tests.kit.documents import differences, run_as_written

DOCUMENT = ROOT / "docs" / "integrators.md"


@pytest.mark.slow
def test_the_page_for_integrators_does_what_it_says(tmp_path: Path) -> None:
    document, outputs = run_as_written(DOCUMENT, tmp_path / "clone")
    assert differences(document, outputs) == []
    assert len(document.blocks) >= 9
    tried = tmp_path / "clone" / "data" / "try"
    payload = json.loads((tried / "payload.json").read_text(encoding="utf-8"))
    (dropped,) = (tried / "drop").iterdir()
    assert json.loads(dropped.read_text(encoding="utf-8")) == payload
    assert {each["orgUnit"] for each in payload["dataValues"]} == {
        "NorthHillsX",
        "CoastRegion",
        "RiverPlainX",
        "SundaraLand",
    }
