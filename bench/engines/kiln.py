"""Kiln: `kiln compile MODEL` and nothing else, but for the precision; the inputs' shapes are in the file."""

import time

import compare
from kiln_model import KilnError, Model

from engines.base import Prepared, Task, Unsupported

VERSION = "this one"


def prepare(task: Task) -> Prepared:
    options = [] if task.precision == "f32" else ["--precision", task.precision]
    library = task.scratch / "-".join([task.row.name, *options[1:]])
    library = library.with_name(f"{library.name}.so")
    try:
        if not library.exists():
            compare.compile_model(task.kiln, task.row.path, library, options)
        prepared = Model(library).prepare(task.inputs, task.threads)
    except KilnError as error:
        raise Unsupported(str(error)) from error
    return Prepared(prepared.execute, prepared)
