"""A file of each kind to begin with: our header, and rows that show what may stand there."""

from itertools import zip_longest

from flask import Response

from training.accounts.access import allows
from training.accounts.policy import Action
from training.imports.columns import COLUMNS
from training.imports.values import Kind
from training.imports.views.blueprint import bp
from training.web.spreadsheets import csv_file


@bp.get(f"/staff/imports/<any({','.join(Kind)}):import_kind>.csv")
@allows(Action.IMPORT)
def sample(import_kind: str) -> Response:
    """Answer with a file to begin with."""
    columns = COLUMNS[Kind(import_kind)]
    rows = list(zip_longest(*(column.examples for column in columns), fillvalue=""))
    return csv_file(f"{import_kind}.csv", [column.name for column in columns], rows)
