"""Act 7: impact, as the officer, the ministry and the donor read it."""

from openrecp.play.plot import Plot


async def act(plot: Plot) -> None:
    """The clock reaches the present, the figures are read."""
    raise NotImplementedError
