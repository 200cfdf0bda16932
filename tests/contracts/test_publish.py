"""The command writes what is missing, and fails on a file that is not current or a change that breaks a reader."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts import publish

DECLINED = "org.openrecp.matching.offer_declined.v1"
GIT = shutil.which("git") or "git"
SCHEMA = f"contracts/schemas/{DECLINED}.json"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The contracts alone, in a git checkout of their own where they are committed."""
    shutil.copytree(Path(publish.__file__).parent, tmp_path / "contracts", ignore=shutil.ignore_patterns("__pycache__"))
    _git(tmp_path, "init", "-q")
    _commit(tmp_path)
    return tmp_path


def _git(tree: Path, *arguments: str) -> None:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run([GIT, *who, *arguments], cwd=tree, check=True, capture_output=True)


def _commit(tree: Path) -> None:
    _git(tree, "add", ".")
    _git(tree, "commit", "-qm", "what was promised")


def _run(tree: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "contracts.publish", *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout + done.stderr


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _rename_a_field(tree: Path) -> None:
    declined = '"""The provider says no."""\n\n    reason_code: Code'
    _edit(tree / "contracts/matching.py", declined, declined.replace("reason_code", "refusal_code"))


def test_what_is_committed_is_as_promised(tree: Path) -> None:
    code, words = _run(tree, "--check")
    assert (code, words) == (0, f"{len(publish.events())} events, all as promised\n")


def test_a_breaking_change_fails_and_names_event_field_and_readers(tree: Path) -> None:
    _rename_a_field(tree)
    code, words = _run(tree, "--check")
    assert code == 1
    assert f"{SCHEMA} is not current" in words
    assert (
        f"{DECLINED}: reason_code was renamed to refusal_code; read by clients, assessments, impact, exchange" in words
    )


def test_writing_the_files_anew_does_not_hide_a_breaking_change(tree: Path) -> None:
    _rename_a_field(tree)
    assert SCHEMA in _run(tree)[1]
    code, words = _run(tree, "--check")
    assert code == 1
    assert "is not current" not in words
    assert "reason_code was renamed to refusal_code" in words


def test_nor_does_committing_it_when_compared_with_the_branch_it_goes_to(tree: Path) -> None:
    shutil.rmtree(tree / "contracts/released")
    _git(tree, "branch", "main-line")
    _rename_a_field(tree)
    _run(tree)
    _commit(tree)
    assert "reason_code was renamed" not in _run(tree, "--check")[1]
    assert "reason_code was renamed" in _run(tree, "--check", "--against", "main-line")[1]


def test_a_release_is_kept_whatever_was_committed_since(tree: Path) -> None:
    shutil.copytree(tree / "contracts/schemas", tree / "contracts/released/99.0.0/schemas")
    _rename_a_field(tree)
    _run(tree)
    _commit(tree)
    assert "reason_code was renamed" in _run(tree, "--check")[1]


def test_without_git_the_files_that_lie_there_are_the_promise(tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    _rename_a_field(tree)
    assert "reason_code was renamed" in _run(tree, "--check")[1]


def test_an_added_optional_field_only_asks_for_new_files(tree: Path) -> None:
    declined = '"""The provider says no."""\n\n    reason_code: Code'
    _edit(tree / "contracts/matching.py", declined, f"{declined}\n    channel: Code | None = None")
    assert _run(tree, "--check")[1].splitlines() == [
        f"{SCHEMA} is not current: run `python -m contracts.publish`",
    ]
    assert _run(tree)[1] == f"{SCHEMA}\n"
    assert _run(tree, "--check")[0] == 0


def test_a_new_event_without_example_or_topic_is_told(tree: Path) -> None:
    (tree / "contracts/training.py").write_text(
        '"""Facts about trainings."""\n\nfrom uuid import UUID\n\nfrom contracts.event import Event\n\n\n'
        'class CourseOffered(Event, subject="course_id"):\n    course_id: UUID\n    trainer_name: str\n'
    )
    words = _run(tree, "--check")[1]
    offered = "org.openrecp.training.course_offered.v1"
    assert f"{offered}: contracts/topics.py knows no topic training" in words
    assert f"contracts/examples/{offered}.json is missing" in words
    assert f"{offered}: trainer_name is named like personal data" in words


def test_an_event_that_is_gone_and_an_example_that_no_longer_fits_are_told(tree: Path) -> None:
    _edit(tree / "contracts/matching.py", "class OfferExpired(", "class OfferLapsed(")
    example = tree / "contracts/examples" / f"{DECLINED}.json"
    example.write_text(json.dumps({"reason_code": "too_far"}))
    words = _run(tree, "--check")[1]
    assert "org.openrecp.matching.offer_expired.v1: it is no longer published" in words
    assert f"contracts/examples/{DECLINED}.json does not parse" in words
    assert "contracts/schemas/org.openrecp.matching.offer_expired.v1.json\n" in _run(tree)[1]
    assert not (tree / "contracts/schemas/org.openrecp.matching.offer_expired.v1.json").exists()
