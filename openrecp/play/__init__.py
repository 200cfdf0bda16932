"""The main job, played by made-up people over the public API, from intake to verified result."""

from openrecp.play import advice, assessment, engagement, intake, matching, results, savings, today, training, work
from openrecp.play.plot import Plot
from openrecp.stage import Stage

ACTS = (intake, matching, engagement, training, assessment, savings, work, advice, results, today)


async def play(stage: Stage) -> None:
    """Every act in order; `StepFailed` ends the play at the first step that is not as it should be."""
    await stage.begin()
    plot = Plot(stage)
    for act in ACTS:
        await act.act(plot)
