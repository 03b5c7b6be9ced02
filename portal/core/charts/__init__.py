"""Server-side SVG charts: no script, no style attributes, legible from phone width to print.

Each function returns `<div class="plot">` with a wide and a narrow drawing of the same data;
`static/css/charts.css` shows the one that fits the space and colours both. Colours never carry a
meaning alone, labels are escaped, and a missing number draws "not enough data". Every chart needs
its table twin on the page.
"""

from portal.core.charts.bars import Share, bars
from portal.core.charts.forest import ForestRow, forest_plot
from portal.core.charts.trend import TrendMarker, TrendPoint, evidence_curve, sparkline, trend

__all__ = [
    "ForestRow",
    "Share",
    "TrendMarker",
    "TrendPoint",
    "bars",
    "evidence_curve",
    "forest_plot",
    "sparkline",
    "trend",
]
