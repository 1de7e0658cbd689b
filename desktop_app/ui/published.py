"""Plays neighbours: from the pack if it holds their sound, else from the user's copies of the published corpora."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.engine.recognition.answer import Neighbour
from desktop_app.ui.jobs import JobState, Worker
from desktop_app.ui.language import corpus_name, translate
from desktop_app.ui.playback import Playback
from desktop_app.ui.settings import SettingsFile

if TYPE_CHECKING:
    from desktop_app.engine.pack.published_sound import PublishedSound


class Published(QObject):
    """Asks for the corpora's folder once, and searches it once per session.

    Signals:
        offered: (a sentence, the text of a button, what it does).
    """

    offered = Signal(str, str, object)

    def __init__(self, settings: SettingsFile, worker: Worker, playback: Playback, window: QWidget) -> None:
        super().__init__(window)
        self._settings, self._worker, self._playback, self._window = settings, worker, playback, window
        self._sound: PublishedSound | None = None

    def play(self, neighbour: Neighbour, pack: Path) -> None:
        """Play a neighbour or stop it; if its sound is not available, say so and what can be done."""
        if neighbour.clip is not None:
            self._playback.toggle(pack / neighbour.clip)
        elif not self._settings.values.corpora_folder:
            sentence = translate(
                "Published",
                "The pack has no sound of its recordings. This one is from {0}: name the folder of your copies of the "
                "published corpora once, and it can be heard.",
            )
            self._offer(sentence.format(corpus_name(neighbour.corpus)), neighbour, pack)
        else:
            job = self._worker.submit(partial(self._find, neighbour))
            job.done.connect(partial(self._found, neighbour, pack))

    def _find(self, neighbour: Neighbour, state: JobState) -> Path | None:
        from desktop_app.engine.pack.published_sound import PublishedSound

        folder = Path(self._settings.values.corpora_folder)
        if self._sound is None or self._sound.folder != folder:
            self._sound = PublishedSound(folder, state.should_stop)
        return self._sound.find(neighbour.id, neighbour.duration_s)

    def _found(self, neighbour: Neighbour, pack: Path, path: Path | None) -> None:
        if path is not None:
            self._playback.toggle(path)
            return
        name = neighbour.id.rpartition("/")[2]
        self._offer(
            translate("Published", "“{0}” of {1} is not in {2}.").format(
                name, corpus_name(neighbour.corpus), self._settings.values.corpora_folder
            ),
            neighbour,
            pack,
        )

    def _offer(self, sentence: str, neighbour: Neighbour, pack: Path) -> None:
        self.offered.emit(
            sentence, translate("Published", "Choose the folder…"), partial(self._choose, neighbour, pack)
        )

    def _choose(self, neighbour: Neighbour, pack: Path) -> None:
        title = translate("Published", "Folder of the published corpora")
        chosen = QFileDialog.getExistingDirectory(self._window, title)
        if chosen:
            self._settings.update(corpora_folder=chosen)
            self._sound = None
            self.play(neighbour, pack)
