"""One saved voice: its name, whether it learns, and every recording it has learnt from."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.errors import VoiceKinError
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.error_text import translated
from desktop_app.ui.jobs import Job
from desktop_app.ui.language import percent, translate, when
from desktop_app.ui.recognition_owner import KnownVoice, RecognitionOwner
from desktop_app.ui.undo import UndoStack
from desktop_app.ui.widgets.card import text_label

if TYPE_CHECKING:
    from desktop_app.engine.people.profiles import Contribution


class VoiceDialog(QDialog):
    """Changes apply at once and can be undone.

    Signals:
        shown: The list shows what the store holds.
    """

    shown = Signal()

    def __init__(
        self, owner: RecognitionOwner, voice: KnownVoice, undo: UndoStack, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Voice"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._owner, self._voice, self._undo = owner, voice, undo
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(undo.undo)
        owner.known_changed.connect(self._load)
        self.name = QLineEdit(voice.name)
        self.name.setAccessibleName(self.tr("Name of the voice"))
        self.name.editingFinished.connect(self._rename)
        self.settled = QProgressBar()
        self.settled.setRange(0, 100)
        self.settled.setAccessibleName(self.tr("How well the voice is known"))
        self.settled.setTextVisible(False)
        self.known = text_label("quiet")
        self.paused = QCheckBox(self.tr("Pause learning"))
        self.paused.setChecked(voice.paused)
        self.paused.clicked.connect(lambda on: self._then(owner.pause_voice(voice.key, on)))
        self.recordings = QListWidget()
        self.recordings.setAccessibleName(self.tr("Recordings that the voice has learnt from"))
        self.recordings.itemSelectionChanged.connect(self._selected)
        self.unlearn = QPushButton(self.tr("Take this recording out"))
        self.unlearn.setEnabled(False)
        self.unlearn.clicked.connect(self._unlearn)
        self.done_button = QPushButton(self.tr("Close"))
        self.done_button.clicked.connect(self.accept)
        self.message = text_label("small", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.unlearn)
        row.addStretch(1)
        row.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addWidget(self.name)
        known = QHBoxLayout()
        known.addWidget(self.settled, 1)
        known.addWidget(self.known)
        column.addLayout(known)
        column.addWidget(self.paused)
        column.addWidget(text_label("quiet", self.tr("Learnt from")))
        column.addWidget(self.recordings, 1)
        column.addWidget(text_label("small", privacy(), wrap=True))
        column.addWidget(self.message)
        column.addLayout(row)
        open_at(self, 460, 420)
        self._load()

    def _load(self) -> None:
        job = self._owner.list_contributions(self._voice.key)
        job.done.connect(self._show)
        job.failed.connect(self._say_error)

    def _show(self, contributions: "tuple[Contribution, ...]") -> None:
        voices = self._owner.known.voices if self._owner.known is not None else ()
        for voice in voices:
            if voice.key == self._voice.key:
                self._voice = voice
        if not self.name.hasFocus():
            self.name.setText(self._voice.name)
        self.settled.setValue(round(100 * self._voice.settled))
        self.known.setText(self.tr("{0} known").format(percent(self._voice.settled)))
        self.recordings.clear()
        for one in contributions:
            name = Path(one.origin).name or self.tr("A take")
            item = QListWidgetItem(f"{name}   {when(one.added)}")
            item.setData(Qt.ItemDataRole.UserRole, one.recording_id)
            self.recordings.addItem(item)
        self.shown.emit()

    def _selected(self) -> None:
        self.unlearn.setEnabled(bool(self.recordings.selectedItems()))

    def _rename(self) -> None:
        key, before, name = self._voice.key, self._voice.name, self.name.text().strip()
        if name == before:
            return
        job = self._owner.rename_voice(key, name)
        job.done.connect(
            lambda _: self._undo.push(
                self.tr("The voice “{0}” is now called “{1}”.").format(before, name),
                lambda: self._owner.rename_voice(key, before),
            )
        )
        self._then(job)

    def _unlearn(self) -> None:
        for item in self.recordings.selectedItems():
            job = self._owner.unlearn(self._voice.key, item.data(Qt.ItemDataRole.UserRole))
            job.done.connect(
                lambda removed: self._undo.push(
                    self.tr("The voice no longer rests on that recording."), lambda: self._owner.restore(removed)
                )
            )
            self._then(job)

    def _then(self, job: Job) -> None:
        job.done.connect(self.message.clear)
        job.failed.connect(self._say_error)

    def _say_error(self, error: Any) -> None:
        if isinstance(error, VoiceKinError):
            self.message.setText(translated(str(error)))


def privacy() -> str:
    """What is stored of a voice, and what that could be used for."""
    return translate(
        "VoiceDialog",
        "What is kept of a voice: figures of how it sounds, and a speaker embedding of each recording, 40 numbers that "
        "tell who a person is. That is biometric: it stays on this computer, goes when the voice is forgotten, and is "
        "in no exported file.",
    )
