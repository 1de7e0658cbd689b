"""Pictures of every page and dialog of the real app, on recordings that it is given.

    python scripts/screenshots.py FOLDER FILE FILE ... --conversation FILE FILE ...
    python scripts/screenshots.py FOLDER FILE ... --sizes 1024x700 1440x900 1920x1080 --themes light dark --language de
    python scripts/screenshots.py --animation FOLDER FILE FILE ...

The files are dropped on the window, heard live through a fake microphone, and joined to a long recording (--minutes of
it); those of people who take turns are joined to a conversation. With several sizes or themes each picture comes in all
of them. The animation, voicekin.webp, shows the files answered and the same live, as it happens. Without a display it
draws offscreen. The pictures in docs/pictures have the names they have here and are of synthetic voices, which
espeak-ng speaks.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from desktop_app import paths  # isort: skip - before ONNX Runtime, whose reports to its maker it switches off

import numpy as np
import numpy.typing as npt
import onnxruntime  # noqa: F401 - before PySide6, as the app does
import soundfile
from PIL import Image
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from desktop_app.capture.fake import FakeMicrophones, FakeSource
from desktop_app.engine.sound.audio import SAMPLE_RATE, load_audio
from desktop_app.ui.application import build
from desktop_app.ui.capture_model import MicState
from desktop_app.ui.crash_box import CrashBox
from desktop_app.ui.dialogs.about_dialog import AboutDialog
from desktop_app.ui.dialogs.examples_dialog import ExamplesDialog
from desktop_app.ui.dialogs.guided_minute_dialog import GuidedMinuteDialog
from desktop_app.ui.dialogs.side_by_side_dialog import SideBySideDialog
from desktop_app.ui.dialogs.voice_dialog import VoiceDialog
from desktop_app.ui.jobs import Job
from desktop_app.ui.panels.notice import NoticeLine
from desktop_app.ui.report import html_report
from desktop_app.ui.session import Entry, EntryState
from desktop_app.ui.settings import LANGUAGES, TEXT_SIZES, THEMES, SettingsFile
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow

LIVE_ANSWERS = 60  # about ten seconds
LIVE_LEVEL = 0.4  # of what the files have, so that nothing is too loud
SETTLED_S = 0.4  # what a page needs to come to rest: timers of a few tenths of a second
LIMIT_S = 900.0  # what is waited for longer never comes

ANIMATION_WIDTH = 1000  # pixels
FRAME_S = 0.2
QUALITY = 60  # of WebP, 0 to 100: text stays sharp
REPORT_WIDTH = 760  # pixels


class Camera:
    """Takes each picture in all sizes and themes."""

    def __init__(
        self, app: QApplication, theme: Theme, folder: Path, sizes: list[QSize], themes: list[str], text: int
    ) -> None:
        self._app, self._theme, self._folder = app, theme, folder
        self._sizes, self._themes, self._text = sizes, themes, text
        self.window: MainWindow | None = None

    def until(self, condition: Callable[[], bool]) -> None:
        """Lets the app run until something holds."""
        end = monotonic() + LIMIT_S
        while not condition():
            self._app.processEvents()
            sleep(0.002)  # for the threads that the window waits for
            if monotonic() > end:
                raise TimeoutError("the window does not come to what is to be drawn")

    def rest(self, seconds: float = SETTLED_S) -> None:
        """Lets the app run for so long."""
        end = monotonic() + seconds
        self.until(lambda: monotonic() > end)

    def page(self, name: str, before: Callable[[], object] = lambda: None) -> None:
        """The whole window; `before` brings into view what a change of size has moved."""
        assert self.window is not None
        view = self.window.map.view
        for theme in self._in_themes():
            for size in self._sizes:
                self.window.resize(size)
                self._app.processEvents()
                before()
                self._app.processEvents()
                self.until(lambda: view.is_painted or view.visibleRegion().isEmpty())
                if len(self._sizes) == 1:
                    self.rest()
                self._app.processEvents()
                self._save(self.window.grab().toImage(), name, theme, size)
        self.window.resize(self._sizes[0])

    def other(self, name: str, widget: QWidget) -> None:
        """Another window, as large as it comes."""
        for theme in self._in_themes():
            self.rest()
            self._save(widget.grab().toImage(), name, theme, None)

    def dialog(self, name: str, dialog: QDialog) -> None:
        """A dialog, which is closed afterwards."""
        dialog.open()
        self.rest()
        self.other(name, dialog)
        dialog.close()

    def menu(self, name: str, menu: QMenu) -> None:
        """An open menu."""
        menu.popup(QPoint())
        self.rest(0.1)
        self._save(menu.grab().toImage(), name, self._themes[0], None)
        menu.close()

    def document(self, name: str, html: str) -> None:
        """What a browser shows, as far as rich text does."""
        document = QTextDocument()
        document.setHtml(html)
        document.setTextWidth(REPORT_WIDTH)
        image = QImage(document.size().toSize(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        document.drawContents(painter, QRectF(image.rect()))
        painter.end()
        self._save(image, name, self._themes[0], None)

    def _in_themes(self) -> Iterator[str]:
        for theme in (*self._themes[1:], self._themes[0]):
            self._theme.choose(theme, self._text)
            self._app.processEvents()
            yield theme

    def _save(self, image: QImage, name: str, theme: str, size: QSize | None) -> None:
        parts = [name]
        if len(self._themes) > 1:
            parts.append(theme)
        if size is not None and len(self._sizes) > 1:
            parts.append(f"{size.width()}x{size.height()}")
        image.save(str(self._folder / f"{'-'.join(parts)}.png"))


class Tour:
    """Leads through the whole app, and has a picture taken at every stop."""

    def __init__(self, window: MainWindow, camera: Camera, source: FakeSource, microphones: FakeMicrophones) -> None:
        self._window, self._camera, self._source, self._microphones = window, camera, source, microphones
        camera.window = window

    def begin(self) -> None:
        """The first page, the microphone, and nothing yet."""
        window, camera = self._window, self._camera
        camera.until(lambda: window.owner.known is not None)
        camera.page("first-start")
        self._microphones.plugged.clear()
        window.first_start.button.click()
        camera.until(lambda: window.capture.state is MicState.NONE)
        camera.page("empty-no-microphone")
        self._microphones.plugged.append(self._source)
        window.capture.refresh()
        camera.until(lambda: window.capture.state is MicState.READY)
        camera.page("empty")
        window.show_library()
        camera.page("library-empty")
        window.show_results()
        camera.page("results-empty")
        window.drop_hint.set_shown(True)
        camera.page("drop")
        window.drop_hint.set_shown(False)

    def answers(self, files: list[Path], silent: Path, broken: Path) -> None:
        """The files answered, one of them in full, and what can't be answered."""
        window, camera = self._window, self._camera
        window.open_paths(tuple(path.resolve() for path in files))
        camera.until(lambda: window.queue.is_running)
        window.queue.pause(True)
        camera.page("results-paused")
        window.queue.pause(False)
        self._all_answered()
        surest = max(window.session.entries(), key=lambda e: e.recognition.confidence if e.recognition else 0.0)
        window.recordings.select(surest)
        camera.page("answer")
        area, page = window.answer_page.area, window.answer_page
        what_if = window.what_if
        what_if.heading.setChecked(True)
        what_if.k.setValue(60)
        what_if.alpha.setValue(14)
        camera.until(lambda: "60" in window.neighbours.more.text())
        camera.rest()
        camera.page("what-if", lambda: area.ensureWidgetVisible(what_if, 0, 60))
        what_if.reset.click()
        what_if.heading.setChecked(False)
        bar = area.verticalScrollBar()
        camera.page("neighbours", lambda: bar.setValue(bar.maximum()))
        camera.page("why", lambda: area.ensureWidgetVisible(page.that_was, 0, 160))
        for name, path in (("silent", silent), ("failed", broken)):
            self.show(path)
            camera.page(name)
        self._notices(surest)
        window.show_results()
        window.results.table.selectRow(0)
        camera.rest()
        camera.page("results")
        camera.dialog("side-by-side", self._side_by_side())
        camera.menu("menu-file", window.menuBar().actions()[0].menu())
        camera.menu("menu-view", window.view_menu)
        camera.menu("menu-export", window.export.menu)

    def _notices(self, entry: Entry) -> None:
        window, camera = self._window, self._camera
        window.takes.clear((entry,))
        window.capture.device_gone.emit(self._source.name, False)
        camera.page("notices")
        window.undo.undo()
        for line in window.notice.findChildren(NoticeLine):
            line.close_button.click()
        camera.until(lambda: window.ask_again.is_idle)

    def _side_by_side(self) -> SideBySideDialog:
        answered = [e for e in self._window.session.entries() if e.recognition is not None][:2]
        return SideBySideDialog((answered[0], answered[1]), self._window.session, self._camera._theme, self._window)

    def long(self, path: Path) -> None:
        """A long recording."""
        window, camera = self._window, self._camera
        self.show(path)
        area = window.answer_page.area
        camera.page("long")
        camera.page("long-passages", lambda: area.ensureWidgetVisible(window.answer_page.passages, 0, 400))
        window.timeline.spectrogram.setChecked(True)
        window.timeline.pitch.setChecked(True)
        camera.rest(2.0)
        area.verticalScrollBar().setValue(0)
        camera.page("long-spectrogram")
        window.timeline.spectrogram.setChecked(False)
        window.timeline.pitch.setChecked(False)
        entry = window.session.entries()[-1]
        if entry.recognition is not None:
            camera.document("report", html_report(entry.recognition, path.with_suffix(".html")).decode())

    def conversation(self, path: Path) -> None:
        """Two people."""
        window, camera = self._window, self._camera
        self.show(path)
        panel, area = window.answer_page.speakers, window.answer_page.area
        panel.count.setCurrentIndex(panel.count.findData(2))
        panel.count.activated.emit(panel.count.currentIndex())
        newest = window.session.entries
        camera.until(lambda: bool(newest()[-1].recognition and newest()[-1].recognition.speakers))
        camera.until(lambda: not newest()[-1].is_stale)
        camera.page("two-people")
        camera.page("two-people-lanes", lambda: area.ensureWidgetVisible(panel, 0, 60))

    def live(self, sound: npt.NDArray[np.float32]) -> None:
        """A recording under way, in the window and in the small one."""
        window, camera = self._window, self._camera
        window.small.open()
        camera.rest()
        camera.other("small", window.small)
        window.small.close()
        heard: list[object] = []
        window.live.answered.connect(lambda _, shares: heard.append(shares))
        window.record.button.click()
        self._source.play(LIVE_LEVEL * sound)
        camera.until(lambda: len(heard) >= LIVE_ANSWERS and heard[-1] is not None)
        camera.page("live")
        window.small.open()
        camera.rest(1.0)
        camera.other("small-live", window.small)
        window.record.button.click()
        self._all_answered()
        camera.rest()
        camera.other("small-answered", window.small)
        window.small.close()
        camera.page("take")

    def people(self) -> None:
        """Voices, examples, and the library with all of it."""
        window, camera = self._window, self._camera
        heard = [e.answered for e in window.session.entries() if e.answered is not None and not e.is_take][:6]
        self._finished(window.owner.learn_all("Anna", tuple(heard)))
        for answered in heard[:4]:
            self._finished(window.owner.add_example(answered, answered.recognition.label, None))
        known = window.owner.known
        assert known is not None
        if known.voices:
            voice = known.voices[0]
            window.owner.voice = voice.key
            window.voice.show_known(known, voice.key)
            camera.until(lambda: window.ask_again.is_idle)
            window.recordings.select(window.session.entries()[0])
            camera.page("answer-known")
            camera.dialog("voice", VoiceDialog(window.owner, voice, window.undo, window))
            camera.dialog("minute", GuidedMinuteDialog(window.owner, window.capture, voice, window))
        camera.dialog("examples", ExamplesDialog(window.owner, window.playback, window.undo, window))
        window.show_library()
        camera.rest(1.0)
        camera.page("library")
        window.library_page.table.selectRow(0)
        window.library_page.filter.setText("nothing of this name")
        camera.page("library-nothing-found")
        window.library_page.filter.setText("")

    def dialogs(self) -> None:
        """The others."""
        window, camera = self._window, self._camera
        camera.dialog("settings", window.show_settings())
        packs = window.show_packs()
        camera.rest(1.5)
        camera.dialog("packs", packs)
        camera.dialog("about", AboutDialog(window.owner.pack, window))
        camera.dialog("bug", CrashBox(RuntimeError("index out of range"), window.owner.pack, window))
        window.voice.new_asked.emit()
        camera.dialog("question", window.findChildren(QDialog)[-1])

    def show(self, path: Path) -> None:
        """A file, answered, or failed."""
        newest = self._window.session.entries
        self._window.open_paths((path,))
        done = (EntryState.DONE, EntryState.FAILED)
        self._camera.until(lambda: bool(newest()) and newest()[-1].name == path.name and newest()[-1].state in done)
        self._window.recordings.select(newest()[-1])

    def _all_answered(self) -> None:
        done, window = (EntryState.DONE, EntryState.FAILED), self._window
        self._camera.until(
            lambda: (
                window.capture.state is not MicState.STOPPING
                and window.session.rowCount() > 0
                and all(e.state in done for e in window.session.entries())
            )
        )

    def _finished(self, job: Job) -> None:
        over: list[object] = []
        job.finished.connect(lambda: over.append(None))
        self._camera.until(lambda: bool(over))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--animation", action="store_true", help="make voicekin.webp, and no still pictures")
    parser.add_argument("--pack", type=Path, default=paths.default_pack())
    parser.add_argument("--sizes", nargs="+", default=["1240x860"], help="of the window, WIDTHxHEIGHT")
    parser.add_argument("--language", default="en", choices=LANGUAGES[1:])
    parser.add_argument("--themes", nargs="+", default=["light"], choices=THEMES[1:])
    parser.add_argument("--text", type=int, default=100, choices=TEXT_SIZES, help="size of text, per cent")
    parser.add_argument("--scale", type=int, default=2, help="pixels of a picture a pixel of the window")
    parser.add_argument("--conversation", nargs="*", type=Path, default=[], help="files of people who take turns")
    parser.add_argument("--minutes", type=float, default=6.0, help="length of the long recording")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    sizes = [QSize(*map(int, size.split("x"))) for size in arguments.sizes]
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ["QT_SCALE_FACTOR"] = str(arguments.scale)
        os.environ.setdefault("QT_QPA_PLATFORM", _screen_of(sizes, arguments.scale, home / "screen.json"))
        app = QApplication([])
        settings = SettingsFile(home / "settings.json")
        settings.update(theme=arguments.themes[0], language=arguments.language, text_size=arguments.text)
        source = FakeSource("USB Microphone")
        microphones = FakeMicrophones(source)
        window = build(app, home, microphones, arguments.pack)
        window.resize(sizes[0])
        window.show()
        if arguments.animation:
            animate(app, window, source, arguments.folder, arguments.files)
            return
        camera = Camera(app, window.results._theme, arguments.folder, sizes, arguments.themes, arguments.text)
        tour = Tour(window, camera, source, microphones)
        tour.begin()
        tour.answers(arguments.files, *unanswerable(home))
        long = home / "A long recording.wav"
        write_long(long, arguments.files, arguments.minutes * 60)
        tour.long(long)
        if arguments.conversation:
            talk = home / "An interview.wav"
            write_talk(talk, arguments.conversation, arguments.minutes * 20)
            tour.conversation(talk)
        tour.live(speech(arguments.files * 20))
        tour.people()
        tour.dialogs()
        window.close()


