"""The installed packs: to read their cards, verify, install, switch and remove them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.errors import PackError, PackExists
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.drops import dropped_paths
from desktop_app.ui.error_text import in_words, translated
from desktop_app.ui.jobs import Job, JobState, Worker, while_alive
from desktop_app.ui.widgets.card import text_label
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.text_page import TextPage

if TYPE_CHECKING:
    from desktop_app.engine.installed_packs import InstalledPack


class PacksDialog(QDialog):
    """Long actions run in `worker`; the pack in use changes only when the new one is open.

    Signals:
        use_asked: The folder of the pack to open.
    """

    use_asked = Signal(object)

    def __init__(self, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Packs"))
        self.setAcceptDrops(True)
        self._worker = worker
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Packs"))
        self.list.setWordWrap(True)
        self.list.currentItemChanged.connect(self._chosen)
        self.card = TextPage()
        self.card.setAccessibleName(self.tr("Model card"))
        self.state = text_label("quiet", wrap=True)
        self.use = self._button(self.tr("Use"), self._use)
        self.verify = self._button(self.tr("Verify"), self._verify)
        self.remove = self._button(self.tr("Remove"), self._remove)
        self.install = self._button(self.tr("Install a pack…"), self._ask_file)
        self.install_folder = self._button(self.tr("Install a folder…"), self._ask_folder)
        self.close_button = self._button(self.tr("Close"), self.reject)
        buttons = FlowLayout(ends=True)
        for button in (self.use, self.verify, self.remove, self.install, self.install_folder, self.close_button):
            buttons.addWidget(button)
        row = QHBoxLayout()
        row.addWidget(self.list)
        row.addWidget(self.card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.addLayout(row, 1)
        column.addWidget(self.state)
        column.addLayout(buttons)
        open_at(self, 960, 560)
        self.list.setFixedWidth(self.width() // 4)
        self.refresh()

    def refresh(self, select: str = "") -> None:
        """Reads the list again."""

        def read(_: JobState) -> "tuple[InstalledPack, ...]":
            from desktop_app.engine.installed_packs import installed_packs

            return installed_packs()

        self._run(read, lambda found: self._show(found, select))

    def install_from(self, source: Path, *, replace: bool = False) -> None:
        """Installs a folder or .vkpack file; if it is bad, that is shown and nothing changes."""
        self.state.setText(self.tr("Checking {0}…").format(source.name))

        def install(state: JobState) -> "InstalledPack":
            from desktop_app.engine.installed_packs import install_pack

            return install_pack(source, replace=replace, should_stop=state.should_stop)

        self._run(install, self._installed, lambda error: self._refused(source, error))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = dropped_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.install_from(paths[0])

    def _button(self, text: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: act())
        return button

    def _run(
        self,
        function: Callable[[JobState], object],
        done: Callable[..., None],
        failed: Callable[[Exception], None] | None = None,
    ) -> Job:
        job = self._worker.submit(function)
        job.done.connect(while_alive(self, done))
        job.failed.connect(while_alive(self, failed or self._say_error))
        return job

    def _say_error(self, error: Exception) -> None:
        self.state.setText(translated(in_words(error)))

    def _current(self) -> "InstalledPack | None":
        item = self.list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else None

    def _show(self, found: "tuple[InstalledPack, ...]", select: str) -> None:
        select = select or next((pack.name for pack in found if pack.in_use), "")
        self.list.clear()
        for pack in found:
            words = f"{pack.name} {pack.version}".strip()
            item = QListWidgetItem(self.tr("{0}, in use").format(words) if pack.in_use else words)
            item.setData(Qt.ItemDataRole.UserRole, pack)
            self.list.addItem(item)
            if pack.name == select:
                self.list.setCurrentItem(item)

    def _chosen(self) -> None:
        pack = self._current()
        for button in (self.use, self.verify, self.remove):
            button.setEnabled(pack is not None)
        if pack is None:
            self.card.clear()
            return
        self.use.setEnabled(not pack.in_use and not pack.problem)
        self.remove.setEnabled(not pack.in_use and not pack.ships)
        if pack.problem:
            self.card.setPlainText(translated(pack.problem))
            return

        def read(_: JobState) -> str:
            from desktop_app.engine.pack.format import MODEL_CARD

            try:
                return (pack.path / MODEL_CARD).read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                raise PackError(f"The model card can't be read ({error.strerror}): verify the pack.") from None

        self._run(read, self.card.show_markdown)

    def _use(self) -> None:
        pack = self._current()
        if pack is None:
            return

        def use(_: JobState) -> Path:
            from desktop_app.engine.installed_packs import use_pack

            return use_pack(pack.name)

        def done(path: Path) -> None:
            self.use_asked.emit(path)
            self.state.setText(self.tr("{0} is in use from now on; answers that are there stay.").format(pack.name))
            self.refresh(pack.name)

        self._run(use, done)

    def _verify(self) -> None:
        pack = self._current()
        if pack is None:
            return
        self.state.setText(self.tr("Checking {0}…").format(pack.name))

        def verify(state: JobState) -> str:
            from desktop_app.engine.recognition.verify import verify_pack

            bad = [check.detail for check in verify_pack(pack.path, state.should_stop) if not check.ok]
            return bad[0] if bad else ""

        def done(problem: str) -> None:
            self.state.setText(translated(problem) or self.tr("{0} is intact: every check passed.").format(pack.name))

        self._run(verify, done)

    def _remove(self) -> None:
        pack = self._current()
        if pack is None:
            return
        question = self.tr("Remove the pack {0} from this computer?").format(pack.name)
        if QMessageBox.question(self, self.tr("Packs"), question) != QMessageBox.StandardButton.Yes:
            return

        def remove(_: JobState) -> None:
            from desktop_app.engine.installed_packs import remove_pack

            remove_pack(pack.name)

        def done() -> None:
            self.state.setText(self.tr("{0} is removed.").format(pack.name))
            self.refresh()

        self._run(remove, lambda _: done())

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Install a pack"), "", self.tr("Packs (*.vkpack)"))
        if name:
            self.install_from(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Install a pack from its folder"))
        if name:
            self.install_from(Path(name))

    def _installed(self, pack: "InstalledPack") -> None:
        self.state.setText(self.tr("{0} is installed. “Use” makes it the pack in use.").format(pack.name))
        self.refresh(pack.name)
        if pack.in_use:  # it replaced the pack that is open
            self.use_asked.emit(pack.path)

    def _refused(self, source: Path, error: Exception) -> None:
        if isinstance(error, PackExists) and self._may_replace(error.name):
            self.install_from(source, replace=True)
            return
        self.state.setText(self.tr("{0} was not installed: {1}").format(source.name, translated(in_words(error))))

    def _may_replace(self, name: str) -> bool:
        question = self.tr("A pack called {0} is installed already. Replace it?").format(name)
        return QMessageBox.question(self, self.tr("Packs"), question) == QMessageBox.StandardButton.Yes
