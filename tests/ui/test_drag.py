"""A real file dragged with a real pointer from another program's window onto ours."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ABSENT = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"{', '.join(ABSENT)} not installed")


def test_a_file_is_dragged_from_another_window(
    display: str, wav: Callable[..., Path], tiny_pack: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "VOICEKIN_HOME": str(tmp_path / "home")}

    def start(*arguments: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tests.ui.two_windows", *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    programs = [start("source", wav("happy", 4, name="größe.wav")), start("target", tiny_pack, tmp_path / "home")]
    try:
        places = []
        for program in programs:
            assert program.stdout is not None
            word, *place = program.stdout.readline().split()
            assert word == "ready"
            places.append(place)
        (from_x, from_y), (to_x, to_y) = places
        steps = [
            *("mousemove", from_x, from_y, "mousedown", "1"),
            # in steps: a drag begins with a move, and the target is told of each
            *(word for i in range(1, 21) for word in _between(places, i / 20)),
            *("mousemove", to_x, to_y, "sleep", "0.3", "mouseup", "1"),
        ]
        subprocess.run(["xdotool", *steps], env=environment, check=True, timeout=60)
        target = programs[1]
        assert target.stdout is not None
        assert target.stdout.readline().split() == ["answer", "größe.wav", "happy"]
    finally:
        for program in programs:
            program.terminate()
            program.wait(timeout=20)
            assert program.stdout is not None
            program.stdout.close()


def _between(places: list[list[str]], share: float) -> tuple[str, ...]:
    (from_x, from_y), (to_x, to_y) = (tuple(map(int, place)) for place in places)
    x, y = from_x + share * (to_x - from_x), from_y + share * (to_y - from_y)
    return ("mousemove", str(round(x)), str(round(y)), "sleep", "0.03")
