"""Kiln: what bench/run.py compiled with `kiln compile MODEL` and nothing else, but for the precision."""

import report
from kiln_model import Model

from engines.base import Prepared, Task

VERSION = "of this tree"


def prepare(task: Task) -> Prepared:
    library = report.library(task.scratch, task.row.name, task.precision)
    prepared = Model(library).prepare(task.inputs, task.threads)
    return Prepared(prepared.execute, prepared)