def animate(app: QApplication, window: MainWindow, source: FakeSource, folder: Path, files: list[Path]) -> None:
    """voicekin.webp: files answered, then the same live."""
    film = Film(app, window)
    while window.owner.known is None:
        app.processEvents()
    window.first_start.button.click()
    film.roll(0.8)
    window.open_paths(tuple(path.resolve() for path in files))
    done = (EntryState.DONE, EntryState.FAILED)
    while not window.session.rowCount() or not all(e.state in done for e in window.session.entries()):
        film.roll(FRAME_S)
    for entry in window.session.entries():
        window.recordings.select(entry)
        film.roll(1.4)
    source.play(LIVE_LEVEL * speech(files))
    window.record.button.click()
    while not source.played.is_set():
        film.roll(FRAME_S)
    window.record.button.click()
    while window.session.rowCount() == len(files) or not all(e.state in done for e in window.session.entries()):
        film.roll(FRAME_S)
    film.roll(3.0)
    film.write(folder / "voicekin.webp")
    window.close()


def _screen_of(sizes: list[QSize], scale: int, path: Path) -> str:
    """An offscreen platform with a screen that the largest of the sizes fits."""
    width, height = max(size.width() for size in sizes), max(size.height() for size in sizes)
    screen = {
        "name": "one",
        "x": 0,
        "y": 0,
        "width": scale * width,
        "height": scale * height,
        "logicalDpi": 96,
        "dpr": 1,
    }
    path.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    return f"offscreen:configfile={path}"


