"""The choice of the speaker's voice, and teaching it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QToolButton, QWidget

from desktop_app.ui.language import percent
from desktop_app.ui.recognition_owner import BY_ITSELF, ONE_SPEAKER, UNKNOWN_VOICE, Known, KnownVoice
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.choice import Choice
from desktop_app.ui.widgets.flow_layout import FlowLayout


class VoicePanel(Card):
    """A choice of voices; a saved one can be taught.

    Signals:
        chosen: The key of the voice chosen.
        new_asked: The user wants a new saved voice.
        learn_asked: The chosen voice should learn from the recording shown.
        guided_asked: The key of a voice that should learn from a guided minute of talk.
        learns_from_takes_asked: (key, whether it should learn from each new take).
        details_asked: The key of a voice whose details are to be shown.
        remove_asked: The key of a voice to forget.
    """

    chosen = Signal(str)
    new_asked = Signal()
    learn_asked = Signal()
    guided_asked = Signal(str)
    learns_from_takes_asked = Signal(str, bool)
    details_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12)
        self.content.setSpacing(6)
        self._known: Known | None = None
        self._learnable = False
        self.voices = Choice(self.tr("Whose voice it is"))
        self.voices.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.voices.activated.connect(self._choose)
        self.new = QToolButton()
        self.new.setText("+")
        self.new.setAccessibleName(self.tr("New voice"))
        self.new.setToolTip(self.tr("Give a voice a name, so that VoiceKin can get to know it"))
        self.new.clicked.connect(self.new_asked)
        self.about = text_label("small", wrap=True)
        self.learn = QPushButton(self.tr("Learn from this"))
        self.learn.setToolTip(self.tr("Learn the voice from the recording that is shown"))
        self.learn.clicked.connect(self.learn_asked)
        self.guided = QPushButton(self.tr("Talk for a minute…"))
        self.guided.setToolTip(self.tr("VoiceKin asks, you talk, and it learns the voice; no sound is kept"))
        self.guided.clicked.connect(lambda: self.guided_asked.emit(self.voices.currentData()))
        self.details = QPushButton(self.tr("Details…"))
        self.details.setToolTip(self.tr("Its name, what it has learnt from, and a pause"))
        self.details.clicked.connect(lambda: self.details_asked.emit(self.voices.currentData()))
        self.remove = QPushButton(self.tr("Forget"))
        self.remove.setToolTip(self.tr("Forget this voice"))
        self.remove.clicked.connect(lambda: self.remove_asked.emit(self.voices.currentData()))
        self.from_takes = QCheckBox(self.tr("Learn from takes"))
        self.from_takes.setToolTip(self.tr("Learn the voice from each recording that you make here"))
        self.from_takes.clicked.connect(lambda on: self.learns_from_takes_asked.emit(self.voices.currentData(), on))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.voices, 1)
        row.addWidget(self.new)
        teach = FlowLayout(ends=True)
        teach.addWidget(self.details)
        teach.addWidget(self.remove)
        self.content.addWidget(text_label("quiet", self.tr("Whose voice is it?")))
        self.content.addLayout(row)
        self.content.addWidget(self.about)
        self.content.addWidget(self.learn)
        self.content.addWidget(self.guided)
        self.content.addLayout(teach)
        self.content.addWidget(self.from_takes)
        self.show_known(None, UNKNOWN_VOICE)

    def show_known(self, known: Known | None, current: str) -> None:
        """Show the saved voices (None if nothing can be taught) and the key of the voice in use."""
        self._known = known
        self.voices.clear()
        self.voices.addItem(self.tr("Unknown voice"), UNKNOWN_VOICE)
        self.voices.addItem(self.tr("Each recording is one speaker"), ONE_SPEAKER)
        self.voices.addItem(self.tr("Each by itself"), BY_ITSELF)
        for voice in known.voices if known is not None else ():
            self.voices.addItem(voice.name, voice.key)
        self.voices.setCurrentIndex(max(0, self.voices.findData(current)))
        self.new.setVisible(known is not None)
        self._show_current()

    def set_learnable(self, learnable: bool) -> None:
        """Set whether a recording with an answer is shown."""
        self._learnable = learnable
        self.learn.setEnabled(learnable)

    def _choose(self, at: int) -> None:
        self._show_current()
        self.chosen.emit(self.voices.itemData(at))

    def _show_current(self) -> None:
        key = self.voices.currentData()
        voices = self._known.voices if self._known is not None else ()
        voice: KnownVoice | None = next((v for v in voices if v.key == key), None)
        for widget in (self.learn, self.guided, self.details, self.remove, self.from_takes):
            widget.setVisible(voice is not None)
        if voice is not None:
            self.about.setText(self._what_is_known(voice))
            self.from_takes.setChecked(voice.learns_from_takes)
        elif key == ONE_SPEAKER:
            self.about.setText(self.tr("The voice is learnt from the recording itself; best for long ones."))
        elif key == UNKNOWN_VOICE:
            self.about.setText(
                self.tr(
                    "In a long recording, each part is compared with the rest. Five recordings or more are compared "
                    "with each other."
                )
            )
        self.about.setVisible(voice is not None or key in (ONE_SPEAKER, UNKNOWN_VOICE))
        self.learn.setEnabled(self._learnable)

    def _what_is_known(self, voice: KnownVoice) -> str:
        if not voice.recordings:
            return self.tr("VoiceKin has not heard this voice yet.")
        many = self.tr("Learnt from {0} recordings; the voice is {1} known.")
        words = self.tr("Learnt from 1 recording; the voice is {1} known.") if voice.recordings == 1 else many
        return words.format(voice.recordings, percent(voice.settled))
