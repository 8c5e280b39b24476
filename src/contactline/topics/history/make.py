"""Tables of past wars: the fit in the case's situation, its scores, and the cases nearest to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.past import BREAKS, ENDINGS, PAST
from contactline.evidence.history.tables import CIVIL, SEVERITIES, TRUCES
from contactline.score.history import calibration, kaplan_meier, nearest, score_history
from contactline.topics.history.schema import (
    HISTORY_CALIBRATION,
    HISTORY_EFFECTS,
    HISTORY_ENDINGS,
    HISTORY_FIT,
    HISTORY_NEAREST,
    HISTORY_SCORE,
)
from contactline.truce.breaks import CAUSES, BreakFit, situation_of, survival
from contactline.war.endings import EndingFit, civil_rate

YEARS = np.array([0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20], dtype=float)
AHEAD = np.array([1.0, 2.0, 5.0])
DRAWS = 4000
NEAREST = 12


def fit_tables(case: Case, past: Tables, breaks: BreakFit, endings: EndingFit, streams: Streams) -> Tables:
    """Tables history_fit, history_effects, history_endings and history_nearest."""
    return made(
        {
            HISTORY_FIT: _survival(case, past, breaks, streams),
            HISTORY_EFFECTS: _effects(case, breaks),
            HISTORY_ENDINGS: _endings(case, past, endings),
            HISTORY_NEAREST: _nearest(case, past),
        }
    )


def score_tables(past: Tables, streams: Streams) -> Tables:
    """Tables history_score and history_calibration."""
    return made(
        {
            HISTORY_SCORE: score_history(past[TRUCES], streams.rng("history.score")),
            HISTORY_CALIBRATION: calibration(past[TRUCES], streams.rng("history.calibration")),
        }
    )


def _survival(case: Case, past: Tables, breaks: BreakFit, streams: Streams) -> pd.DataFrame:
    drawn = breaks.draws(situation_of(case), DRAWS, streams.rng("history.breaks"))
    rows = []
    for severity, cause in zip(SEVERITIES, CAUSES, strict=True):
        whole = survival(drawn, cause, YEARS)
        low, high = np.quantile(whole, [0.1, 0.9], axis=0)
        record = kaplan_meier(past[TRUCES], severity, YEARS)
        columns = {
            "years": YEARS,
            "whole": whole.mean(axis=0),
            "whole_q10": low,
            "whole_q90": high,
            "record": record,
        }
        rows.append(pd.DataFrame({"severity": severity, **columns}))
    return pd.concat(rows, ignore_index=True)


def _effects(case: Case, breaks: BreakFit) -> pd.DataFrame:
    with_hazards = breaks.correlations_with(situation_of(case))
    return pd.DataFrame(
        {
            "parameter": breaks.names,
            "mean": breaks.mean,
            "deviation": np.sqrt(np.diag(breaks.covariance)),
            **{f"with_{cause}": with_hazards[cause].to_numpy() for cause in CAUSES},
        }
    )


def _endings(case: Case, past: Tables, endings: EndingFit) -> pd.DataFrame:
    age = case.war_years
    late = case.among_wars.post_1945
    civil = civil_rate(past[CIVIL], age)
    ended = civil.chance(AHEAD)
    classes = {
        "interstate": (endings.chance(age, AHEAD), endings.chance(age, AHEAD, "tie", post_1945=late)),
        "civil": (ended, ended * (civil.agreed / max(civil.endings, 1))),
    }
    return pd.concat(
        [
            pd.DataFrame({"reference": name, "years": AHEAD, "any": any_way, "tie": tie, "age": age})
            for name, (any_way, tie) in classes.items()
        ],
        ignore_index=True,
    )


def _nearest(case: Case, past: Tables) -> pd.DataFrame:
    rows = nearest(past[TRUCES], situation_of(case), NEAREST)
    firsts = {f"first_{s}": rows[f"t_{s}"].where(rows[f"ev_{s}"] == 1) for s in SEVERITIES}
    watched = (rows["cens_date"] - rows["end"]).dt.days / 365.25
    found = rows.assign(states=rows["state1"] + ", " + rows["state2"], watched=watched, **firsts)
    return found[HISTORY_NEAREST.names].astype({"contig": int, "post45": int})


@node("past.scores")
def SCORES(reads: Reads) -> Tables:
    """Out-of-time scores of the fit to past truces, and calibration by decade."""
    return score_tables(reads.of(PAST), Streams(reads["seed"]))


@node("tables.history")
def HISTORY_TABLES(reads: Reads) -> Tables:
    """Tables on past wars: the fit where the case stands, its scores, the nearest cases."""
    own = fit_tables(
        reads["case"], reads.of(PAST), reads.of(BREAKS), reads.of(ENDINGS), Streams(reads["seed"])
    )
    scores: Tables = reads.of(SCORES)
    return own | scores
