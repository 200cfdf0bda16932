"""The key that signs internal tokens: made once, readable by its owner only."""

import os
import stat
from pathlib import Path

import pytest

from chassis.auth import TokenCheck, TokenMint
from gateway.signing import FILE, SigningKeyIsOpen, is_open, signing_key
from tests.kit import people


def test_it_is_made_once_and_stays(tmp_path: Path) -> None:
    made = signing_key(tmp_path / "data")
    assert signing_key(tmp_path / "data") == made
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == [FILE]
    officer = people.officer()
    mint = TokenMint(made, "//x/gateway")
    assert TokenCheck(mint.public_key, "//x/gateway").principal(mint.token(officer)) == officer


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    signing_key(tmp_path)
    (tmp_path / FILE).chmod(0o640)
    with pytest.raises(SigningKeyIsOpen, match="chmod 600"):
        signing_key(tmp_path)


@pytest.mark.parametrize(("mode", "refused"), [(0o440, False), (0o400, False), (0o444, True), (0o460, True)])
def test_a_key_that_an_orchestrator_mounted_may_be_read_by_our_group(mode: int, refused: bool) -> None:
    somebody_else = os.geteuid() + 1
    assert is_open(os.stat_result((mode, 0, 0, 1, somebody_else, 10001, 0, 0, 0, 0))) is refused
