"""The microphone as the window sees it: which one, its state, its level, and the take."""

import logging
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.capture.recorder import Event, Reading, Recorder, SourceEnded, TakeEnded, TakeStarted
from desktop_app.capture.source import Block, Microphone, Microphones
from desktop_app.capture.takes import TakeFolder
from desktop_app.errors import DeviceError
from desktop_app.ui.jobs import JobState, Worker
from desktop_app.ui.settings import SettingsFile

log = logging.getLogger(__name__)

READ_EVERY_MS = 40


class MicState(Enum):
    """Where the microphone stands."""

    LOOKING = auto()
    """Looking for devices, or opening one."""
    NONE = auto()
    """There is no microphone, which is a normal state."""
    CLOSED = auto()
    """One is chosen, but not open."""
    READY = auto()
    """Open: the level is shown."""
    STARTING = auto()
    """Asked to record; no sample has arrived yet."""
    RECORDING = auto()
    """Recording, and samples are arriving."""
    STOPPING = auto()
    """The end of the take is being written to the disk."""

    @property
    def records(self) -> bool:
        """Whether a take has been started and not stopped yet."""
        return self in (MicState.STARTING, MicState.RECORDING)


class CaptureModel(QObject):
    """Owns the devices: all calls of PortAudio happen in its worker, and results arrive as signals.

    Signals:
        microphones_changed: The tuple of available Microphones.
        state_changed: MicState.
        read: Reading, 25 times a second while a microphone is open.
        take_ended: TakeEnded.
        troubled: A sentence for the user.
        device_gone: (the name of a microphone that stopped by itself, whether that ended a take).
    """

    microphones_changed = Signal(object)
    state_changed = Signal(object)
    read = Signal(object)
    take_ended = Signal(object)
    troubled = Signal(str)
    device_gone = Signal(str, bool)
    _event = Signal(object, object)

    def __init__(
        self, microphones: Microphones, takes: TakeFolder, settings: SettingsFile, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.worker = Worker("devices", self)
        self.microphones: tuple[Microphone, ...] = ()
        self.chosen: Microphone | None = None
        self.state = MicState.LOOKING
        self.reading = Reading()
        self._microphones = microphones
        self._takes = takes
        self._settings = settings
        self._recorder: Recorder | None = None
        self._opened: set[Recorder] = set()  # touched by the worker's thread only
        self._take: Path | None = None
        self._record_when_ready = False
        self._cut_short = False
        self._is_seen = True
        self._event.connect(self._hear)
        self._timer = QTimer(self)
        self._timer.setInterval(READ_EVERY_MS)
        self._timer.timeout.connect(self._read)

    @property
    def is_recording(self) -> bool:
        """Whether a take is running, from the click that starts it to its last sample."""
        return self.state.records or self.state is MicState.STOPPING

    def refresh(self) -> None:
        """Look for microphones again, and open the remembered one. Not while recording."""
        if self.is_recording:
            return
        recorder = self._let_go()
        self._go(MicState.LOOKING)

        def look(state: JobState) -> tuple[Microphone, ...]:  # noqa: ARG001
            self._close(recorder)
            return self._microphones.available(rescan=True)

        job = self.worker.submit(look)
        job.done.connect(self._found)
        job.failed.connect(self._not_found)

    def choose(self, microphone: Microphone) -> None:
        """Use a microphone and remember it. Not while recording."""
        if self.is_recording or (microphone == self.chosen and self.state is MicState.READY):
            return
        self.chosen = microphone
        self._settings.update(microphone_name=microphone.name, microphone_host_api=microphone.host_api)
        self._reopen()

    def go_on(self) -> None:
        """Start another take as soon as there is a microphone again."""
        self.refresh()
        self.record()

    def toggle(self) -> None:
        """Start or stop a take: what the button and the space bar do."""
        if self.state.records:
            self.stop()
        else:
            self.record()

    def record(self) -> None:
        """Begin a take; `state_changed` says RECORDING with its first sample."""
        if self.state is MicState.LOOKING:
            self._record_when_ready = True
        elif self.state is MicState.CLOSED:
            self._record_when_ready = True
            self._open()
        elif self.state is MicState.READY and self._recorder is not None:
            try:
                path = self._takes.new_path()
            except OSError as error:
                log.warning("no room for a take: %s", error)
                self.troubled.emit(
                    self.tr("The recording can't be written to the disk: {0}. Make room and try again.").format(
                        error.strerror or error
                    )
                )
                return
            self._go(MicState.STARTING)
            self._recorder.start_take(path)

    def stop(self) -> None:
        """End the take; `take_ended` follows."""
        if self.state.records and self._recorder is not None:
            self._go(MicState.STOPPING)
            self._recorder.stop_take()

    def latest(self, seconds: float) -> tuple[Block, int]:
        """The last seconds of sound, float32 [n], and their sample rate."""
        recorder = self._recorder
        return (recorder.latest(seconds), recorder.sample_rate) if recorder else (Block(0), 16_000)

    def heard_since(self, position: int | None) -> tuple[Block, int, int]:
        """The sound from sample `position` on (None: from now), float32 [n], where it ends, and its sample rate."""
        recorder = self._recorder
        if recorder is None:
            return Block(0), position or 0, 16_000
        block, end = recorder.since(recorder.total_samples if position is None else position)
        return block, end, recorder.sample_rate

    def listen(self) -> None:
        """Open the microphone without recording, whatever the settings say, until `apply_settings` is called."""
        if self.state is MicState.CLOSED:
            self._open()

    def apply_settings(self) -> None:
        """Open or close the microphone as the setting on listening before recording says."""
        if self.state is MicState.READY and not self._listens:
            self._reopen()
        elif self.state is MicState.CLOSED and self._listens:
            self._open()

    def set_seen(self, seen: bool) -> None:
        """Tell whether any window shows the level; if none does, the microphone is open only to record."""
        if seen != self._is_seen:
            self._is_seen = seen
            self.apply_settings()

    @property
    def _listens(self) -> bool:
        return self._is_seen and self._settings.values.listen_before_recording

    def close(self) -> None:
        """Close the microphone and a running take, with all its sound, and wait until both are closed."""
        self._let_go()
        self.worker.close()
        for recorder in tuple(self._opened):  # including one that was being opened or waited to be closed
            self._close(recorder)

    def _close(self, recorder: Recorder | None) -> None:
        """Called in the worker, or after the worker has ended."""
        if recorder is not None:
            recorder.close()
            self._opened.discard(recorder)

    # answers of the worker

    def _found(self, microphones: tuple[Microphone, ...]) -> None:
        self.microphones = microphones
        values = self._settings.values
        remembered = (values.microphone_name, values.microphone_host_api)
        by_key = {m.key: m for m in microphones}
        self.chosen = by_key.get(remembered) or (microphones[0] if microphones else None)
        self.microphones_changed.emit(microphones)
        self._reopen()

    def _not_found(self, error: Exception) -> None:
        self.microphones, self.chosen, self._record_when_ready = (), None, False
        self.microphones_changed.emit(())
        self._go(MicState.NONE)
        self.troubled.emit(str(error))

    def _reopen(self) -> None:
        recorder = self._let_go()
        if recorder is not None:
            self.worker.submit(lambda _: self._close(recorder))
        if self.chosen is None:
            self._record_when_ready = False
            self._go(MicState.NONE)
        elif self._listens:
            self._open()
        else:
            self._go(MicState.CLOSED)

    def _open(self) -> None:
        microphone = self.chosen
        assert microphone is not None
        self._go(MicState.LOOKING)

        def open_it(state: JobState) -> Recorder:  # noqa: ARG001
            recorder: Recorder | None = None

            def on_event(event: Event) -> None:
                self._event.emit(recorder, event)

            recorder = Recorder(self._microphones.open(microphone), on_event)
            recorder.open()
            self._opened.add(recorder)
            return recorder

        job = self.worker.submit(open_it)
        job.done.connect(self._is_open)
        job.failed.connect(self._is_not_open)

    def _is_open(self, recorder: Recorder) -> None:
        if self._recorder is not None or self.state is not MicState.LOOKING:
            self.worker.submit(lambda _: self._close(recorder))  # another one was chosen in the meantime
            return
        self._recorder = recorder
        self._timer.start()
        self._go(MicState.READY)
        if self._record_when_ready:
            self._record_when_ready = False
            self.record()

    def _is_not_open(self, error: Exception) -> None:
        self._record_when_ready = False
        self._go(MicState.CLOSED if self.chosen else MicState.NONE)
        if isinstance(error, DeviceError):
            self.troubled.emit(str(error))

    # what the recorder tells

    def _hear(self, recorder: Recorder | None, event: Event) -> None:
        if isinstance(event, TakeEnded):
            # also from a recorder that is no longer used, so that its take is not lost
            if recorder is self._recorder:
                self._cut_short = event.because == "device"
                self._go(MicState.READY)
            self.take_ended.emit(event)
            if recorder is self._recorder and not self._listens:
                self._reopen()
            return
        if recorder is not self._recorder:
            return
        if isinstance(event, TakeStarted):
            if self.state is MicState.STARTING:
                self._go(MicState.RECORDING)
        elif isinstance(event, SourceEnded):
            gone = self._let_go()
            if gone is not None:
                self.worker.submit(lambda _: self._close(gone))
            self._go(MicState.CLOSED)
            self.device_gone.emit(self.chosen.name if self.chosen else "", self._cut_short)
            self._cut_short = False

    def _let_go(self) -> Recorder | None:
        recorder, self._recorder = self._recorder, None
        self._timer.stop()
        self.reading = Reading()
        self.read.emit(self.reading)
        return recorder

    def _read(self) -> None:
        if self._recorder is not None:
            self.reading = self._recorder.reading
            self.read.emit(self.reading)

    def _go(self, state: MicState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
