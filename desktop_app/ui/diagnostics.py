"""What a bug report needs, as text: versions, screen, pack, and the end of the log. No sound, no names of files."""

import platform
import re
import sys
from pathlib import Path

import PySide6
from PySide6.QtGui import QGuiApplication

import desktop_app
from desktop_app import paths
from desktop_app.ui.recognition_owner import PackInfo

LOG_LINES = 60


def diagnostics(pack: PackInfo | None) -> str:
    """Lines of text for the clipboard; the user's home folder is written as ~."""
    screen = QGuiApplication.primaryScreen()
    lines = [
        f"VoiceKin {desktop_app.__version__}",
        f"Python {sys.version.split()[0]}, Qt {PySide6.__version__}, {QGuiApplication.platformName()}",
        f"{platform.platform()}, {platform.machine()}",
        f"Screen {screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():.2f}" if screen else "",
        f"Pack {pack.name} {pack.version}, {pack.items} recordings" if pack else "No pack",
        "",
        *last_lines(paths.user_log() / "voicekin.log"),
    ]
    text = "\n".join(lines)
    return re.sub(re.escape(str(Path.home())), "~", text) if Path.home() != Path("/") else text


def last_lines(log: Path) -> list[str]:
    """The end of the log, or a line that says there is none."""
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    except OSError:
        return ["(no log)"]
