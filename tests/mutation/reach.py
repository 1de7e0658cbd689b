"""Which tests reach which line, and how much processor time each takes: one run under `coverage`, kept until a file
changes."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

from tests.mutation.sandbox import OURS, Sandbox

SHARED = "shared"
"""The context of what runs while modules are imported and while fixtures are made that several tests use."""


@dataclass(frozen=True)
class Reach:
    """Processor seconds of each test that passes, and for each module and line the tests that reach it, or SHARED."""

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def tests(self, module: str, line: int, last_line: int) -> list[str]:
        """Those that reach one of the lines; all, where it is reached on behalf of several."""
        of_module = self.lines.get(module, {})
        reached = {test for number in range(line, last_line + 1) for test in of_module.get(number, [])}
        if SHARED in reached:
            return [*self.seconds]
        return [test for test in self.seconds if test in reached]


def reach_of(sandbox: Sandbox, areas: Sequence[str], kept: Path, limit_s: float) -> Reach:
    """Runs the tests of the areas once, or takes what an earlier call kept."""
    digest = _digest(sandbox.root, areas)
    found = kept / f"reach-{digest}.json"
    if not found.exists():
        recorder = _Recorder(sandbox.root, found)
        arguments = ["-q", "-p", "no:cacheprovider", *areas]
        status, said = sandbox.run(arguments, limit_s, [recorder], recorder.begin, recorder.write, keep_compiled=True)
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not found.exists():
            found.unlink(missing_ok=True)
            raise SystemExit(f"The tests of {', '.join(areas)} ended with {status}:\n{said}")
    data = json.loads(found.read_text(encoding="utf-8"))
    lines = {module: {int(n): tests for n, tests in of.items()} for module, of in data["lines"].items()}
    return Reach(data["seconds"], lines)


def _digest(root: Path, areas: Sequence[str]) -> str:
    digest = hashlib.sha256(" ".join(areas).encode())
    for folder in (*(name for name in OURS if name != "tests"), *areas):
        for path in sorted((root / folder).rglob("*.py")) if (root / folder).is_dir() else [root / folder]:
            digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:12]


def _spent() -> float:
    """Seconds of processor time so far, of this process and of those that it has waited for."""
    return sum(os.times()[:4])


class _Recorder:
    """A plugin of pytest that tells coverage whose turn it is."""

    def __init__(self, root: Path, found: Path) -> None:
        self._found, self._root = found, root
        source = [str(root / name) for name in OURS if name != "tests"]
        self._coverage = coverage.Coverage(data_file=None, source=source, config_file=False, messages=False)
        self._current = SHARED
        self._begun: dict[str, float] = {}
        self._seconds: dict[str, float] = {}
        self._failed: set[str] = set()

    def begin(self) -> None:
        """Before pytest imports what a conftest imports."""
        self._coverage.start()
        self._coverage.switch_context(SHARED)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._begun[nodeid] = _spent()
        self._switch(nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._seconds[nodeid] = _spent() - self._begun[nodeid]
        self._switch(SHARED)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if not report.passed:  # skipped as well
            self._failed.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        before = self._current
        if fixturedef.scope != "function":
            self._switch(SHARED)
        try:
            return (yield)
        finally:
            self._switch(before)

    def _switch(self, context: str) -> None:
        self._current = context
        self._coverage.switch_context(context)

    def write(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        passed = {test: s for test, s in self._seconds.items() if test not in self._failed}
        lines: dict[str, dict[int, list[str]]] = {}
        for file in data.measured_files():
            found = {}
            for line, contexts in data.contexts_by_lineno(file).items():
                named = {c or SHARED for c in contexts}
                found[line] = sorted(named & {SHARED, *passed})
            lines[Path(file).relative_to(self._root).as_posix()] = found
        beside = self._found.with_suffix(".part")
        beside.write_text(json.dumps({"seconds": passed, "lines": lines}), encoding="utf-8")
        beside.replace(self._found)
