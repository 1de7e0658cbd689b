"""The log, the diagnostics, and the program as it is started."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler

from desktop_app.ui import application
from desktop_app.ui.diagnostics import LOG_LINES, diagnostics

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("VOICEKIN_HOME", str(tmp_path))
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    before = qInstallMessageHandler(None)
    yield tmp_path / "log"
    qInstallMessageHandler(before)
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


@pytest.mark.usefixtures("qapp")
def test_the_log_rotates_and_its_end_is_in_the_diagnostics(log_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "LOG_BYTES", 20_000)
    application.log_to_file()
    for i in range(1_000):
        logging.getLogger("desktop_app").info("line %d at %s", i, Path.home() / "secret")
    assert sorted(p.name for p in log_folder.iterdir()) == ["voicekin.log", "voicekin.log.1"]
    assert all(p.stat().st_size <= 20_000 for p in log_folder.iterdir())
    text = diagnostics(None)
    assert "line 999" in text
    assert len(text.splitlines()) < LOG_LINES + 10
    if Path.home() != Path("/"):
        assert str(Path.home()) not in text


def test_a_log_folder_that_cannot_be_written_is_done_without(log_folder: Path) -> None:
    log_folder.write_text("in the way", encoding="utf-8")
    application.log_to_file()
    assert log_folder.is_file()


STARTS = """
import sys
import onnxruntime
from PySide6.QtCore import QTimer
from desktop_app.ui import application, window
shown = window.MainWindow.showEvent
def show_and_close(self, event):
    shown(self, event)
    self.owner.worker.submit(lambda _: None).finished.connect(self.close)
window.MainWindow.showEvent = show_and_close
sys.exit(application.run([]))
"""

OPENS_A_FILE = """
import sys
import onnxruntime
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFileOpenEvent
from desktop_app.ui import application, window
shown = window.MainWindow.showEvent
def show_and_open(self, event):
    shown(self, event)
    self.session.rowsInserted.connect(lambda: (print(self.session.entries()[0].path), self.close()))
    QCoreApplication.postEvent(QCoreApplication.instance(), QFileOpenEvent("/nowhere/interview.wav"))
window.MainWindow.showEvent = show_and_open
sys.exit(application.run([]))
"""


def test_a_file_that_the_desktop_opens_with_the_running_program_is_answered(tmp_path: Path) -> None:
    environment = {**os.environ, "VOICEKIN_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", OPENS_A_FILE]
    program = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert Path(program.stdout.strip()) == Path("/nowhere/interview.wav")


def test_the_program_starts_and_ends_quietly(tmp_path: Path) -> None:
    environment = {**os.environ, "VOICEKIN_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    program = subprocess.run(
        [sys.executable, "-c", STARTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    assert program.stdout == ""
    assert "starts" in (tmp_path / "log" / "voicekin.log").read_text(encoding="utf-8")
    assert (tmp_path / "settings.json").exists()
