"""The backtest: nobody sees the future, the truth is found calibrated, and a liar is caught."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from score_tables import score_markdown, window_markdown

from contactline.core.errors import FitError, InputError
from contactline.core.streams import Streams
from contactline.score import bars, calibration
from contactline.score.backtest import BacktestResult, backtest
from contactline.score.baselines import Climatology, LastValues, StraightLine, default_baselines
from contactline.score.columns import SCORE_TABLES
from contactline.score.proper import crps_ensemble
from contactline.score.rolling import Rolling

PERSISTENCE, MEAN, NOISE = 0.9, 40.0, 30.0


def tempo_record(weeks: int, seed: int = 3) -> np.ndarray:
    """Weekly net km² of a first-order autoregression: the known truth."""
    rng = np.random.default_rng(seed)
    tempo = np.empty(weeks)
    tempo[0] = MEAN
    for week in range(1, weeks):
        tempo[week] = MEAN + PERSISTENCE * (tempo[week - 1] - MEAN) + rng.normal(0, NOISE)
    return tempo


def week_ends(weeks: int) -> np.ndarray:
    return np.datetime64("2020-01-05") + 7 * np.arange(weeks)


@dataclass(frozen=True)
class Truth:
    """The generator of `tempo_record`, with its noise multiplied by `width` (1 is the truth)."""

    name: str = "truth"
    label: str = "the truth"
    width: float = 1.0

    def __call__(self, history, horizon, draws, rng, *, origin):
        tempo = np.full(draws, history[-1])
        path = np.empty((draws, horizon))
        for week in range(horizon):
            tempo = MEAN + PERSISTENCE * (tempo - MEAN) + rng.normal(0, self.width * NOISE, draws)
            path[:, week] = tempo
        return path


@dataclass(frozen=True)
class Spy:
    """Records what it was handed; forecasts noise around the last week."""

    name: str = "spy"
    label: str = "spy"
    seen: list = field(default_factory=list)

    def __call__(self, history, horizon, draws, rng, *, origin):
        self.seen.append((origin, horizon, history))
        return rng.normal(history[-1], 5, size=(draws, horizon))


@pytest.fixture(scope="module")
def synthetic() -> BacktestResult:
    weeks = 700
    return backtest(
        tempo_record(weeks),
        week_ends(weeks),
        [Truth(), Truth("overconfident", "too sure", 0.4), Truth("underconfident", "too vague", 2.5)],
        [StraightLine(13), LastValues(13), Climatology()],
        rolling=Rolling(draws=500, horizons=(4,)),
    )


def test_a_forecaster_is_handed_the_past_and_nothing_else():
    record, spy = tempo_record(70), Spy()
    backtest(record, week_ends(70), [spy], [Climatology()], rolling=Rolling(draws=20))
    assert [origin for origin, _, _ in spy.seen] == list(range(25, 66, 4))
    for origin, horizon, history in spy.seen:
        assert horizon == 37
        np.testing.assert_array_equal(history, record[: origin + 1])
        assert history.base is None, "a view would carry the future in its base"


def test_forecasts_do_not_change_when_the_future_does():
    record = tempo_record(100)
    other = record.copy()
    other[60:] = -999.0
    made = [backtest(r, week_ends(100), rolling=Rolling(draws=50)).scores for r in (record, other)]
    quantiles = ["q05", "q50", "q95"]
    early = made[0]["origin_date"] <= pd.Timestamp(week_ends(100)[59])
    pd.testing.assert_frame_equal(made[0].loc[early, quantiles], made[1].loc[early, quantiles])
    assert (made[0].loc[early, "crps"] != made[1].loc[early, "crps"]).any()
    assert (made[0].loc[~early, "q50"] != made[1].loc[~early, "q50"]).any()


def test_every_horizon_runs_to_the_last_origin_with_room():
    record = tempo_record(80)
    scores = backtest(
        record, week_ends(80), [Spy()], [Climatology()], rolling=Rolling(draws=20, horizons=(13, 4))
    ).scores
    for horizon, group in scores[scores["forecaster"] == "spy"].groupby("horizon"):
        origins = np.arange(25, 80 - int(horizon), 4)
        np.testing.assert_array_equal(group["origin_date"].to_numpy("datetime64[D]"), week_ends(80)[origins])
        expected = [record[origin + 1 : origin + 1 + int(horizon)].sum() for origin in origins]
        np.testing.assert_allclose(group["observed"], expected, rtol=1e-12)


def test_scores_are_those_of_the_totals_of_the_path():
    record = tempo_record(70)
    result = backtest(record, week_ends(70), [Truth()], [Climatology()], rolling=Rolling(draws=200, seed=5))
    path = Truth()(record[:26], 37, 200, Streams(5).rng("score.truth", 25, 37), origin=25)
    row = result.scores[(result.scores["forecaster"] == "truth") & (result.scores["horizon"] == 13)].iloc[0]
    total = path[:, :13].sum(axis=1)
    assert row["crps"] == pytest.approx(float(crps_ensemble(total, record[26:39].sum())), rel=1e-9)
    assert row["q10"] == pytest.approx(np.quantile(total, 0.1), rel=1e-9)
    assert bool(row["in80"]) == (row["q10"] <= row["observed"] <= row["q90"])


def test_same_bytes_whatever_the_workers_and_other_forecasters_do_not_matter():
    record = tempo_record(70)
    one, three = (
        backtest(record, week_ends(70), [Truth()], rolling=Rolling(draws=100, workers=n)) for n in (1, 3)
    )
    for table in ("scores", "summary", "ratios", "bars"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(three, table), check_exact=True)
    assert one.made_by == three.made_by
    alone = backtest(record, week_ends(70), [Truth()], [Climatology()], rolling=Rolling(draws=100)).scores
    both = [s[s["forecaster"] == "truth"].reset_index(drop=True) for s in (one.scores, alone)]
    pd.testing.assert_frame_equal(*both, check_exact=True)
    other = backtest(record, week_ends(70), [Truth()], rolling=Rolling(draws=100, seed=1))
    assert (other.scores["crps"] != one.scores["crps"]).any()
    assert other.made_by != one.made_by


def test_the_truth_is_calibrated_and_the_overconfident_fails(synthetic):
    table = calibration.coverage_table(synthetic.scores).set_index("forecaster")
    assert table.loc["truth", "independent"].eq(168).all()
    assert table.loc["truth", "consistent"].all()
    assert not table.loc["overconfident", "consistent"].any()
    assert not table.loc["underconfident", "consistent"].any()
    assert (table.loc["overconfident", "share"] < table.loc["overconfident", "level"]).all()


def test_pit_histogram_shows_the_shape(synthetic):
    table = calibration.pit_histogram(synthetic.scores)
    assert table.groupby("forecaster")["share"].sum().to_numpy() == pytest.approx(1.0)
    outside = (table["share"] < table["chance_low"]) | (table["share"] > table["chance_high"])
    assert outside[table["forecaster"] == "truth"].sum() <= 2
    ends = table[table["low"].isin([0.0, 0.9])].groupby("forecaster")["share"].sum()
    assert ends["overconfident"] > 0.4 > ends["truth"] > 0.1 > ends["underconfident"]
    with pytest.raises(InputError, match=r"bins: got 1; allowed is 2 or more"):
        calibration.pit_histogram(synthetic.scores, bins=1)


def test_the_truth_scores_best(synthetic):
    crps = synthetic.summary.set_index("forecaster")["crps"]
    assert crps.idxmin() == "truth"
    assert synthetic.summary.set_index("forecaster")["log_score"].idxmin() == "truth"
    ratios = synthetic.ratios[
        (synthetic.ratios["forecaster"] == "truth") & (synthetic.ratios["horizon"] == 0)
    ]
    assert (ratios["high"] < 1).all()
    assert ((ratios["low"] < ratios["ratio"]) & (ratios["ratio"] < ratios["high"])).all()


def made_scores(**crps: float) -> pd.DataFrame:
    """Scores with constant CRPS per forecaster and 80% coverage of one half at two horizons."""
    rows = [
        {
            "forecaster": name,
            "origin_date": pd.Timestamp(day),
            "horizon": horizon,
            "crps": value * horizon * (1 + week % 3),
            "in80": week % 2 == 0,
            "in90": True,
        }
        for name, value in crps.items()
        for week, day in enumerate(week_ends(30)[::4])
        for horizon in (4, 13)
    ]
    return pd.DataFrame(rows)


def test_bars_read_the_geometric_mean_and_say_what_was_not_measured():
    scores = made_scores(**{"mine": 0.6, "line-52": 1.0, "mean-13": 0.65})
    ratios = bars.ratio_table(scores, ["line-52", "mean-13"], step=4, seed=0)
    mine = ratios[ratios["forecaster"] == "mine"]
    np.testing.assert_allclose(mine.loc[mine["baseline"] == "line-52", ["ratio", "low", "high"]], 0.6)
    table = bars.bar_table(scores, ratios, ["mine"]).set_index("bar")
    verdicts = {
        "line-52": "met",
        "line-13": "not measured",
        "mean-13": "not met",
        "autoarima": "not measured",
        "coverage 80%": "not met",
        "coverage 90%": "met",
    }
    assert {bar: table.loc[bar, "verdict"] for bar in verdicts} == verdicts
    assert table.loc["coverage 80%", "value"] == 0.5


def test_bars_are_those_of_the_design():
    allowed = {bar.name: (bar.least, bar.most) for bar in bars.BARS if bar.source.startswith("DESIGN")}
    assert allowed == {
        "line-52": (0, 0.70),
        "line-13": (0, 0.90),
        "mean-13": (0, 0.90),
        "autoarima": (0, 0.80),
        "coverage 80%": (0.65, 0.95),
        "coverage 90%": (0.80, 1.0),
    }


def test_geometric_mean_over_horizons():
    scores = made_scores(mine=1.0, base=1.0)
    scores.loc[(scores["forecaster"] == "mine") & (scores["horizon"] == 4), "crps"] *= 0.5
    scores.loc[(scores["forecaster"] == "mine") & (scores["horizon"] == 13), "crps"] *= 0.98
    ratios = bars.ratio_table(scores, ["base"], step=4, seed=0)
    overall = ratios[(ratios["forecaster"] == "mine") & (ratios["horizon"] == bars.ALL_HORIZONS)]
    assert overall["ratio"].iloc[0] == pytest.approx(np.sqrt(0.5 * 0.98))


def test_block_bootstrap_of_independent_scores_knows_its_error():
    """With blocks of one the interval is the textbook's; overlapping windows make it wider."""
    rng = np.random.default_rng(11)
    noise = 10 + rng.normal(size=400)
    scores = pd.DataFrame(
        {
            "forecaster": ["mine"] * 400 + ["base"] * 400,
            "origin_date": np.tile(pd.to_datetime(np.datetime64("2000-01-02") + 28 * np.arange(400)), 2),
            "horizon": 4,
            "crps": np.concatenate([noise, np.full(400, 10.0)]),
        }
    )
    row = bars.ratio_table(scores, ["base"], step=4, seed=0).iloc[0]
    assert row["high"] - row["low"] == pytest.approx(2 * 1.645 * noise.std() / 20 / 10, rel=0.1)
    smooth = np.convolve(rng.normal(size=409), np.ones(10) / 10, "valid")
    scores["crps"] = np.concatenate([10 + smooth * noise.std() / smooth.std(), np.full(400, 10.0)])
    scores["horizon"] = 40
    wide = bars.ratio_table(scores, ["base"], step=4, seed=0).iloc[0]
    assert wide["high"] - wide["low"] > 2 * (row["high"] - row["low"])


