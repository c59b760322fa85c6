"""Engines in processes of their own, of which only the one that is asked something runs."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

WORKER = Path(__file__).with_name("worker.py")


class EngineError(Exception):
    """Why an engine has no result."""


class EngineProcess:
    """One engine with one row in it, stopped while others run: its threads cannot even spin."""

    def __init__(self, engine: str, log: Path):
        self.engine = engine
        self._log = log
        with open(log, "w") as messages:
            self._process = subprocess.Popen(
                [sys.executable, WORKER, engine], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages
            )
        self._unread = b""

    def prepare(self, request: dict, seconds: float) -> dict:
        """Loads a model; what the worker answers."""
        return self._ask({"prepare": request}, seconds)

    def measure(self, count: int, seconds: float) -> dict:
        """Runs the model `count` times; the seconds each took and the processors that were busy."""
        return self._ask({"measure": count}, seconds)

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            stream.close()

    def _ask(self, request: dict, seconds: float) -> dict:
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._read_line(seconds))
        except (BrokenPipeError, json.JSONDecodeError) as error:
            raise EngineError(self._ending()) from error
        self._process.send_signal(signal.SIGSTOP)
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer

    def _read_line(self, seconds: float) -> bytes:
        """The next line of answers; nothing when the process has ended."""
        source = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            ready, _, _ = select.select([source], [], [], seconds)
            if not ready:
                raise EngineError(f"no answer within {seconds:.0f} s")
            read = os.read(source, 1 << 16)
            if not read:
                return b""
            self._unread += read
        line, self._unread = self._unread.split(b"\n", 1)
        return line

    def _ending(self) -> str:
        """How the process ended, and the last that it said."""
        try:
            status = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return "answers something else than JSON"
        name = signal.Signals(-status).name if status < 0 else f"status {status}"
        said = self._log.read_text(errors="replace").strip().splitlines()
        return f"ends with {name}" + (f": {said[-1]}" if said else "")
