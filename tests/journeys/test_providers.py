"""docs/providers.md, its commands run as written: offer, acceptance, report, its return read back, handed in again."""

from pathlib import Path

import pytest

from chassis.settings import ROOT
from tests.kit.documents import Block, differences, run_as_written

DOCUMENT = ROOT / "docs" / "providers.md"


@pytest.mark.slow
def test_the_page_for_providers_does_what_it_says(tmp_path: Path) -> None:
    document, outputs = run_as_written(DOCUMENT, tmp_path / "clone")
    assert differences(document, outputs) == []
    assert len(document.blocks) >= 8


def test_what_a_document_does_not_say_is_found() -> None:
    assert Block("echo", "given\nqualified …\n").fits("given\nqualified today\n")
    assert not Block("echo", "given\n").fits("given\nsomething else")
    assert not Block("echo", "given\n").fits("curl: (7) Failed to connect")
    assert Block("true").fits("\n")
    assert not Block("true").fits("some warning")
