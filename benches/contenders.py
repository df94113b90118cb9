"""The measured programs: one process each, which run alternately."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import interposition
from PIL import __version__ as pillow_version

from cases import Case

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

SIMD_PYTHON = ROOT / "target" / "simd" / "bin" / "python"
SIMD_VERSION = re.search("pillow-simd==(.*)", (HERE / "pillow-simd.txt").read_text())[1]

SAMPLE_SECONDS = 0.01
"""The least seconds of one sample, which repeats a shorter call."""

AS_FAST = 0.97
"""The least ratio to the wheel that counts as equally fast. A case below it is measured for longer."""


@dataclass(frozen=True)
class Effort:
    """Limits of the measurement of a case."""

    fewest: int = 4
    most: int = 40
    """Rounds; a round is one sample of each contender."""
    enough: float = 0.25
    """Seconds after which a case ends, after its fewest rounds."""


QUICK = Effort(fewest=3, most=5)


@dataclass(frozen=True)
class Ratios:
    """Speeds of this library in one case, relative to the others', and with two threads relative to one."""

    wheel: float
    simd: float | None = None
    threads: float | None = None

    def __str__(self) -> str:
        named = ("wheel", self.wheel), ("Pillow-SIMD", self.simd), ("2 threads", self.threads)
        return ", ".join(f"{name} {ratio:.2f}" for name, ratio in named if ratio is not None)


class Worker:
    """A process that runs one contender's cases."""

    def __init__(
        self, python: Path | str, pillow: str, clock: str, *, interposed: bool, threads: int, alone: bool = True
    ) -> None:
        # All processes of one thread share a processor: they never run at the same time.
        alone = alone and threads == 1 and clock == "wall"
        self.process = subprocess.Popen(
            [str(python), str(HERE / "worker.py")],
            env=interposition.environment(
                interposed=interposed,
                IMAGING_NUM_THREADS=str(threads),
                BENCH_INTERPOSED=str(int(interposed)),
                BENCH_PILLOW=pillow,
                BENCH_CLOCK=clock,
                BENCH_PROCESSOR=str(max(os.sched_getaffinity(0))) if alone else "",
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.count = 1
        self.times: list[float] = []

    def send(self, *order: object) -> None:
        print(json.dumps(order), file=self.process.stdin, flush=True)

    def answer(self) -> float | str | list:
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"a worker ended with status {self.process.wait()}")
        return json.loads(answer)

    def ask(self, *order: object) -> float | str | list:
        self.send(*order)
        return self.answer()

    def load(self, case: Case) -> str | None:
        """Prepares a case and calibrates the calls per sample. Returns the error, if any."""
        self.times = []
        self.count = 1
        seconds = self.ask("load", case.setup, case.call)
        if isinstance(seconds, str):
            return seconds
        # The first run includes one-time initialisation.
        for _ in range(3):
            if seconds < SAMPLE_SECONDS:
                seconds = self.ask("time", self.count) / self.count
                self.count = max(1, round(SAMPLE_SECONDS / max(seconds, 1e-7)))
        return None

    def sample(self) -> float:
        seconds = self.ask("time", self.count)
        self.times.append(seconds / self.count)
        return seconds

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()

    @property
    def time(self) -> float:
        """The lower quartile of the samples: other programs only slow samples down, and the minimum of few varies."""
        return quantiles(self.times, n=4, method="inclusive")[0]


@dataclass
class Contenders:
    """The processes that run a case."""

    case: Case
    clock: str = "wall"
    workers: dict[str, Worker] = field(init=False)

    def __post_init__(self) -> None:
        def worker(python: Path | str, version: str, *, interposed: bool = False, threads: int = 1) -> Worker:
            return Worker(python, version, self.clock, interposed=interposed, threads=threads)

        self.workers = {
            "wheel": worker(sys.executable, pillow_version),
            "ours": worker(sys.executable, pillow_version, interposed=True),
        }
        if SIMD_PYTHON.exists():
            self.workers["simd"] = worker(SIMD_PYTHON, SIMD_VERSION)
        # The processor time of two threads equals that of one.
        if self.case.arithmetic and self.clock == "wall" and len(os.sched_getaffinity(0)) > 1:
            self.workers["threads"] = worker(sys.executable, pillow_version, interposed=True, threads=2)

    def measure(self, effort: Effort) -> Ratios:
        """Measures the case."""
        running = {}
        for name, worker in self.workers.items():
            error = worker.load(self.case)
            if error is None:
                running[name] = worker
            elif name != "simd":
                raise SystemExit(f"{name}, {' '.join(self.case.row)}: {error}")
        ratios = self.rounds(running, effort)
        if ratios.wheel < AS_FAST and effort is not QUICK:
            ratios = self.rounds(running, effort)
        return ratios

    def rounds(self, running: dict[str, Worker], effort: Effort) -> Ratios:
        """Takes more samples, and returns the ratios of all."""
        spent = 0.0
        for number in range(effort.most):
            if number >= effort.fewest and spent > effort.enough:
                break
            workers = list(running.values())
            spent += sum(worker.sample() for worker in (workers if number % 2 else reversed(workers)))
        ours = running["ours"].time
        return Ratios(
            wheel=running["wheel"].time / ours,
            simd=running["simd"].time / ours if "simd" in running else None,
            threads=ours / running["threads"].time if "threads" in running else None,
        )

    def close(self) -> None:
        for worker in self.workers.values():
            worker.close()
