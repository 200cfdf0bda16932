"""Every role's every command in any order, compared with models of API.md's state lists written by hand."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.journeys.assessing import AssessmentMachine
from tests.journeys.jobs import RequestMachine
from tests.journeys.learning import TrainingMachine
from tests.journeys.machine import Stand, Watched
from tests.journeys.working import WorkMachine

EXAMPLES = int(os.environ.get("OPENRECP_LIFECYCLE_EXAMPLES", "6"))
PLAY = settings(
    max_examples=EXAMPLES,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    # A step is a request to a whole house that then settles: hypothesis takes that for slowness of the data.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    opened = Stand(Path(tmp_path_factory.mktemp("house")))
    Watched.stand, Watched.cursor = opened, 0
    Watched.sequences.clear()
    yield opened
    opened.close()


@pytest.mark.usefixtures("stand")
@pytest.mark.parametrize(
    ("machine", "must_happen"),
    [(RequestMachine, 7), (WorkMachine, 11), (AssessmentMachine, 10), (TrainingMachine, 8)],
)
def test_no_order_of_commands_brings_a_lifecycle_out_of_step(
    machine: type[Watched], must_happen: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Watched.commands.clear()
    run_state_machine_as_test(machine, settings=PLAY)
    done = sorted({words for words, status in Watched.commands if status < 400})
    with capsys.disabled():
        admitted = sum(times for (_, status), times in Watched.commands.items() if status < 400)
        refused = Watched.commands.total() - admitted
        print(f"\n{machine.__name__}: {EXAMPLES} plays, {admitted} admitted, {refused} refused; {', '.join(done)}")
    assert len(done) >= must_happen or EXAMPLES < 25
