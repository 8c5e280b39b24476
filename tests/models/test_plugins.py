"""Finding, choosing and refusing models: which one a scenario gets, and what an error says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from installing import Install

from contactline.case.scenario import Scenario
from contactline.core.errors import FitError, InputError, ModelError, UnknownNameError
from contactline.core.plugins import chosen, model_key, plugin_for
from contactline.core.streams import Streams
from contactline.core.version import VERSION
from contactline.service.models import SLOTS, check, models
from contactline.testing.hazards import made_beliefs, made_collapse
from contactline.testing.paths import made_tempo
from contactline.war.slots import COLLAPSE, ENDING, TEMPO

SOURCE = """
import numpy as np
from contactline.core.errors import FitError
from helper_of_it import HELP

class Flat:
    id = "flat"
    label = "nothing moves"
    def fit(self, record, series, streams):
        {fit}
        return self
    def predict(self, weeks, draws, streams):
        {predict}
"""
GOOD = "return np.zeros((draws, weeks))"


def flat(install: Install, fit: str = "pass", predict: str = GOOD, name: str = "flat") -> Path:
    """A tempo model of a distribution that is called as the model is."""
    source = SOURCE.format(fit=fit, predict=predict).replace('"flat"', f'"{name}"')
    return install(
        f"{name}-model",
        f"tempo.{name} = {name}_model:Flat",
        **{f"{name}_model": source, "helper_of_it": "HELP = 1"},
    )


def paths(models=(("tempo", "flat"),)) -> np.ndarray:
    """What the chosen tempo model predicts on a made-up record."""
    given = made_tempo()
    return chosen(TEMPO, models).fit(given.record, given.series, Streams(1)).predict(5, 3, Streams(1))


def test_a_plug_in_is_found_and_says_who_made_it(install: Install):
    flat(install)
    plugin = plugin_for(TEMPO, Scenario(models={"tempo": "flat"}).models)
    assert (plugin.slot, plugin.name, plugin.maker) == ("tempo", "flat", "flat-model 0.1")
    assert plugin.version.startswith("flat-model 0.1 ") and len(plugin.version.split()[-1]) == 16
    assert not paths().any()
    check(Scenario(models={"tempo": "flat"}).models)


def test_without_a_choice_the_default_is_taken_and_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "contactline.core.plugins.entry_points", lambda **_: pytest.fail("looked for entry points")
    )
    for slot in SLOTS:
        plugin = plugin_for(slot, ())
        assert plugin.name == slot.default and plugin.version == f"contactline {VERSION}"
    assert plugin_for(TEMPO, {"tempo": "level"}).name == "level"
    assert chosen(TEMPO).plugin is chosen(TEMPO, {"losses": "claims"}).plugin


def test_every_model_is_listed_with_what_it_is_and_who_made_it(install: Install):
    flat(install)
    rows = {(row.slot, row.model): row for row in models()}
    assert {slot.name for slot in SLOTS} == {slot for slot, _ in rows}
    assert next(row.model for row in models() if row.slot == "tempo") == "pool"
    assert sum(row.default for row in rows.values()) == len(SLOTS)
    found = rows["tempo", "flat"]
    assert (found.label, found.maker, found.default, found.trouble) == (
        "nothing moves",
        "flat-model 0.1",
        False,
        "",
    )
    assert all(row.meaning and row.label for row in rows.values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tempo": "levle"}, "unknown model of slot 'tempo' 'levle': did you mean level"),
        ({"temp": "pool"}, "unknown model slot 'temp': did you mean tempo"),
    ],
)
def test_an_unknown_slot_or_model_is_told_with_the_nearest(given: dict[str, str], said: str):
    with pytest.raises(UnknownNameError) as found:
        check(given)
    assert str(found.value).startswith(said)


def test_choosing_an_unknown_model_says_the_same():
    with pytest.raises(UnknownNameError, match="Known: climatology, level, pool, tempo"):
        chosen(TEMPO, {"tempo": "levle"})


def test_two_distributions_that_give_one_name_are_refused(install: Install):
    flat(install)
    install("other", "tempo.flat = flat_model:Flat")
    with pytest.raises(
        InputError, match=r"'flat' of slot 'tempo': .*flat-model 0.1.* give it; allowed is one"
    ):
        chosen(TEMPO, {"tempo": "flat"})
    with pytest.raises(InputError, match="give it"):
        check({"tempo": "flat"})
    row = next(row for row in models() if row.model == "flat")
    assert "other 0.1" in row.maker and "flat-model 0.1" in row.maker and "allowed is one" in row.trouble


def test_a_name_of_the_package_stays_the_packages(install: Install):
    flat(install, name="pool")
    assert plugin_for(TEMPO, {"tempo": "pool"}).maker == f"contactline {VERSION}"
    assert (
        "contactline has a model of this name"
        in next(r for r in models() if r.maker == "pool-model 0.1").trouble
    )


def test_an_entry_point_outside_every_slot_is_listed_with_its_trouble(install: Install):
    install("odd", "tempos.flat = nowhere:Flat")
    assert "there is no slot 'tempos'" in next(row for row in models() if row.maker == "odd 0.1").trouble


def test_a_plug_in_that_cannot_be_imported_is_named(install: Install):
    install("absent", "tempo.absent = no_such_module:Model")
    with pytest.raises(ModelError) as found:
        chosen(TEMPO, {"tempo": "absent"})
    assert str(found.value).startswith(
        "model 'absent' of slot 'tempo' (absent 0.1): loading it raised ModuleNotFound"
    )
    assert isinstance(found.value.__cause__, ModuleNotFoundError)
    assert "ModuleNotFoundError" in next(row for row in models() if row.model == "absent").trouble


@pytest.mark.parametrize(
    ("predict", "said"),
    [
        (
            "return np.zeros((weeks, draws))",
            "predict gave shape (5, 3); allowed is shape (3, 5): ndarray[draw, week], net",
        ),
        (
            "return np.full((draws, weeks), np.nan)",
            "predict gave nan; allowed is a finite number: ndarray[draw, week]",
        ),
        ("return [[0.0] * weeks] * draws", "predict gave a list; allowed is an array of numbers"),
        ("return None", "predict gave nothing"),
        ("return np.full((draws, weeks), 'x')", "predict gave an array of <U1"),
        ("raise RuntimeError('no luck')", "predict raised RuntimeError: no luck."),
        ("raise RuntimeError('two\\nlines')", "predict raised RuntimeError: two lines."),
        ("raise SystemExit(3)", "predict raised SystemExit: 3."),
        ("return np.zeros((draws, weeks), complex)", "predict gave an array of complex128"),
    ],
)
def test_what_a_plug_in_does_wrong_is_one_error_that_names_it(install: Install, predict: str, said: str):
    flat(install, predict=predict)
    with pytest.raises(ModelError) as found:
        paths()
    assert str(found.value).startswith(f"model 'flat' of slot 'tempo' (flat-model 0.1): {said}"), found.value
    assert str(found.value).endswith("Choose another model for the slot, or tell its makers.")
    assert found.value.exit_code == 1


def test_what_it_raised_stays_the_cause(install: Install):
    flat(install, fit="1 / 0")
    with pytest.raises(ModelError, match="fit raised ZeroDivisionError") as found:
        paths()
    assert isinstance(found.value.__cause__, ZeroDivisionError)


def test_a_record_that_does_not_do_stays_a_fit_error(install: Install):
    flat(install, fit="raise FitError('too short.')")
    with pytest.raises(FitError, match=r"model 'flat' of slot 'tempo' \(flat-model 0\.1\): too short\."):
        paths()


def test_running_out_of_memory_is_not_blamed_on_the_model(install: Install):
    flat(install, fit="raise MemoryError")
    with pytest.raises(MemoryError):
        paths()


def test_a_fit_that_cannot_predict_is_refused(install: Install):
    flat(install, fit="return 3")
    with pytest.raises(ModelError, match=r"fit gave an int; allowed is what has predict\(\)"):
        paths()


def test_a_class_that_cannot_be_made_is_named(install: Install):
    install(
        "needy",
        "tempo.needy = needy_model:Needy",
        needy_model="class Needy:\n    def __init__(self, x): ...\n",
    )
    with pytest.raises(
        ModelError, match=r"'needy' of slot 'tempo' \(needy 0.1\): making it raised TypeError"
    ):
        chosen(TEMPO, {"tempo": "needy"})


def test_entry_points_that_cannot_be_read_are_said(install: Install):
    install("garbled", "no equals sign")
    with pytest.raises(ModelError, match="the entry points of an installed distribution are not readable"):
        chosen(TEMPO, {"tempo": "flat"})
    assert chosen(TEMPO).plugin.name == "pool"


def test_a_model_under_another_name_than_its_own_is_refused(install: Install):
    flat(install)
    install("alias", "tempo.level2 = flat_model:Flat")
    with pytest.raises(ModelError, match="loading it gave id 'flat'; allowed is 'level2'"):
        chosen(TEMPO, {"tempo": "level2"})


def test_numbers_of_another_width_arrive_as_float64(install: Install):
    flat(install, predict="return np.zeros((weeks, draws), np.float32).T")
    assert paths().dtype == np.float64 and paths().flags.c_contiguous


def test_a_belief_that_the_case_lacks_is_explained(install: Install):
    source = (
        "class Ask:\n    id = label = 'ask'\n    def hazard(self, b, n):\n        return b['war.no_such']\n"
    )
    install("ask", "ending.ask = ask_model:Ask", ask_model=source)
    with pytest.raises(
        ModelError, match=r"hazard raised KeyError: 'war.no_such', .*a belief that the case does not have"
    ):
        chosen(ENDING, {"ending": "ask"}).hazard(made_beliefs(), 60)


def test_errors_of_the_packages_own_models_pass_as_they_are():
    given = made_tempo()
    with pytest.raises(ValueError, match="not in tuple"):
        chosen(TEMPO, {"tempo": "climatology"}).fit(given.record, "no such map", Streams(0))


def test_the_part_that_is_out_of_bounds_is_named(install: Install):
    source = (
        "from contactline.war.slots import Spells\nclass Fast(Spells):\n    id = label = 'fast'\n"
        "    def hazard(self, b, r):\n        return super().hazard(b, r)._replace(speed=-b['war.collapse_speed'])\n"
    )
    install("fast", "collapse.fast = fast_model:Fast", fast_model=source)
    given = made_collapse()
    with pytest.raises(
        ModelError, match=r"hazard gave -[\d.]+; allowed is a finite number from 0 up: speed, ndarray"
    ):
        chosen(COLLAPSE, {"collapse": "fast"}).hazard(given.beliefs, given.raising)


def test_what_stands_for_a_model_in_a_key(install: Install):
    flat(install)
    assert model_key("tempo", ()) == model_key("tempo", {"losses": "claims"}) == ""
    assert model_key("tempo", {"tempo": "level"}) == "level"
    key = model_key("tempo", {"tempo": "flat"})
    assert "flat_model" not in sys.modules, "a key loads nothing"
    assert key == plugin_for(TEMPO, {"tempo": "flat"}).version


def test_a_fit_of_an_earlier_run_has_the_same_face(install: Install):
    flat(install, predict="return np.ones((draws, weeks))")
    face, given = chosen(TEMPO, {"tempo": "flat"}), made_tempo()
    fitted = face.fit(given.record, given.series, Streams(1)).fitted
    assert np.array_equal(face.of(fitted).predict(5, 3, Streams(1)), np.ones((3, 5)))
    with pytest.raises(ModelError, match=r"fit gave nothing; allowed is what has predict\(\)"):
        face.of(None)


VERSION_OF = "from contactline.core.plugins import *; from contactline.war.slots import TEMPO; import sys; \
sys.path[:0] = sys.argv[1:]; print(plugin_for(TEMPO, {'tempo': 'flat'}).version)"


def version_elsewhere(*folders: Path) -> str:
    """The plug-in's version as another process sees it."""
    asked = [sys.executable, "-c", VERSION_OF, *map(str, folders)]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def test_the_version_moves_with_the_code_of_the_plug_in_helpers_included(tmp_path: Path, install: Install):
    install("packed", "tempo.flat = packed_model:Flat")
    package = tmp_path / "packed" / "packed_model"
    package.mkdir()
    source = SOURCE.format(fit="pass", predict=GOOD).replace("helper_of_it", "packed_model.helper_of_it")
    (package / "__init__.py").write_text(source)
    (package / "helper_of_it.py").write_text("HELP = 1")
    before = version_elsewhere(tmp_path / "packed")
    assert version_elsewhere(tmp_path / "packed") == before
    (package / "helper_of_it.py").write_text("HELP = 2")
    assert version_elsewhere(tmp_path / "packed") != before


def test_no_test_runner_is_needed_to_import_the_laws():
    asked = "import sys; import contactline.testing; sys.exit('pytest' in sys.modules or 'hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked]).returncode == 0
