"""Exporting from the window: the menu, the choice of a file, and the question whether to replace an existing one."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QWidget

from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition
from desktop_app.errors import TargetExists
from desktop_app.ui.jobs import JobState, Worker
from desktop_app.ui.language import translate
from desktop_app.ui.session import Entry, EntryState

if TYPE_CHECKING:
    from desktop_app.engine.exports import ExportFormat

# the names in engine.exports.FORMATS and their titles; the formats themselves are imported when one is chosen
NAMES = ("html", "pdf", "csv", "segments-csv", "jsonl", "textgrid", "eaf", "audacity", "rttm", "srt", "svg", "png")


class ExportActions(QObject):
    """The export menu.

    Signals:
        told: A sentence for the user.
    """

    told = Signal(str)

    def __init__(self, worker: Worker, entries: Callable[[], Sequence[Entry]], window: QWidget) -> None:
        """`entries` returns the recordings to export."""
        super().__init__(window)
        self._worker = worker
        self._entries = entries
        self._window = window
        self.menu = QMenu(translate("Export", "&Export"), window)
        self.actions: dict[str, QAction] = {}
        titles = (
            translate("Export", "Report (HTML)…"),
            translate("Export", "Report (PDF)…"),
            translate("Export", "Table of recordings (CSV)…"),
            translate("Export", "Table of segments (CSV)…"),
            translate("Export", "JSON lines…"),
            translate("Export", "Praat TextGrid…"),
            translate("Export", "ELAN annotations…"),
            translate("Export", "Audacity labels…"),
            translate("Export", "Who speaks when (RTTM)…"),
            translate("Export", "Subtitles (SRT)…"),
            translate("Export", "Timeline as a picture (SVG)…"),
            translate("Export", "Timeline as a picture (PNG)…"),
        )
        for name, title in zip(NAMES, titles, strict=True):
            self.actions[name] = self._action(title, partial(self._ask, name))
        self.copy = self._action(translate("Export", "&Copy as text"), self._copy)
        self.copy.setShortcut("Ctrl+Shift+C")
        self.menu.addSeparator()
        self.menu.addAction(self.copy)
        self.menu.aboutToShow.connect(self._enable)

    def write(self, name: str, outcomes: Sequence[Outcome], target: Path, *, overwrite: bool = False) -> None:
        """Writes them in the worker and says where; asks before it replaces a file."""

        def write(_: JobState) -> tuple[Path, ...]:
            from desktop_app.engine.exports import export

            return export(outcomes, _format(name), target, overwrite=overwrite)

        def done(paths: tuple[Path, ...]) -> None:
            where = str(paths[0]) if len(paths) == 1 else str(target)
            self.told.emit(translate("Export", "Exported to {0}.").format(where))

        def failed(error: Exception) -> None:
            if isinstance(error, TargetExists) and self._may_replace(error.path):
                self.write(name, outcomes, target, overwrite=True)
            else:
                self.told.emit(str(error))

        job = self._worker.submit(write)
        job.done.connect(done)
        job.failed.connect(failed)

    def _action(self, title: str, act: Callable[[], None]) -> QAction:
        action = QAction(title, self._window)
        action.triggered.connect(lambda: act())
        self.menu.addAction(action)
        return action

    def _enable(self) -> None:
        possible = any(isinstance(outcome, Recognition) for outcome in self._outcomes())
        for action in (*self.actions.values(), self.copy):
            action.setEnabled(possible)

    def _outcomes(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for entry in self._entries():
            if entry.recognition is not None:
                outcomes.append(entry.recognition)
            elif entry.state is EntryState.FAILED:
                outcomes.append(Failure(str(entry.path), entry.error))
        return outcomes

    def _ask(self, name: str) -> None:
        from desktop_app.engine.exports import TableFormat

        outcomes = self._outcomes()
        answers = [outcome for outcome in outcomes if isinstance(outcome, Recognition)]
        form = _format(name)
        title = translate("Export", "Export")
        if len(answers) > 1 and not isinstance(form, TableFormat):
            chosen = QFileDialog.getExistingDirectory(self._window, title)
        else:
            stem = Path(answers[0].path).stem if len(answers) == 1 else "voicekin"
            pattern = f"{form.title} (*{form.suffix})"
            # switches off the dialog's own question before a file is replaced; ours is the same for all formats
            options = QFileDialog.Option.DontConfirmOverwrite
            chosen, _ = QFileDialog.getSaveFileName(
                self._window, title, f"{stem}{form.suffix}", pattern, options=options
            )
        if chosen:
            target = Path(chosen)
            if isinstance(form, TableFormat) or len(answers) == 1:  # one file; not every dialog adds the ending
                target = target if target.suffix else target.with_name(target.name + form.suffix)
            self.write(name, outcomes, target)

    def _may_replace(self, path: Path) -> bool:
        question = translate("Export", "{0} is there already. Replace it?").format(path.name)
        answer = QMessageBox.question(self._window, translate("Export", "Export"), question)
        return answer == QMessageBox.StandardButton.Yes

    def _copy(self) -> None:
        from desktop_app.engine.exports.table import as_text

        QApplication.clipboard().setText(as_text(self._outcomes()))
        self.told.emit(translate("Export", "The results are on the clipboard."))


def _format(name: str) -> "ExportFormat":
    from desktop_app.engine.exports import FORMATS
    from desktop_app.ui.report import REPORTS
    from desktop_app.ui.timeline_png import PNG

    return next(form for form in (*REPORTS, *FORMATS, PNG) if form.name == name)
