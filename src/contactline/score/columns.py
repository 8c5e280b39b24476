"""Data dictionary of what a backtest gives: every column's type, unit, meaning and range."""

from __future__ import annotations

from contactline.core.frame import Column, Table
from contactline.score.calibration import LEVELS, level_column

_FORECASTER = Column("forecaster", "text", "name", "short name of the forecaster")
_BASELINE = Column("baseline", "text", "name", "forecaster that it is compared with")
_HORIZON = Column("horizon", "whole", "weeks", "weeks from the origin to the end of what is forecast", 1)
_OVERALL = Column("horizon", "whole", "weeks", "as in scores; 0 for the geometric mean over horizons", 0)
_QUANTILES = tuple(
    Column(f"q{percent:02d}", "number", "km²", f"value that {percent}% of the draws do not exceed")
    for percent in (5, 10, 25, 50, 75, 90, 95)
)
_CHANCE = (
    Column("chance_low", "number", "share", "lower end of what chance allows a calibrated forecaster", 0, 1),
    Column("chance_high", "number", "share", "upper end of what chance allows a calibrated forecaster", 0, 1),
)
_RANGE = (
    Column("low", "number", "ratio", "5% quantile of the block bootstrap", 0, optional=True),
    Column("high", "number", "ratio", "95% quantile of the block bootstrap", 0, optional=True),
)
_INDEPENDENT = Column("independent", "whole", "windows", "windows that do not overlap", 1)


def _inside(kind: str, unit: str, what: str) -> tuple[Column, ...]:
    return tuple(
        Column(level_column(level), kind, unit, f"{what} inside the central {level:.0%} of the draws", 0, 1)
        for level in LEVELS
    )


SCORE_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "scores",
            "Backtest: one forecast of the net area gained from an origin to a horizon, and its scores",
            (
                _FORECASTER,
                Column("origin_date", "day", "calendar day", "last day that the forecaster knew"),
                _HORIZON,
                Column(
                    "crps", "number", "km²", "continuous ranked probability score (fair); lower is better"
                ),
                Column(
                    "log_score",
                    "number",
                    "nats",
                    "minus log density at what happened; lower is better, inf or −inf without any spread",
                    infinite=True,
                ),
                Column("pit", "number", "share", "share of the draws below what happened, randomised", 0, 1),
                *_inside("flag", "true or false", "what happened lay"),
                Column("observed", "number", "km²", "net area gained from the origin to the horizon"),
                *_QUANTILES,
            ),
            ("forecaster", "origin_date", "horizon"),
        ),
        Table(
            "summary",
            "Backtest: mean scores of a forecaster at a horizon",
            (
                _FORECASTER,
                Column("label", "text", "name", "name of the forecaster in tables and figures"),
                _HORIZON,
                Column("origins", "whole", "windows", "origins that were scored", 1),
                _INDEPENDENT,
                Column("crps", "number", "km²", "mean CRPS; lower is better"),
                Column("log_score", "number", "nats", "mean log score; lower is better", infinite=True),
                *_inside("number", "share", "share of origins where what happened lay"),
                Column("width80", "number", "km²", "mean width of the 80% band", 0),
            ),
            ("forecaster", "horizon"),
        ),
        Table(
            "ratios",
            "Backtest: mean CRPS of a forecaster over that of a baseline, at the same origins",
            (
                _FORECASTER,
                _BASELINE,
                _OVERALL,
                Column("ratio", "number", "ratio", "below 1 is better than the baseline", 0, optional=True),
                *_RANGE,
            ),
            ("forecaster", "baseline", "horizon"),
        ),
        Table(
            "bars",
            "Backtest: the candidates against the bars they are held to",
            (
                _FORECASTER,
                Column("bar", "text", "name", "name of the bar"),
                Column("measure", "text", "name", "crps_ratio, or the column of a coverage"),
                Column("baseline", "text", "name", "baseline of a ratio; empty for coverage"),
                Column("least", "number", "ratio or share", "lowest value allowed", 0),
                Column("most", "number", "ratio or share", "highest value allowed", 0),
                Column("value", "number", "ratio or share", "measured, over all horizons", 0, optional=True),
                *_RANGE,
                Column("verdict", "text", "name", "met, not met or not measured, by the value alone"),
                Column("range_verdict", "text", "name", "whether low to high meets, crosses or misses it"),
                Column("source", "text", "name", "who set the bar"),
            ),
            ("forecaster", "bar"),
        ),
        Table(
            "coverage",
            "Backtest: how often bands held what happened, and what chance allows",
            (
                _FORECASTER,
                _HORIZON,
                Column("level", "number", "share", "share of the draws in the central band", 0, 1),
                Column("share", "number", "share", "share of origins where what happened lay in it", 0, 1),
                Column("windows", "whole", "windows", "origins that were scored", 1),
                _INDEPENDENT,
                *_CHANCE,
                Column("consistent", "flag", "true or false", "the share lies in what chance allows", 0, 1),
            ),
            ("forecaster", "horizon", "level"),
        ),
        Table(
            "pit",
            "Backtest: histogram of the PIT",
            (
                _FORECASTER,
                _HORIZON,
                Column("low", "number", "share", "lower edge of the bin", 0, 1),
                Column("high", "number", "share", "upper edge of the bin", 0, 1),
                Column("count", "whole", "windows", "PIT values in the bin", 0),
                Column("share", "number", "share", "count over all windows; flat if calibrated", 0, 1),
                *_CHANCE,
            ),
            ("forecaster", "horizon", "low"),
        ),
    )
}
