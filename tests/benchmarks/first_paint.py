"""How long a program takes to show its window, from the moment that it is started: warm, the median of some starts.

    python -m tests.benchmarks.first_paint PROGRAM [PROGRAM ...] [--runs 7]

    python -m tests.benchmarks.first_paint build/VoiceKin/VoiceKin .venv/bin/voicekin

Seen from outside, the same way for every program: Xvfb keeps its screen in a file, and the first paint is when its
middle is no longer black. Programs take turns, so that what else the machine does meets all of them. A first round
that warms the disk's cache is not counted. Prints each median and its ratio to the last program's. Needs Xvfb.
"""

import argparse
import mmap
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

WIDTH, HEIGHT = 1280, 900
HEADER = 4096
"""What comes before the pixels in Xvfb's file (XWD) is less than this."""
LONGEST_S = 30.0
POLL_S = 0.002


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    print("load", " ".join(f"{load:.1f}" for load in os.getloadavg()))
    taken: dict[Path, list[float]] = {program: [] for program in arguments.programs}
    for counted in range(arguments.runs + 1):
        for program in taken:
            seconds = first_paint(program)
            if counted:
                taken[program].append(seconds)
    last = statistics.median(taken[arguments.programs[-1]])
    for program, seconds_of in taken.items():
        middle = statistics.median(seconds_of)
        print(
            f"{program}: median {middle:.2f} s, {min(seconds_of):.2f} to {max(seconds_of):.2f} "
            f"of {len(seconds_of)}; {middle / last:.2f} times the last"
        )


def first_paint(program: Path) -> float:
    """Seconds from the start of `program`, in a profile and on a display of its own, until its window is painted.

    Raises:
        SystemExit: Nothing was painted in LONGEST_S.
    """
    with tempfile.TemporaryDirectory() as folder:
        reading, writing = os.pipe()
        # -displayfd: the server chooses a free display and says which as soon as it is ready
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", folder],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as said:
            display = said.readline().strip()
        environment = {
            **{name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
            "DISPLAY": f":{display}",
            "VOICEKIN_HOME": f"{folder}/profile",
        }
        try:
            return _painted_after(program, environment, Path(folder) / "Xvfb_screen0")
        finally:
            server.terminate()
            server.wait()


def _painted_after(program: Path, environment: dict[str, str], screen: Path) -> float:
    with screen.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as pixels:
        middle = HEADER + WIDTH * 4 * (HEIGHT // 2)
        started = time.perf_counter()
        app = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not any(pixels[middle : middle + WIDTH * 4]):
                if app.poll() is not None or time.perf_counter() - started > LONGEST_S:
                    raise SystemExit(f"{program} painted nothing (exit status {app.poll()})")
                time.sleep(POLL_S)
            return time.perf_counter() - started
        finally:
            app.terminate()
            app.wait()


if __name__ == "__main__":
    main()
