"""The deliberate faults are faults, each another one, and the runner tells those that tests notice from those not."""

import ast
import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

import pytest

from tests.mutation import __main__ as mutation
from tests.mutation import sandbox
from tests.mutation.__main__ import wilson
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.reach import Reach
from tests.mutation.sandbox import TIMED_OUT, Sandbox

CHECKOUT = Path(__file__).resolve().parents[2]

TEXT = '''"""A module."""
import logging
log = logging.getLogger(__name__)
Floats = npt.NDArray[np.float32]
LIMIT: int = 3
def share(values: list[float], n: int = 100) -> float:
    """A share of 1."""
    if not values:
        raise ValueError(f"{1 + 1} of 2")
    log.info("1")
    total = sum(v for v in values if v > 0.5)
    values.clear()
    return min(total, LIMIT) / len(values[1:], strict=True)
'''


def test_every_fault_is_one_small_change_that_python_takes() -> None:
    found = mutants(TEXT)
    assert len({m.text for m in found}) == len(found)
    changed = {m.line for m in found}
    assert changed == {5, 6, 8, 11, 12, 13}, "no import, type, docstring, message or log line"
    what = {m.what for m in found}
    assert what >= {
        *("3  ->  4", "3  ->  2", "100  ->  200", "100  ->  50", "not values  ->  (values)"),
        *("v > 0.5  ->  (v >= 0.5)", "v > 0.5  ->  (v <= 0.5)", "0.5  ->  5.0", "v > 0.5  ->  True"),
        *("values.clear()  ->  pass", "min(total, LIMIT)  ->  max(total, LIMIT)", "1:  ->  :"),
        "min(total, LIMIT) / len(values[1:], strict=True)  ->  (min(total, LIMIT) * len(values[1:], strict=True))",
    }
    for mutant in found:
        ast.parse(mutant.text)
        pairs = zip(TEXT.splitlines(), mutant.text.splitlines(), strict=True)
        assert [n for n, (old, new) in enumerate(pairs, 1) if old != new] == [mutant.line]


def test_the_interval_is_wilsons() -> None:
    assert wilson(81, 90) == pytest.approx((0.8208, 0.9465), abs=1e-3)  # as any table of it has it


@pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forks")
def test_a_run_that_spins_or_waits_for_ever_is_ended() -> None:
    """By processor time, which a busy machine does not use up, and only far later by the clock."""
    box = Sandbox(with_torch=False)
    try:
        assert box.run(["--version"], 60)[0] == 0
        assert box.run(["--version"], 1, first=lambda: [None for _ in iter(int, 1)])[0] == TIMED_OUT
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sandbox, "CLOCK", 0.1)
            assert box.run(["--version"], 1, first=lambda: time.sleep(600))[0] == TIMED_OUT
    finally:
        box.close()


class Runs:
    """Stands in for a sandbox whose runs end so, one after the other."""

    def __init__(self, *statuses: int) -> None:
        self.left = list(statuses)

    def changed(self, _module: str, _text: str) -> Any:
        return nullcontext()

    def run(self, _arguments: list[str], _limit_s: float) -> tuple[int, str]:
        return self.left.pop(0), "FAILED a::b - it is wrong"


@pytest.mark.parametrize(
    ("statuses", "seconds", "outcome"),
    [
        ((0,), 99, "survived"),
        ((1,), 0, "killed"),
        ((1, 0), 99, "killed"),
        ((1, 1), 99, "untold"),
        ((TIMED_OUT, 0), 99, "timeout"),
        ((TIMED_OUT, TIMED_OUT), 99, "untold"),
    ],
)
def test_a_slow_failure_counts_only_where_the_unchanged_module_passes(
    statuses: tuple[int, ...], seconds: float, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter((0.0, seconds))
    monkeypatch.setattr(mutation.time, "monotonic", lambda: next(clock))
    runs, reach = Runs(*statuses), Reach({"a::b": 1.0}, {"m.py": {3: ["a::b"]}})
    mutant = Mutant(3, 3, "1  ->  2", "x = 2")
    assert mutation._try(cast(Sandbox, runs), reach, "m.py", mutant, 5.0).outcome == outcome
    assert runs.left == []


@pytest.mark.timeout(1300)
def test_faults_are_tried_counted_and_not_tried_again(tmp_path: Path) -> None:
    """Of a level meter: whatever is drawn, some are noticed, and a second call finds all results there."""
    results = tmp_path / "results.jsonl"
    call = [sys.executable, "-m", "tests.mutation", "desktop_app/capture/level.py", "--sample", "6"]
    said = []
    for _ in range(2):
        done = subprocess.run(
            [*call, "--seed", "1", "--results", str(results)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=600,  # six processes one after another, on the busiest machine
            check=True,
        )
        said.append(done.stdout.splitlines())
    found = [json.loads(line) for line in results.read_text().splitlines()]
    assert len(found) == 6
    noticed = sum(one["outcome"] in ("killed", "timeout") for one in found)
    assert noticed >= 3
    assert said[1][0] == "", "nothing was tried again"
    assert f"| all | 6 | {100 * noticed / 6:.1f} % (" in "\n".join(said[1])
    assert "np.abs(block)" in (CHECKOUT / "desktop_app" / "capture" / "level.py").read_text(), "only a copy is changed"
