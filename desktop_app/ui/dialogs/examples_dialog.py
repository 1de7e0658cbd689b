"""The user's own examples: to play, correct, remove and export them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_app.errors import VoiceKinError
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.error_text import translated
from desktop_app.ui.jobs import while_alive
from desktop_app.ui.language import clock, label_name, when
from desktop_app.ui.playback import Playback
from desktop_app.ui.recognition_owner import RecognitionOwner
from desktop_app.ui.undo import Change, UndoStack
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.choice import Choice

if TYPE_CHECKING:
    from desktop_app.engine.people.examples import Example
    from desktop_app.engine.people.exchange import Exported, Imported
    from desktop_app.engine.people.removed import Removed

LABEL, VOICE, ORIGIN, ADDED, LENGTH = range(5)
SUFFIX = ".vkexamples"


class ExamplesDialog(QDialog):
    """A table of the examples and what can be done with those selected.

    Signals:
        shown: The table shows what the store holds.
    """

    shown = Signal()

    def __init__(
        self, owner: RecognitionOwner, playback: Playback, undo: UndoStack, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("My examples"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._owner, self._playback, self._undo = owner, playback, undo
        self._examples: tuple[Example, ...] = ()
        self._mine: Change | None = None
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self).activated.connect(undo.undo)
        self._make()
        self._lay_out()
        open_at(self, 760, 480)
        owner.known_changed.connect(self._load)
        undo.gone.connect(self._taken_back)
        self._load()

    def _make(self) -> None:
        self.table = QTableWidget(0, 5)
        self.table.setHorizontalHeaderLabels(
            [self.tr("It was"), self.tr("Voice"), self.tr("Recording"), self.tr("Added"), self.tr("Length")]
        )
        self.table.setAccessibleName(self.tr("My examples"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setSectionResizeMode(ORIGIN, QHeaderView.ResizeMode.Stretch)
        for column in (LABEL, VOICE, ADDED, LENGTH):
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.table.itemSelectionChanged.connect(self._selected)
        self.listen = QPushButton(self.tr("Listen"))
        self.listen.clicked.connect(self._play)
        self.label = Choice(self.tr("What the selected examples were"))
        self.label.setEditable(True)
        self.label.addItems([label_name(one) for one in self._labels()])
        self.relabel = QPushButton(self.tr("Correct"))
        self.relabel.clicked.connect(self._relabel)
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.clicked.connect(lambda: self._remove([e.id for e in self._chosen()]))
        self.remove_all = QPushButton(self.tr("Remove all"))
        self.remove_all.clicked.connect(lambda: self._remove([e.id for e in self._examples]))
        self.undo = QPushButton(self.tr("Undo"))
        self.undo.clicked.connect(lambda: self._undo.undo(self._mine))
        self.undo.hide()
        self.export = QPushButton(self.tr("Export…"))
        self.export.clicked.connect(self._ask_export)
        self.take_in = QPushButton(self.tr("Import…"))
        self.take_in.clicked.connect(self._ask_import)
        self.done_button = QPushButton(self.tr("Close"))
        self.done_button.clicked.connect(self.accept)
        self.message = text_label("small", wrap=True)

    def _lay_out(self) -> None:
        chosen, whole = QHBoxLayout(), QHBoxLayout()
        for widget in (self.listen, self.label, self.relabel, self.remove):
            chosen.addWidget(widget)
        chosen.addStretch(1)
        for widget in (self.export, self.take_in, self.remove_all, self.undo):
            whole.addWidget(widget)
        whole.addStretch(1)
        whole.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addWidget(
            text_label(
                "sentence", self.tr("Recordings you labelled. Select one to hear, correct or remove it."), wrap=True
            )
        )
        column.addWidget(self.table, 1)
        column.addLayout(chosen)
        column.addWidget(self.message)
        column.addLayout(whole)

    def _load(self) -> None:
        job = self._owner.list_examples()
        job.done.connect(self._show)
        job.failed.connect(self._say_error)

    def _show(self, found: "tuple[tuple[Example, ...], int]") -> None:
        self._examples, unheard = found
        names = {v.key: v.name for v in self._owner.known.voices} if self._owner.known is not None else {}
        self.table.setRowCount(len(self._examples))
        for row, example in enumerate(self._examples):
            texts = (
                label_name(example.label),
                names.get(self._owner.key_of(example.voice_id), "") if example.voice_id is not None else "",
                Path(example.origin).name,
                when(example.added),
                clock(example.duration_s),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column == ORIGIN:
                    item.setToolTip(example.origin)
                self.table.setItem(row, column, item)
        self.remove_all.setEnabled(bool(self._examples))
        self.export.setEnabled(bool(self._examples))
        if unheard:
            self.message.setText(
                self.tr("The pack in use has not heard {0} of these; it can where the sound was kept.").format(unheard)
            )
        self._selected()
        self.shown.emit()

    def _selected(self) -> None:
        chosen = self._chosen()
        for widget in (self.label, self.relabel, self.remove):
            widget.setEnabled(bool(chosen))
        self.listen.setEnabled(len(chosen) == 1 and chosen[0].audio is not None)
        if chosen:
            self.label.setCurrentText(label_name(chosen[0].label))

    def _chosen(self) -> "list[Example]":
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        return [self._examples[row] for row in rows]

    def _labels(self) -> tuple[str, ...]:
        pack = self._owner.pack.labels if self._owner.pack is not None else ()
        own = self._owner.known.own_labels if self._owner.known is not None else ()
        return (*pack, *own)

    def _play(self) -> None:
        for example in self._chosen():
            if example.audio is not None:
                self._playback.toggle(example.audio)

    def _relabel(self) -> None:
        typed = self.label.currentText()
        label = next((one for one in self._labels() if label_name(one) == typed), typed)
        before = {e.id: e.label for e in self._chosen()}
        job = self._owner.relabel_examples(dict.fromkeys(before, label))
        job.done.connect(while_alive(self, lambda _: self._corrected(before, label)))
        job.failed.connect(self._say_error)

    def _corrected(self, before: dict[int, str], label: str) -> None:
        sentence = self.tr("Corrected to “{0}”: {1}.").format(label_name(label), len(before))
        self._did(sentence, lambda: self._owner.relabel_examples(before))

    def _remove(self, ids: list[int]) -> None:
        job = self._owner.remove_examples(ids)
        job.done.connect(self._removal)
        job.failed.connect(self._say_error)

    def _removal(self, removed: "Removed") -> None:
        sentence = self.tr("Removed examples: {0}.").format(len(removed.examples))
        self._did(sentence, lambda: self._owner.restore(removed))

    def _did(self, sentence: str, take_back: Callable[[], object]) -> None:
        self._mine = self._undo.push(sentence, take_back)
        self.undo.show()
        self.message.setText(sentence)

    def _taken_back(self, change: Change) -> None:
        if change is self._mine:
            self._mine = None
            self.undo.hide()
            self.message.clear()

    def _ask_export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Export my voices and examples"), f"VoiceKin{SUFFIX}")
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Write voices and examples to a file; the user has agreed to replace an existing one."""
        job = self._owner.export_known(path)
        job.done.connect(while_alive(self, partial(self._exported, path)))
        job.failed.connect(self._say_error)

    def _exported(self, path: Path, done: "Exported") -> None:
        self.message.setText(
            self.tr("Wrote {0} examples and {1} voices to {2}.").format(done.examples, done.voices, path.name)
        )

    def _ask_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import voices and examples"), "", f"VoiceKin (*{SUFFIX});;* (*)"
        )
        if name:
            self.import_from(Path(name))

    def import_from(self, path: Path) -> None:
        """Import an exported file."""
        job = self._owner.import_known(path)
        job.done.connect(self._imported)
        job.failed.connect(self._say_error)

    def _imported(self, done: "Imported") -> None:
        self.message.setText(
            self.tr("Imported {0} examples and {1} voices; {2} examples were there already.").format(
                done.examples, done.voices, done.already_there
            )
        )

    def _say_error(self, error: Any) -> None:
        if isinstance(error, VoiceKinError):
            self.message.setText(translated(str(error)))
