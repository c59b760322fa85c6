"""Runs one engine on one row, in a process of its own, as bench/run.py asks it to.

    bench/worker.py ENGINE < requests > answers

A request is a line of JSON, and so is its answer: `{"prepare": {...}}` loads the model, runs it and writes its outputs,
`{"measure": N}` runs it N times and answers the seconds of each. The engines share no process, so that none of them sees
another's threads, allocator or settings.
"""

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import numpy

import rows
from engines import ENGINES
from engines.base import Prepared, Task, Unsupported

import cache  # noqa: E402 (rows puts scripts/ on the path)

# Engines that need more seconds than this for one run are not measured.
LONGEST_RUN = 20
# Of Linux: the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1


def prepare(engine: str, request: dict) -> tuple[Prepared, dict]:
    """The engine with the row's model in it, and what its first runs say."""
    module, precision = ENGINES[engine]
    adapter = importlib.import_module(f"engines.{module}")
    (row,) = rows.select([request["row"]])
    arrays, expected = cache.load_npz(row.inputs), cache.load_npz(row.outputs)
    prepared = adapter.prepare(Task(row, request["threads"], precision, arrays, expected, Path(request["scratch"])))
    start = time.perf_counter()
    prepared.run()
    seconds = time.perf_counter() - start
    if seconds > LONGEST_RUN:
        raise Unsupported(f"one run takes {seconds:.0f} s")
    outputs = {name: numpy.asarray(array) for name, array in prepared.outputs().items()}
    cache.save_npz(Path(request["outputs"]), outputs)
    return prepared, {"version": adapter.VERSION}


def measure(prepared: Prepared, count: int) -> dict:
    """The seconds of each of `count` runs, and how many processors were busy meanwhile."""
    times = []
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(count):
        before = time.perf_counter()
        prepared.run()
        times.append(time.perf_counter() - before)
    return {"times": times, "processors": (time.process_time() - busy) / (time.perf_counter() - start)}


def limit_memory() -> None:
    """An engine that misreads a model's shapes may ask for all there is: that must not end other processes."""
    most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> None:
    engine = sys.argv[1]
    limit_memory()
    # A stopped process would not see that its parent is gone.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # What the engines print must not end up between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    prepared = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                prepared, answer = prepare(engine, request["prepare"])
            else:
                answer = measure(prepared, request["measure"])
        except Unsupported as error:
            answer = {"error": str(error)}
        except Exception as error:  # whatever an engine or its bindings raise becomes the reason of an empty cell
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
