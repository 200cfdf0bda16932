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
DOCUMENTS = ["contracts/asyncapi.json", "docs/events.md"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The contracts, what they are derived from and the page of events, in a git checkout where all is committed."""
    shutil.copytree(publish.HERE, tmp_path / "contracts", ignore=shutil.ignore_patterns("__pycache__"))
    sources = (*publish.ROOT.glob("services/**/*.py"), publish.ROOT / "pyproject.toml", publish.ROOT / "docs/events.md")
    for source in sources:
        target = tmp_path / source.relative_to(publish.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
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
        f"{DECLINED}: reason_code was renamed to refusal_code; read by clients, assessments, training, impact, exchange"
        in words
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
        f"{path} is not current: run `python -m contracts.publish`" for path in (SCHEMA, *DOCUMENTS)
    ]
    assert _run(tree)[1].splitlines() == [SCHEMA, *DOCUMENTS]
    assert _run(tree, "--check")[0] == 0


def test_a_new_event_without_example_or_topic_is_told(tree: Path) -> None:
    (tree / "contracts/baking.py").write_text(
        '"""Facts about bread."""\n\nfrom uuid import UUID\n\nfrom contracts.event import Event\n\n\n'
        'class LoafBaked(Event, subject="loaf_id"):\n    loaf_id: UUID\n    baker_name: str\n'
    )
    words = _run(tree, "--check")[1]
    baked = "org.openrecp.baking.loaf_baked.v1"
    assert f"{baked}: contracts/topics.py knows no topic baking" in words
    assert f"contracts/examples/{baked}.json is missing" in words
    assert f"{baked}: baker_name is named like personal data" in words


def test_an_event_that_is_gone_and_an_example_that_no_longer_fits_are_told(tree: Path) -> None:
    _edit(tree / "contracts/matching.py", "class OfferExpired(", "class OfferLapsed(")
    example = tree / "contracts/examples" / f"{DECLINED}.json"
    example.write_text(json.dumps({"reason_code": "too_far"}))
    words = _run(tree, "--check")[1]
    assert "org.openrecp.matching.offer_expired.v1: it is no longer published" in words
    assert f"contracts/examples/{DECLINED}.json does not parse" in words
    assert "contracts/schemas/org.openrecp.matching.offer_expired.v1.json\n" in _run(tree)[1]
    assert not (tree / "contracts/schemas/org.openrecp.matching.offer_expired.v1.json").exists()


def test_a_new_reaction_stands_in_the_documents_once_they_are_written_anew(tree: Path) -> None:
    reactions = tree / "services/clients/reactions.py"
    _edit(reactions, "NeedCancelled, ", "NeedCancelled, NeedFilled, ")
    reactions.write_text(
        reactions.read_text() + "\n\n@reactions.on(NeedFilled)\nasync def thank_the_provider(event, uow):\n"
        '    """Once only."""\n'
    )
    assert _run(tree)[1].splitlines() == DOCUMENTS
    operation = json.loads((tree / "contracts/asyncapi.json").read_text())["operations"]["clients_receives_matching"]
    filled = "org.openrecp.matching.need_filled.v1"
    assert {"$ref": f"#/channels/matching/messages/{filled}"} in operation["messages"]
    assert f"- `{filled}`: thank the provider: Once only.\n" in operation["description"] + "\n"
    assert "- **clients**: thank the provider: Once only.\n" in (tree / "docs/events.md").read_text()


def test_a_new_event_is_in_the_documents_as_not_released(tree: Path) -> None:
    _edit(
        tree / "contracts/topics.py",
        "    for topic in (\n",
        '    for topic in (\n        Topic("baking", "bakery", ()),\n',
    )
    (tree / "contracts/baking.py").write_text(
        '"""Facts about bread."""\n\nfrom uuid import UUID\n\nfrom contracts.event import Event\n\n\n'
        'class LoafBaked(Event, subject="loaf_id"):\n    """A loaf is done."""\n\n    loaf_id: UUID\n'
        "    crust_mm: int\n"
    )
    _run(tree)
    document = json.loads((tree / "contracts/asyncapi.json").read_text())
    baked = "org.openrecp.baking.loaf_baked.v1"
    assert document["components"]["messages"][baked]["x-since"] == "not released yet"
    assert document["operations"]["bakery_sends_baking"]["action"] == "send"
    page = (tree / "docs/events.md").read_text()
    assert (
        "| [loaf_baked.v1](#baking-loaf-baked-v1) | A loaf is done. | `loaf_id` | `loaf_id` | not released yet |"
        in page
    )
    assert "| `crust_mm` | whole number |  | crust mm |" in page


def test_the_files_are_the_same_whatever_the_order_of_hashes(tree: Path) -> None:
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "contracts.publish", "--check"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stdout
