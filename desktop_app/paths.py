"""The folders: of the files that ship with the app, and of the user's data."""

import os
from pathlib import Path

import platformdirs


def assets() -> Path:
    """The files that ship with the app: inside the package when installed or frozen, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "assets"
    return inside if inside.is_dir() else package.parent / "assets"


def default_pack() -> Path:
    """The pack that ships with the app."""
    return assets() / "packs" / "default"


def user_data() -> Path:
    """The folder of the user's data: recordings, voices, examples, installed packs. VOICEKIN_HOME overrides it."""
    home = os.environ.get("VOICEKIN_HOME")
    return Path(home) if home else Path(platformdirs.user_data_dir("voicekin", appauthor=False))


def user_log() -> Path:
    """The folder of the rotating log."""
    home = os.environ.get("VOICEKIN_HOME")
    return Path(home) / "log" if home else Path(platformdirs.user_log_dir("voicekin", appauthor=False))