def unanswerable(folder: Path) -> tuple[Path, Path]:
    """A recording without a word, and a file that is none."""
    silent, broken = folder / "Nobody speaks.wav", folder / "Cut off.wav"
    soundfile.write(silent, np.zeros(3 * SAMPLE_RATE, np.float32), SAMPLE_RATE)
    broken.write_bytes(silent.read_bytes()[:30])
    return silent, broken


def speech(files: list[Path]) -> npt.NDArray[np.float32]:
    """The files one after the other."""
    return np.concatenate([load_audio(path).samples for path in files])


class Film:
    """What a window shows as time passes."""

    def __init__(self, app: QApplication, window: QWidget) -> None:
        self._app, self._window = app, window
        self._frames: list[Image.Image] = []
        self._next = 0.0

    def roll(self, seconds: float) -> None:
        """Lets the app run for so long and takes a frame whenever one is due."""
        end = monotonic() + seconds
        while monotonic() < end:
            self._app.processEvents()
            if monotonic() >= self._next:
                self._next = monotonic() + FRAME_S
                self._take()

    def write(self, path: Path) -> None:
        """All frames, over and over."""
        height = round(self._window.height() * ANIMATION_WIDTH / self._window.width())
        first, *rest = [f.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS) for f in self._frames]
        milliseconds = round(FRAME_S * 1000)
        first.save(path, save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=QUALITY, method=6)

    def _take(self) -> None:
        image = self._window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        size, line = (image.width(), image.height()), image.bytesPerLine()
        self._frames.append(Image.frombytes("RGB", size, bytes(image.constBits()), "raw", "RGB", line))


def write_long(path: Path, files: list[Path], seconds: float) -> None:
    """The files in any order, each a few times, until it is so long."""
    rng, parts, n = np.random.default_rng(0), [], 0
    while n < seconds * SAMPLE_RATE:
        at = int(rng.integers(len(files)))
        for _ in range(int(rng.integers(1, 6))):
            parts += [load_audio(files[at]).samples, np.zeros(SAMPLE_RATE // 2, np.float32)]
            n += len(parts[-2]) + len(parts[-1])
    soundfile.write(path, np.concatenate(parts), SAMPLE_RATE)


def write_talk(path: Path, files: list[Path], seconds: float) -> None:
    """The files in turn, again and again, until it is so long."""
    parts = [part for f in files for part in (load_audio(f).samples, np.zeros(SAMPLE_RATE // 3, np.float32))]
    once = np.concatenate(parts)
    soundfile.write(path, np.tile(once, max(1, round(seconds * SAMPLE_RATE / len(once)))), SAMPLE_RATE)


if __name__ == "__main__":
    main()
