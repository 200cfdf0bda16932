"""What verifiers are told: of each option that becomes implemented, once, where the deployment names their mailbox."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.notices.records import notices
from chassis.notices.settings import NoticeSettings
from services.assessments.app import service
from tests.kit.room import room, rows
from tests.services.assessments.conftest import MONDAY
from tests.services.assessments.mill import Mill, done

STATED = {"occurred_on": "2026-10-01", "cost": {"amount": "1100", "currency": "USD"}}


@pytest.fixture
async def told_mill(tmp_path: Path) -> AsyncIterator[Mill]:
    sending = NoticeSettings(folder=tmp_path / "notices", address="http://centre.test", verifiers="verify@centre.test")
    async with room(service, tmp_path, at=MONDAY, notices=sending) as here:
        yield Mill(here)


async def test_an_option_that_was_implemented_is_told_to_the_verifiers(told_mill: Mill) -> None:
    option = await told_mill.approved()
    await done(told_mill.client.post(f"{option}/approve"))
    await done(told_mill.client.post(f"{option}/implement", json=STATED))
    (text,) = await told_mill.here.told()
    assert text.startswith(
        "To: verify@centre.test\nLanguage: en\nSubject: To be verified: Replace the motor of the husker\n"
    )
    assert "Implemented: 2026-10-01" in text
    assert option.rpartition("/")[2] in text
    assert str(told_mill.client_id) not in text
    assert (await told_mill.client.post(f"{option}/implement", json=STATED)).status_code == 409
    assert len(await told_mill.here.told()) == 1


async def test_without_a_mailbox_nobody_is_told(mill: Mill) -> None:
    await mill.implemented()
    assert await rows(mill.here, notices.table) == []
