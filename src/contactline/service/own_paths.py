"""Support paths of a user's own, read from a YAML file."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from contactline.case.check_supply import path_problems
from contactline.case.read import dotted, problems_in
from contactline.case.scenario import AS_TODAY
from contactline.case.schema import Case
from contactline.case.supply import SupportPath
from contactline.case.yaml_text import read_yaml
from contactline.core.errors import CaseError


def read_paths(file: Path, case: Case) -> list[SupportPath]:
    """Support paths of a user's YAML file: a list under `support_paths`, or one path. Raises CaseError."""
    if not file.is_file():
        raise CaseError(f"{file}: there is no such file; give a YAML file with support paths.")
    document = read_yaml(file)
    listed = document.get("support_paths") if isinstance(document, dict) else None
    entries = listed if isinstance(listed, list) else [document]
    taken = {path.id for path in case.support_paths} | {AS_TODAY}
    paths = []
    for number, entry in enumerate(entries):
        where = f"{file}, path {number + 1}"
        if not isinstance(entry, dict):
            came = "nothing" if entry is None else repr(entry)
            raise CaseError(f"{where}: got {came}; allowed is a path with id, name, cuts and assumption.")
        try:
            path = SupportPath.model_validate(entry)
        except ValidationError as error:
            first = problems_in(error, {"support_paths": entries}, ("support_paths", number))[0]
            raise CaseError(f"{where}: {dotted(first.path[2:]) or 'the path'}: {first.text}.") from None
        if path.id in taken:
            raise CaseError(f"{where}: id {path.id!r} is taken by another path; choose another id.")
        taken.add(path.id)
        for problem in path_problems(case, path):
            raise CaseError(f"{where} ({path.id}): {'.'.join(str(p) for p in problem.path)}: {problem.text}.")
        paths.append(path)
    return paths
