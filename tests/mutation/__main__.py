"""How many deliberate one-line faults the tests of an area notice, and which they do not."""

import argparse
import hashlib
import json
import math
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.reach import Reach, reach_of
from tests.mutation.sandbox import CHECKOUT, TIMED_OUT, Sandbox

ROOMS = ("archives", "batch", "exports", "pack", "people", "recognition", "sound", "speakers")

AREAS = {
    **{f"desktop_app/engine/{room}": (f"tests/engine/{room}",) for room in ROOMS},
    "desktop_app/engine": ("tests/engine",),
    "desktop_app/capture": ("tests/capture",),
    "desktop_app/commands": ("tests/cli", "tests/engine/batch"),
    "trainer/model": ("tests/trainer/model", "tests/trainer/training/test_fit.py"),
    "trainer/data": ("tests/trainer/data",),
    "trainer/training/finetune.py": ("tests/trainer/training/test_finetune.py",),
    "trainer/training": ("tests/trainer/training/test_fit.py", "tests/trainer/training/test_metrics.py"),
    "trainer/results": ("tests/trainer/results",),
}
"""Where a fault lies -> whose tests are to notice it; the first that fits. Whole runs of the trainer are left out."""

SURVIVED, UNREACHED, UNTOLD = "survived", "unreached", "untold"
NOTICED = ("killed", "timeout")

LONG_S = 30
"""From here on a run that failed may have failed for its slowness alone: the unchanged module has to pass after it."""


@dataclass(frozen=True)
class Result:
    """What became of one mutant; `key` is of its whole text."""

    module: str
    key: str
    line: int
    what: str
    outcome: str
    tests: int
    seconds: float
    by: str


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the copy is taken away
    options = _options()
    results_path: Path = options.results
    results_path.parent.mkdir(parents=True, exist_ok=True)
    known = _read(results_path)
    modules = _modules(options.paths)
    areas = _areas(modules)
    sandbox = Sandbox(with_torch=any(a.startswith("tests/trainer") for a in areas))
    try:
        reach = reach_of(sandbox, areas, results_path.parent, options.reach_limit)
        chosen = [(module, m) for module in modules for m in _sampled(module, options.sample, options.seed)]
        counted = []
        for number, (module, mutant) in enumerate(chosen, start=1):
            result = known.get(_key(module, mutant))
            if result is None or (options.again and result.outcome not in NOTICED):
                result = _try(sandbox, reach, module, mutant, options.budget)
                with results_path.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(result)) + "\n")
                place = f"{module}:{result.line}"
                print(f"{number}/{len(chosen)} {result.outcome:9} {result.seconds:5.1f} s {place} {result.what}")
                sys.stdout.flush()
            counted.append(result)
    finally:
        sandbox.close()
    print(_report(counted))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("paths", nargs="+", help="modules or folders of them, from the checkout's root")
    parser.add_argument("--sample", type=int, metavar="N", help="so many faults a module, drawn at random, not all")
    parser.add_argument("--seed", type=int, default=0, help="of the drawing")
    parser.add_argument("--budget", type=float, default=30.0, metavar="S", help="processor seconds of tests a fault")
    parser.add_argument("--again", action="store_true", help="try those once more that were not noticed")
    parser.add_argument("--reach-limit", type=float, default=3600.0, metavar="S", help="for the first run of all tests")
    parser.add_argument(
        "--results", type=Path, default=CHECKOUT / "build" / "mutation" / "results.jsonl", metavar="FILE",
        help="where results are kept; what it holds is not tried again",
    )  # fmt: skip
    return parser.parse_args()


def _modules(paths: Sequence[str]) -> list[str]:
    found = []
    for path in paths:
        place = CHECKOUT / path
        files = [place] if place.is_file() else sorted(place.rglob("*.py"))
        found += [file.relative_to(CHECKOUT).as_posix() for file in files]
    return found


def _areas(modules: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for module in modules:
        for begins, tests in AREAS.items():
            if module.startswith(begins):
                found.update(dict.fromkeys(tests))
                break
    return [*found]


def _sampled(module: str, size: int | None, seed: int) -> list[Mutant]:
    found = mutants((CHECKOUT / module).read_text(encoding="utf-8"))
    if size is None or size >= len(found):
        return found
    chosen = random.Random(f"{seed} {module}").sample(range(len(found)), size)
    return [found[i] for i in sorted(chosen)]


def _key(module: str, mutant: Mutant) -> str:
    return hashlib.sha256(f"{module}\n{mutant.text}".encode()).hexdigest()[:16]


def _try(sandbox: Sandbox, reach: Reach, module: str, mutant: Mutant, budget_s: float) -> Result:
    reached = reach.tests(module, mutant.line, mutant.last_line)
    if not reached:  # perhaps by a process that a test of the module starts
        reached = [test for test in reach.seconds if _far(test, module) == 0]
    tests = _near_first(reached, module, reach)
    asked, expected = [], 0.0
    for test in tests:
        if asked and expected + reach.seconds[test] > budget_s:
            continue
        asked.append(test)
        expected += reach.seconds[test]
    begun = time.monotonic()
    outcome, by = UNREACHED, ""
    if asked:
        arguments = ["-x", "-q", "-p", "no:cacheprovider", *asked]
        with sandbox.changed(module, mutant.text):
            status, said = sandbox.run(arguments, 10 + 5 * expected)
        outcome = {0: SURVIVED, TIMED_OUT: "timeout"}.get(status, "killed")
        failed = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
        by = failed[0][:200] if failed else f"status {status}" if outcome == "killed" else ""
    seconds = round(time.monotonic() - begun, 2)
    if outcome in NOTICED and seconds > LONG_S and sandbox.run(arguments, 10 + 5 * expected)[0]:
        outcome = UNTOLD  # not counted as noticed
    return Result(module, _key(module, mutant), mutant.line, mutant.what[:300], outcome, len(asked), seconds, by)


def _near_first(tests: Sequence[str], module: str, reach: Reach) -> list[str]:
    """The module's own tests, then its room's, then all others; the quickest first."""
    return sorted(tests, key=lambda test: (_far(test, module), reach.seconds[test]))


def _far(test: str, module: str) -> int:
    """0 for a test of the module's own file, 1 for one of its room, 2 for all others."""
    path = Path(test.partition("::")[0])
    return 0 if path.stem == f"test_{Path(module).stem}" else 1 if path.parent.name == Path(module).parent.name else 2


def _read(path: Path) -> dict[str, Result]:
    if not path.exists():
        return {}
    found = [Result(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    return {result.key: result for result in found}  # the last of those tried again


def _report(results: Sequence[Result]) -> str:
    lines = ["", "| module | faults | noticed |", "|---|---|---|"]
    for module in dict.fromkeys(r.module for r in results):
        lines.append(_row(module, [r for r in results if r.module == module]))
    lines += [_row("all", results), "", "Not noticed:"]
    lines += [f"{r.module}:{r.line} {r.outcome} {r.what}" for r in results if r.outcome not in NOTICED]
    return "\n".join(lines)


def _row(name: str, results: Sequence[Result]) -> str:
    n, noticed = len(results), sum(r.outcome in NOTICED for r in results)
    low, high = wilson(noticed, n)
    return f"| {name} | {n} | {100 * noticed / n:.1f} % ({100 * low:.0f} to {100 * high:.0f}) |"


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    p, square = hits / n, z * z / n
    middle, half = p + square / 2, z * math.sqrt(p * (1 - p) / n + square / (4 * n))
    return (middle - half) / (1 + square), (middle + half) / (1 + square)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
