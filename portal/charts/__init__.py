"""Charts as pure functions: figures and ready-made words in, shapes with labels and the same figures as a table out."""

# Each returns a `Drawing`: `markup` goes inside a `<figure>`, its `rows` under "Show … as a table". The label is the
# finding in one sentence: it is what a reader who does not see the picture hears. Figures are numbers, texts are
# formatted and translated by the caller and escaped here; None is never drawn as zero.

from portal.charts.bars import bars
from portal.charts.columns import columns
from portal.charts.drawing import Bar, Drawing, Figure, FigureCannotBeDrawn, Kind, Mark, Rows, TooManyColours
from portal.charts.flows import FlowsRunInALoop
from portal.charts.funnel import Step, funnel
from portal.charts.intervals import Interval, before_after, intervals
from portal.charts.sankey import Box, Flow, FlowIsNegative, FlowLeadsToNoBox, sankey

__all__ = [
    "Bar",
    "Box",
    "Drawing",
    "Figure",
    "FigureCannotBeDrawn",
    "Flow",
    "FlowIsNegative",
    "FlowLeadsToNoBox",
    "FlowsRunInALoop",
    "Interval",
    "Kind",
    "Mark",
    "Rows",
    "Step",
    "TooManyColours",
    "bars",
    "before_after",
    "columns",
    "funnel",
    "intervals",
    "sankey",
]
