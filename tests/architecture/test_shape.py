"""The shape of the house: the same files in every service, names that say something, small pieces, no silence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import (
    ROOT,
    Module,
    beyond_its_arguments,
    forbidden_names,
    modules,
    services,
    swallowed,
    talkative,
    too_long,
    unknown_files,
)

Check = Callable[[Module], Iterator[str]]

every_service = pytest.mark.parametrize("service", services(ROOT), ids=lambda path: path.name)


@every_service
def test_a_service_has_the_files_of_every_service_and_no_others(service: Path) -> None:
    assert list(unknown_files(service)) == []


def test_an_unknown_or_a_missing_file_is_found(tmp_path: Path) -> None:
    service = tmp_path / "trainings"
    (service / "migrations/versions").mkdir(parents=True)
    (service / "domain").mkdir()
    (service / "handlers").mkdir()
    for name in ("__init__.py", "app.py", "models.py", "pack.py"):
        (service / name).touch()
    assert list(unknown_files(service)) == ["trainings/handlers is no file of a service"]
    (service / "models.py").rename(service / "utils.py")
    (service / "pack.py").rename(service / "pack.toml")
    assert list(unknown_files(service)) == [
        "trainings/models.py is missing",
        "trainings/handlers is no file of a service",
        "trainings/pack.toml is no file of a service",
        "trainings/utils.py is no file of a service",
    ]


def _everywhere(check: Check, *rooms: str) -> list[str]:
    return [words for module in modules(ROOT, *rooms) for words in check(module)]


def test_names_say_what_a_thing_is() -> None:
    assert _everywhere(forbidden_names) == []


def test_modules_and_functions_are_small() -> None:
    assert _everywhere(too_long) == []


def test_no_failure_is_swallowed() -> None:
    assert _everywhere(swallowed) == []


def test_every_module_says_in_one_line_what_it_is() -> None:
    assert _everywhere(talkative) == []


def test_a_rule_knows_only_what_it_is_told() -> None:
    rules = [each for each in modules(ROOT, "services") if "domain" in (*each.path.parts, each.path.stem)]
    assert rules
    assert [words for module in rules for words in beyond_its_arguments(module)] == []


def _of(check: Check, source: str, name: str = "domain") -> list[str]:
    return list(check(Module(Path(f"services/offers/{name}.py"), source)))


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (forbidden_names, "class OfferManager: ..."),
        (forbidden_names, "class _SeatHelper: ..."),
        (forbidden_names, "class EventProcessor: ..."),
        (forbidden_names, "class StoreImpl: ..."),
        (forbidden_names, "class BaseOffer: ..."),
        (too_long, "x = 1\n" * 400),
        (too_long, "def long():\n" + "    x = 1\n" * 39),
        (swallowed, "try:\n    x()\nexcept Exception:\n    pass"),
        (swallowed, "try:\n    x()\nexcept:\n    ..."),
        (swallowed, "for y in z:\n    try:\n        x()\n    except (ValueError, BaseException):\n        continue"),
        (swallowed, "with contextlib.suppress(Exception):\n    x()"),
        (beyond_its_arguments, "def rule():\n    return datetime.now(UTC)"),
        (beyond_its_arguments, "def rule():\n    return date.today()"),
        (beyond_its_arguments, "def rule():\n    return uuid4()"),
        (talkative, "x = 1"),
        (talkative, '"""One.\n\nTwo."""'),
    ],
)
def test_a_planted_fault_is_found(check: Check, source: str) -> None:
    assert len(_of(check, source)) == 1


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "service"])
def test_a_file_named_after_nothing_is_found(name: str) -> None:
    assert len(_of(forbidden_names, "", name)) == 1


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (swallowed, "try:\n    x()\nexcept Exception as error:\n    log.exception('failed', error)"),
        (swallowed, "try:\n    x()\nexcept KeyError:\n    pass"),
        (swallowed, "with contextlib.suppress(KeyError):\n    x()"),
        (swallowed, "with contextlib.suppress(Exception):  # gone already is as good as closed\n    x()"),
        (too_long, "x = 1\n" * 399),
        (too_long, "def short():\n" + "    x = 1\n" * 38),
        (forbidden_names, "class Baseline: ..."),
    ],
)
def test_what_is_as_it_should_be_passes(check: Check, source: str) -> None:
    assert _of(check, source) == []
