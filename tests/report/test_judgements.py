"""Words for likelihood, rounding, and the rule that likelihood and confidence never share a sentence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from contactline.core.errors import InputError
from contactline.core.frame import Tables, made
from contactline.topics.assessment import Assessment
from contactline.topics.contents import drafted
from contactline.topics.fighting.schema import OPENS
from contactline.topics.showing.judgements import (
    amount,
    band,
    before,
    chance_sentence,
    judgement,
    measured,
    mixes,
    number,
    percent,
    rounded,
)


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0, "remote"),
        (0.0099, "remote"),
        (0.01, "almost no chance"),
        (0.0499, "almost no chance"),
        (0.05, "very unlikely"),
        (0.1999, "very unlikely"),
        (0.20, "unlikely"),
        (0.4499, "unlikely"),
        (0.45, "roughly even"),
        (0.5499, "roughly even"),
        (0.55, "likely"),
        (0.7999, "likely"),
        (0.80, "very likely"),
        (0.9499, "very likely"),
        (0.95, "almost certain"),
        (0.99, "almost certain"),
        (0.9901, "nearly certain"),
        (1.0, "nearly certain"),
    ],
)
def test_band_follows_icd_203(p: float, words: str) -> None:
    assert band(p) == words


@pytest.mark.parametrize("p", [-0.01, 1.01, float("nan")])
def test_band_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(InputError, match="allowed is a number from 0 to 1"):
        band(p)


def test_every_probability_makes_a_sentence_that_says_its_band() -> None:
    for p in np.linspace(0, 1, 501):
        sentence = chance_sentence("the town falls", float(p))
        assert band(float(p)) in sentence.casefold()
        assert percent(float(p)) in sentence
        assert not mixes(sentence)


def test_percent_never_claims_certainty() -> None:
    assert percent(0.0) == "below 0.1%"
    assert percent(1.0) == "above 99.9%"
    assert percent(0.004) == "0.4%"
    assert percent(0.996) == "99.6%"
    assert percent(0.304) == "30%"


def test_amounts_carry_the_digits_their_range_supports() -> None:
    assert amount(453_000, 281_234, 804_000) == "about 450,000 (80% range 280,000–800,000)"
    assert amount(5_812, 3_170, 8_430, "km²") == "about 5,800 km² (80% range 3,200–8,400)"
    assert amount(120, -340, 700, "km²") == "about 120 km² (80% range −340 to 700)"
    assert amount(40, 18, float("nan"), "months") == "about 40 months (80% range 18 to beyond the horizon)"
    assert amount(float("nan"), 18, float("nan"), "months").startswith("beyond the horizon")


def test_rounding_moves_a_number_by_less_than_a_tenth_of_its_range() -> None:
    rng = np.random.default_rng(3)
    for low, width in zip(rng.normal(0, 1e5, 300), rng.lognormal(6, 3, 300), strict=True):
        value = low + 0.4 * width
        assert abs(rounded(value, low, low + width) - value) <= 0.05 * width * 1.0001


def test_small_numbers_and_dates_read_plainly() -> None:
    assert number(0.0432) == "0.043"
    assert measured(1152.4) == "1,150"
    assert measured(float("nan")) == "–"
    assert before(date(2027, 6, 1)) == "before 1 June 2027"


def test_mixing_likelihood_and_confidence_is_refused() -> None:
    assert mixes("We have high confidence that it is likely to fall.")
    assert not mixes("It is likely to fall. Our confidence is low.")
    with pytest.raises(InputError, match="may not share a sentence"):
        judgement("x", "With high confidence, it is likely (60%).", 0.6, "high", "Scored.")
    with pytest.raises(InputError, match="may not share a sentence"):
        judgement("x", "It is likely (60%) that it falls.", 0.6, "low", "It may be unlikely.")


def test_a_judgement_must_say_the_word_of_its_figure() -> None:
    with pytest.raises(InputError, match="is 'unlikely', which"):
        judgement("x", "It is likely (30%) that it falls.", 0.3, "low", "Assumed.")
    with pytest.raises(InputError, match="allowed are low, moderate, high"):
        judgement("x", "It is likely (60%) that it falls.", 0.6, "medium", "Assumed.")


def test_drafted_judgements_keep_the_rule_and_their_figures(sample: Assessment) -> None:
    drafts = drafted(sample.case, sample.tables, 200)
    assert {"consent", "gain", "objectives", "opens", "price", "truce", "choice"} == {d.topic for d in drafts}
    assert drafts[0].topic == "consent", "whether both sides would sign comes first"
    for draft in drafts:
        assert not mixes(f"{draft.sentence} {draft.confidence_reason}")
        assert "confidence" not in draft.sentence.casefold()
        if draft.probability is not None:
            assert percent(draft.probability) in draft.sentence
    chosen = sample.tables["objectives"].query("objective == 'rest_east' and model == 'headline'").iloc[0]
    assert [d.probability for d in drafts if d.topic == "objectives"] == [chosen["p_104"], chosen["p_260"]]


def test_missing_tables_leave_judgements_out_instead_of_failing(sample: Assessment) -> None:
    assert drafted(sample.case, Tables(), 200) == ()


def test_what_a_place_opens_is_said_without_likelihood(sample: Assessment) -> None:
    own = next(d for d in drafted(sample.case, sample.tables, 200) if d.topic == "opens")
    assert own.probability is None and own.confidence == "low"
    assert "Alderford" in own.sentence and "the rest of Eastmark" in own.sentence
    assert "can only redistribute" in own.sentence
    assert "2.7 percentage points larger (90% range of the belief −5.3 to 15.7)" in own.sentence
    assert "0.7 percentage points" not in own.sentence  # with the pace held equal: no finding
    assert (
        "The record shows no effect: over the 4 weeks after the fall of a place (6 towns of 10,000"
        in own.sentence
    )


def test_a_smaller_share_and_a_silent_record_are_said(sample: Assessment) -> None:
    smaller = sample.tables["opens"].assign(pace_difference=-0.02)
    own = drafted(sample.case, made({OPENS: smaller}), 200)[0]
    assert "2.0 percentage points smaller" in own.sentence
    assert "The record holds no fall to learn it from." in own.sentence
