"""What the window shows before the first recording."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app import paths
from desktop_app.ui.pages.scroll_page import ScrollPage
from desktop_app.ui.widgets.card import text_label


class EmptyPage(ScrollPage):
    """Invites the user to record or to open files.

    Signals:
        samples_asked: A list of (path, name), the samples to analyse.
    """

    samples_asked = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self.page)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(12)
        column.addStretch(2)
        self.title = text_label("title", self.tr("What does it sound like?"), wrap=True)
        self.sentence = text_label(
            "sentence", self.tr("Press Space and speak, or drop audio files anywhere in this window."), wrap=True
        )
        self.pack = text_label("quiet", self.tr("Getting ready…"), wrap=True)
        icon = QLabel()
        icon.setPixmap(QIcon(str(paths.assets() / "icons" / "voicekin.svg")).pixmap(QSize(72, 72)))
        icon.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(icon)
        column.addSpacing(8)
        for label in (self.title, self.sentence, self.pack):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        self.samples = QPushButton(self.tr("Try it with synthetic voices"))
        self.samples.setObjectName("flat")
        self.samples.clicked.connect(lambda: self.samples_asked.emit(self._samples()))
        column.addWidget(self.samples, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def show_pack(self, name: str, version: str, items: int) -> None:
        """Show that the pack is ready."""
        ready = self.tr("Ready: it compares what it hears with {0} recordings. Pack: {1} {2}.")
        self.pack.setText(ready.format(items, name, version))

    def show_microphone(self, there: bool) -> None:
        """Show whether there is a microphone."""
        without = self.tr("There is no microphone: plug one in, or drop audio files anywhere in this window.")
        self.sentence.setText(
            self.tr("Press Space and speak, or drop audio files anywhere in this window.") if there else without
        )

    def _samples(self) -> list[tuple[Path, str]]:
        """What scripts/samples.py made, named for how it is spoken: no synthetic voice is angry or sad."""
        folder = paths.assets() / "sample"
        return [
            (folder / "even.flac", self.tr("Synthetic voice, even")),
            (folder / "slow-and-low.flac", self.tr("Synthetic voice, slow and low")),
            (folder / "fast-and-loud.flac", self.tr("Synthetic voice, fast and loud")),
            (folder / "high-and-lively.flac", self.tr("Synthetic voice, high and lively")),
        ]

    def show_trouble(self, sentence: str) -> None:
        """Show that there is no pack."""
        self.pack.setText(sentence)
