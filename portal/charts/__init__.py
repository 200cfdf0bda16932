"""Charts as pure functions: figures and ready-made words in, shapes with labels and the same figures as a table out.

    bars(label, [Bar(name, value, text, kind)], (heading, heading), mark=Mark(name, value, text))
    columns(label, [Bar(year, value, text, kind)], (heading, heading))
    funnel(label, [Step(name, count, text, note)], (heading, heading, heading), kind)
    intervals(label, [Interval(name, low, high, text, point, estimate=Mark(...), kind)], (three headings), zero)
    before_after(label, before, adjusted, after, saving, (heading, heading))      # all four are Bars
    sankey(label, [Box(key, name, text, kind)], [Flow(source, target, amount, text, kind)], (three headings), legend)

Each returns a `Drawing`: `markup` goes inside a `<figure>`, `rows.headings` and `rows.cells` under "Show … as a table".
`label` is the finding in one sentence: it is what a reader who does not see the picture hears.
Figures are numbers, texts are formatted and translated by the caller and escaped here; None is never drawn as zero.

Classes (rules in portal/static/charts.css): chart chart-scroll chart-line chart-name chart-cell chart-plot chart-over
chart-note chart-value chart-shapes chart-columns chart-column chart-way chart-spread chart-flows chart-box
chart-key chart-legend; of shapes: bar open void range cap point mark axis ribbon box; of places: down left over;
of meanings: energy water material waste process product loss.
"""

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
