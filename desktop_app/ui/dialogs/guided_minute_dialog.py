"""A guided minute of free talk: prompts, the seconds of speech so far, and a voice that learns from them."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_app.errors import VoiceKinError
from desktop_app.ui.capture_model import CaptureModel, MicState
from desktop_app.ui.dialogs.size import open_at
from desktop_app.ui.error_text import translated
from desktop_app.ui.jobs import Job
from desktop_app.ui.recognition_owner import KnownVoice, RecognitionOwner
from desktop_app.ui.widgets.card import text_label

if TYPE_CHECKING:
    from desktop_app.engine.people.personal import Learned
    from desktop_app.engine.sound.free_talk import FreeTalk

GOAL_S = 60.0
"""Seconds of speech: a dozen stretches or so, at which three quarters of a voice are settled."""

ENOUGH_S = 15.0
"""With less there is little to learn a voice from."""

LISTEN_EVERY_MS = 300
QUIET_AFTER_S = 4.0  # without speech, after which it says so


class GuidedMinuteDialog(QDialog):
    """Starts on request and keeps the sound in memory only; closing it before the end discards all of it.

    Signals:
        learnt: The engine's Learned, if the voice was learnt.
    """

    learnt = Signal(object)

    def __init__(
        self, owner: RecognitionOwner, capture: CaptureModel, voice: KnownVoice, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("A minute of free talk"))
        self._owner, self._capture, self._voice = owner, capture, voice
        self._talk: FreeTalk | None = None
        self._job: Job | None = None
        self._at = 0
        self._waiting = False
        self._speech_s, self._quiet_s = 0.0, 0.0
        self._make()
        open_at(self, 480, 300)
        self._timer = QTimer(self)
        self._timer.setInterval(LISTEN_EVERY_MS)
        self._timer.timeout.connect(self._listen)
        self.finished.connect(self._stop)
        capture.state_changed.connect(self._microphone_changed)
        capture.device_gone.connect(self._microphone_gone)
        self._microphone_changed(capture.state)

    def _make(self) -> None:
        self.prompt = text_label(
            "section",
            self.tr(
                "Talk for about a minute, in your own language, as you would to a friend. You will be asked a few "
                "questions."
            ),
            wrap=True,
        )
        self.progress = QProgressBar()
        self.progress.setRange(0, round(10 * GOAL_S))
        self.progress.setTextVisible(False)
        self.seconds = text_label("quiet")
        self.progress.setAccessibleName(self.tr("Seconds of speech so far"))
        self.message = text_label("small", wrap=True)
        self.message.setText(
            self.tr("Only the characteristics of your voice are kept, not the sound. If you cancel, nothing is kept.")
        )
        self.start = QPushButton(self.tr("Start"))
        self.start.setObjectName("primary")
        self.start.clicked.connect(self.begin)
        self.enough = QPushButton(self.tr("That is enough"))
        self.enough.clicked.connect(self._learn)
        self.enough.hide()
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addWidget(self.enough)
        row.addStretch(1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(self.prompt, 1)
        column.addWidget(self.progress)
        column.addWidget(self.seconds)
        column.addWidget(self.message)
        column.addLayout(row)
        self._show_progress()

    def _prompts(self) -> tuple[str, ...]:
        # for several moods, since a voice learnt from one mood helps less
        return (
            self.tr("What have you done today, from the morning on?"),
            self.tr("What was the last thing that made you laugh?"),
            self.tr("What annoys you? Tell it as if it had just happened."),
            self.tr("Describe the room that you are in."),
            self.tr("Whom or what do you miss?"),
            self.tr("What are you looking forward to?"),
        )

    def begin(self) -> None:
        """Start to listen."""
        from desktop_app.engine.sound.free_talk import FreeTalk

        self._talk = FreeTalk()
        self._at = self._capture.heard_since(None)[1]
        self.start.hide()
        self.enough.show()
        self.message.clear()
        self._timer.start()
        self._show_progress()

    def _listen(self) -> None:
        if self._waiting or self._talk is None:  # the ring buffer holds what comes meanwhile
            return
        block, self._at, sample_rate = self._capture.heard_since(self._at)
        if not len(block):
            return
        self._waiting = True
        job = self._owner.hear_talk(self._talk, block, sample_rate)
        job.done.connect(lambda speech_s: self._heard(speech_s, len(block) / sample_rate))
        job.failed.connect(self._say_error)

    def _heard(self, speech_s: float, of_s: float) -> None:
        self._waiting = False
        if self._talk is None:  # closed in the meantime
            return
        self._quiet_s = 0.0 if speech_s > self._speech_s else self._quiet_s + of_s
        self._speech_s = speech_s
        self.message.setText(
            self.tr("No speech is heard. Come closer, or choose another microphone.")
            if self._quiet_s > QUIET_AFTER_S
            else ""
        )
        self._show_progress()
        if speech_s >= GOAL_S and self._timer.isActive():
            self._learn()

    def _show_progress(self) -> None:
        self.progress.setValue(min(round(10 * self._speech_s), self.progress.maximum()))
        self.seconds.setText(self.tr("{0} of {1} seconds of speech").format(int(self._speech_s), round(GOAL_S)))
        self.enough.setEnabled(self._speech_s >= ENOUGH_S)
        if self._talk is not None:
            prompts = self._prompts()
            self.prompt.setText(prompts[min(int(len(prompts) * self._speech_s / GOAL_S), len(prompts) - 1)])

    def _learn(self) -> None:
        assert self._talk is not None
        self._timer.stop()
        self.enough.setEnabled(False)
        self.prompt.setText(self.tr("Thank you. VoiceKin is learning the voice…"))
        self._job = self._owner.learn_talk(self._voice.key, self._talk)
        self._job.progressed.connect(self._show_share)
        self._job.done.connect(self._learnt)
        self._job.failed.connect(self._say_error)

    def _show_share(self, share: float) -> None:
        self.progress.setValue(round(share * self.progress.maximum()))

    def _learnt(self, learned: "Learned") -> None:
        if learned.refused:
            self._say(learned.refused)
            return
        self.learnt.emit(learned)
        self.accept()

    def _microphone_changed(self, state: MicState) -> None:
        if state is MicState.CLOSED and self._talk is None:
            self._capture.listen()
        self.start.setEnabled(state is MicState.READY)
        if state is MicState.NONE:
            self.message.setText(self.tr("No microphone was found. Plug one in and try again."))

    def _microphone_gone(self, name: str) -> None:
        self._timer.stop()
        self.message.setText(self.tr("“{0}” is gone. What was said until then can still be learnt from.").format(name))

    def _stop(self) -> None:
        self._timer.stop()
        self._talk = None
        if self._job is not None:
            self._job.cancel()
        self._capture.state_changed.disconnect(self._microphone_changed)
        self._capture.device_gone.disconnect(self._microphone_gone)
        self._capture.apply_settings()  # closes the microphone if it was closed before
        self.deleteLater()

    def _say_error(self, error: Any) -> None:
        self._waiting = False
        self._say(str(error) if isinstance(error, VoiceKinError) else "")

    def _say(self, sentence: str) -> None:
        """Show the engine's reason why nothing was learnt."""
        self.prompt.clear()
        self.message.setText(translated(sentence))