@pytest.mark.parametrize(
    ("step", "horizon", "count"), [(4, 4, 33), (4, 13, 9), (4, 26, 5), (4, 37, 4), (1, 37, 4)]
)
def test_independent_windows_do_not_overlap(step, horizon, count):
    origins = week_ends(160)[25:156:step]
    assert calibration.independent_windows(origins, horizon) == count
    assert calibration.independent_windows(origins[:1], horizon) == 1


def test_tables_speak():
    record = tempo_record(70)
    result = backtest(record, week_ends(70), [Truth()], [Climatology()], rolling=Rolling(draws=50))
    text = score_markdown(result, ["truth"])
    assert text.splitlines()[0] == (
        "| forecaster | CRPS 4 w | CRPS 13 w | CRPS 26 w | CRPS 37 w | 50% | 80% | 90% |"
    )
    assert "the truth (`truth`)" in text
    assert "climatology" not in text
    assert len(window_markdown(result).splitlines()) == 6


def bad_shape(history, horizon, draws, rng, *, origin):
    return np.zeros((draws, horizon - 1))


def not_finite(history, horizon, draws, rng, *, origin):
    return np.full((draws, horizon), np.nan)


@dataclass(frozen=True)
class Broken:
    how: object
    name: str = "broken"
    label: str = "broken"

    def __call__(self, *args, **kwargs):
        return self.how(*args, **kwargs)


