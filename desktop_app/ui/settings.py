"""The user's settings, stored in one small file; a damaged file does no harm."""

import json
import logging
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.ui import language

log = logging.getLogger(__name__)

THEMES = ("system", "light", "dark")
LANGUAGES = ("system", *language.LANGUAGES)
TEXT_SIZES = (80, 90, 100, 110, 125, 150, 175, 200)  # per cent of the system's

HOTKEYS = ("", "Ctrl+Alt+R", "Ctrl+Alt+Space", "Ctrl+Shift+F9")  # "Ctrl+Alt+R" types "®" on some keyboards


@dataclass(frozen=True)
class Settings:
    """Attributes:
    microphone_name, microphone_host_api: The microphone chosen last; "" for the system's default.
    theme, language: One of THEMES, LANGUAGES.
    text_size: One of TEXT_SIZES.
    keep_takes: Whether takes are kept after the app closes.
    remember_files: Whether files that were opened are in the library.
    library_limit_mb: The size of all takes from which the library warns, in MB; 0: no limit.
    listen_before_recording: Whether the microphone is open, for the level meter, before a recording begins.
    tray: Whether VoiceKin has an icon in the system tray.
    close_to_tray: Whether it keeps running there when the window is closed.
    hotkey: The key that records from any program, one of HOTKEYS; "": none.
    keep_example_audio: Whether the sound of an example is kept with it.
    corpora_folder: The folder of the published corpora, to play a pack's recordings; "" if not chosen.
    introduced: Whether the first-start page was read.
    geometry: The window's place and size as Qt writes it, in hex.
    """

    microphone_name: str = ""
    microphone_host_api: str = ""
    theme: str = "system"
    language: str = "system"
    text_size: int = 100
    keep_takes: bool = True
    remember_files: bool = True
    library_limit_mb: int = 0
    listen_before_recording: bool = True
    introduced: bool = False
    tray: bool = False
    close_to_tray: bool = False
    hotkey: str = ""
    keep_example_audio: bool = False
    corpora_folder: str = ""
    geometry: str = ""


class SettingsFile(QObject):
    """Reads the settings once and writes every change atomically.

    A file that can't be read is renamed and the defaults are used, see `was_broken`.

    Signals:
        changed: After `update`, with the new Settings.
    """

    changed = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.was_broken = False
        self.values = self._read()

    def update(self, **changes: Any) -> None:
        """Change some values and write them; if writing fails, that is logged and the change holds for this session."""
        new = replace(self.values, **changes)
        if new == self.values:
            return
        self.values = new
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(asdict(new), indent=2), encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            log.warning("settings not written: %s", error)
        self.changed.emit(new)

    def _read(self) -> Settings:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Settings()
        except (OSError, UnicodeDecodeError) as error:
            return self._set_aside(error)
        try:
            found = json.loads(text)
            if not isinstance(found, dict):
                raise ValueError("not an object")
        except ValueError as error:
            return self._set_aside(error)
        return Settings(**{f.name: found[f.name] for f in fields(Settings) if _fits(f.name, found.get(f.name))})

    def _set_aside(self, error: Exception) -> Settings:
        log.warning("settings unreadable, defaults used: %s", error)
        self.was_broken = True
        try:
            self.path.replace(self.path.with_suffix(".broken.json"))
        except OSError as why:
            log.warning("broken settings left in place: %s", why)
        return Settings()


def _fits(name: str, value: object) -> bool:
    """Whether a value from the file is valid; the default replaces one that is not."""
    if type(value) is not type(getattr(Settings(), name)):
        return False
    return value in {"theme": THEMES, "language": LANGUAGES, "text_size": TEXT_SIZES, "hotkey": HOTKEYS}.get(
        name, (value,)
    )
