"""No text of a case or of a table opens a script, closes one, or is lost on the way into the page."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from contactline.case.schema import Case
from contactline.faces.report.html import all_figures, render_html
from contactline.topics.assessment import Assessment
from contactline.topics.showing.figures import page_spec
from contactline.topics.showing.script_json import script_json
from contactline.topics.tables import TABLES

HOSTILE = " <!--<script>alert(1)</script>--> ]]> & \"q\" 'p' \\ \u2028 \u2029 </style> {{ x }}"
"""Opens the state in which `</script>` no longer ends a script, and all else that a page may stumble on."""

DATA = re.compile(r'<script type="application/json" id="([a-z-]+)">(.*?)</script>', re.DOTALL)


def leaves(record: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Path and value of every text of a nested record."""
    if isinstance(record, str):
        yield path, record
    elif isinstance(record, dict | list):
        pairs = record.items() if isinstance(record, dict) else enumerate(record)
        for key, value in pairs:
            yield from leaves(value, (*path, key))


def put(record: Any, path: tuple[Any, ...], value: str) -> None:
    for key in path[:-1]:
        record = record[key]
    record[path[-1]] = value


def hostile_case(case: Case) -> tuple[Case, int]:
    """The case with the hostile text after every text that is not an id, a day or a word of a closed list."""
    record = case.model_dump(mode="json")
    ids = {text for path, text in leaves(record) if path[-1] == "id"}
    changed = 0
    for path, text in list(leaves(record)):
        if text in ids or path[-1] in ("id", "url", "source_name"):
            continue
        put(record, path, text + HOSTILE)
        try:
            Case.model_validate(record)
            changed += 1
        except ValidationError:
            put(record, path, text)
    return Case.model_validate(record), changed


def hostile(sample: Assessment) -> tuple[Assessment, int]:
    case, changed = hostile_case(sample.case)
    tables = {}
    for name, frame in sample.tables.items():
        columns = {}
        for column in frame.columns:
            entry = TABLES[name].column(str(column))
            if entry is not None and entry.kind == "text" and entry.unit == "text":
                columns[column] = frame[column].map(lambda text: f"{text}{HOSTILE}" if text else text)
        tables[name] = frame.assign(**columns)
        changed += len(columns)
    said = tuple(
        dataclasses.replace(j, confidence_reason=j.confidence_reason + HOSTILE) for j in sample.judgements
    )
    run = dataclasses.replace(sample.run, notes=(*sample.run.notes, HOSTILE))
    return dataclasses.replace(sample, case=case, tables=tables, judgements=said, run=run), changed


@pytest.fixture(scope="module")
def attacked(sample: Assessment) -> Assessment:
    made, changed = hostile(sample)
    assert changed > 100, "the hostile text reached too few fields to show anything"
    return made


def test_data_in_scripts_holds_no_tag_and_reads_back(
    attacked: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactline.faces.report.html.vega_bundle", lambda: "")
    page = render_html(attacked)
    found = dict(DATA.findall(page))
    assert set(found) == {"map-data", "chart-specs", "chart-config"}
    for text in found.values():
        assert not re.search("[<>&\u2028\u2029]", text)
    specs = json.loads(found["chart-specs"])
    assert specs == json.loads(json.dumps({f.id: page_spec(f) for f in all_figures(attacked)}))
    assert HOSTILE.strip() in json.dumps(specs, ensure_ascii=False).replace("\\\\", "\\").replace('\\"', '"')
    # Tags outside of scripts: only those that the templates write.
    body = DATA.sub("", page)
    assert body.count("<script") == 3 and body.count("<!--") == 0
    assert "&lt;!--&lt;script&gt;" in body


@pytest.mark.parametrize("value", [HOSTILE, {"<!--": ["</SCRIPT ", "\u2028"]}, [None, True, 1.5, "é≤"]])
def test_script_json_reads_back_as_it_came(value: object) -> None:
    text = str(script_json(value))
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == value


def test_script_json_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"x": float("nan")})