@pytest.mark.parametrize(("how", "words"), [(bad_shape, "(20, 36)"), (not_finite, "not finite")])
def test_a_broken_forecaster_is_named(how, words):
    with pytest.raises(FitError) as error:
        backtest(tempo_record(70), week_ends(70), [Broken(how)], [Climatology()], rolling=Rolling(draws=20))
    assert "'broken' at origin 2020-06-28" in str(error.value)
    assert words in str(error.value)
    assert "(20, 37)" in str(error.value)


PLAN = {field.name for field in fields(Rolling)}


def with_hole(weeks: int) -> np.ndarray:
    return np.delete(week_ends(weeks + 1), 10)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"week_ends": with_hole(70)}, ["2020-03-22 follows 2020-03-08", "7 days"]),
        ({"week_ends": week_ends(69)}, ["(70,)", "(69,)"]),
        ({"weekly": np.where(np.arange(70) == 3, np.nan, 1.0)}, ["2020-01-26", "nan", "number of km²"]),
        ({"horizons": (4, 60)}, ["70 weeks", "history of 26", "horizon of 60", "86"]),
        ({"horizons": (4, 4)}, ["[4, 4]", "different"]),
        ({"horizons": ()}, ["[]"]),
        ({"step": 0}, ["step", "got 0"]),
        ({"draws": 1}, ["draws", "got 1", "from 2 up"]),
        ({"workers": 0}, ["workers", "got 0"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"candidates": [Climatology()]}, ["climatology", "different names"]),
    ],
)
def test_wrong_input_is_named(change, words):
    plan = {name: value for name, value in change.items() if name in PLAN}
    given = {name: value for name, value in change.items() if name not in PLAN}
    arguments = {"weekly": tempo_record(70), "week_ends": week_ends(70)} | given
    with pytest.raises(InputError) as error:
        backtest(**arguments, rolling=Rolling(**plan))
    assert all(word in str(error.value) for word in words), str(error.value)


