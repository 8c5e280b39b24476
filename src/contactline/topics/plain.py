"""An assessment as plain data, for `--json` and the JSON API: the same tables, judgements and run record as saved."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from contactline.core.frame import checked
from contactline.core.output import records
from contactline.topics.assessment import Assessment
from contactline.topics.tables import declared


def as_json(assessment: Assessment) -> str:
    """Run record, judgements and every table (rows as objects, dates as ISO days, missing values null)."""
    content: dict[str, Any] = {
        "run": assessment.run.as_record(),
        "judgements": [asdict(judgement) for judgement in assessment.judgements],
        "tables": {},
    }
    for name, frame in sorted(assessment.tables.items()):
        content["tables"][name] = records(checked(declared(name), frame))
    return json.dumps(content, ensure_ascii=False)