def test_progress_reaches_the_end():
    shares: list[float] = []
    backtest(
        tempo_record(70),
        week_ends(70),
        (),
        default_baselines()[:2],
        rolling=Rolling(draws=20, tick=shares.append),
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_data_dictionary_describes_every_column():
    record = tempo_record(70)
    result = backtest(record, week_ends(70), [Truth()], rolling=Rolling(draws=50))
    tables = {name: getattr(result, name) for name in ("scores", "summary", "ratios", "bars")}
    tables["coverage"] = calibration.coverage_table(result.scores)
    tables["pit"] = calibration.pit_histogram(result.scores)
    assert set(tables) == set(SCORE_TABLES)
    for name, frame in tables.items():
        table = SCORE_TABLES[name]
        assert [column.name for column in table.columns] == list(frame.columns), name
        assert not frame.duplicated(list(table.key)).any(), name
        for column in table.columns:
            values = frame[column.name]
            assert column.optional or values.notna().all(), (name, column.name)
            if column.kind in ("number", "whole", "flag"):
                assert values.dropna().astype(float).between(column.low, column.high).all(), (
                    name,
                    column.name,
                )


def test_the_example_in_the_documentation_runs():
    text = (Path(__file__).parents[2] / "docs" / "backtest.md").read_text("utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(compile(example, "docs/backtest.md", "exec"), names)
    assert set(names["result"].summary["forecaster"]) == {"mean-13", "line-52", "climatology"}
