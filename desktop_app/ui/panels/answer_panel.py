"""The answer in large letters and its bars; during a take the same bars show live answers."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.capture.recorder import Reading
from desktop_app.engine.recognition.answer import Recognition
from desktop_app.ui import answer_text
from desktop_app.ui.error_text import translated
from desktop_app.ui.language import clock, dimension, label_name, percent
from desktop_app.ui.panels.live_panel import LivePanel
from desktop_app.ui.session import Entry, EntryState
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets.calm_bar import CalmBar
from desktop_app.ui.widgets.card import Card, text_label
from desktop_app.ui.widgets.dimension_bar import DimensionBar
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.envelope import Envelope
from desktop_app.ui.widgets.flow_layout import FlowLayout
from desktop_app.ui.widgets.legend import SplitLegend
from desktop_app.ui.widgets.probability_bar import BarRow, ProbabilityBar

TOP_HEIGHT = 36  # of the buttons' row, so that nothing moves when they are hidden


class AnswerPanel(Card):
    """One recording's answer, or the live answers of a take.

    Signals:
        play_asked, keep_asked, delete_asked, retry_asked: The number of the Entry shown.
    """

    play_asked = Signal(int)
    keep_asked = Signal(int)
    delete_asked = Signal(int)
    retry_asked = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=24)
        self._theme = theme
        self._entry: Entry | None = None
        self._live = False

        self.name = ElidedLabel("quiet")
        self.name.setMinimumHeight(TOP_HEIGHT)
        self.play = QPushButton(self.tr("Play"))
        self.play.clicked.connect(lambda: self._emit(self.play_asked))
        self.keep = QPushButton(self.tr("Keep"))
        self.keep.setToolTip(self.tr("Keep this recording after VoiceKin closes"))
        self.keep.clicked.connect(lambda: self._emit(self.keep_asked))
        self.delete = QPushButton(self.tr("Delete"))
        self.delete.clicked.connect(lambda: self._emit(self.delete_asked))
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.clicked.connect(lambda: self._emit(self.retry_asked))
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        for button in (self.retry, self.play, self.keep, self.delete):
            top.addWidget(button)

        self.answer = text_label("answer", wrap=True)
        self.share = text_label("share", wrap=True)
        self.rests = text_label("small", wrap=True)
        self.sure = text_label("sentence", wrap=True)
        self.agreement = text_label("sentence", wrap=True)
        self.lengths = text_label("small", wrap=True)
        self.envelope = Envelope(theme)
        self.envelope.setAccessibleName(self.tr("Loudness over time"))
        self.working = CalmBar()
        self.working.setObjectName("working")
        self.working.setRange(0, 100)
        self.working.setTextVisible(False)
        self.working.setFixedHeight(6)
        self.working.setAccessibleName(self.tr("Progress"))
        headline = FlowLayout(spacing=20)
        headline.addWidget(self.answer)
        headline.addWidget(self.share)

        self.bars: dict[str, ProbabilityBar] = {}
        self._bar_rows = QVBoxLayout()
        self._bar_rows.setSpacing(6)
        self.legend = SplitLegend(theme)
        self.dimensions: dict[str, DimensionBar] = {}
        self._dimension_rows = QVBoxLayout()
        self._dimension_rows.setSpacing(2)
        self.live = LivePanel(theme)
        self.history = self.live.history

        self.content.addLayout(top)
        self.content.addLayout(headline)
        self.content.addWidget(self.rests)
        self.content.addWidget(self.working)
        self.content.addWidget(self.sure)
        self.content.addSpacing(4)
        self.content.addLayout(self._bar_rows)
        self.content.addWidget(self.legend)
        self.content.addLayout(self._dimension_rows)
        self.content.addWidget(self.live)
        self.content.addWidget(self.agreement)
        self.content.addWidget(self.envelope)
        self.content.addWidget(self.lengths)
        self.content.addStretch(1)

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Make a bar for each emotion of the pack."""
        for bar in self.bars.values():
            self._bar_rows.removeWidget(bar)
            bar.deleteLater()
        self.bars = {label: ProbabilityBar(self._theme, label) for label in labels}
        for bar in self.bars.values():
            self._bar_rows.addWidget(bar)

    def _show_dimensions(self, amounts: Mapping[str, float]) -> None:
        """Show an axis for each dimension of the answer; most packs have none."""
        if tuple(self.dimensions) != tuple(amounts):
            for axis in self.dimensions.values():
                self._dimension_rows.removeWidget(axis)
                axis.deleteLater()
            self.dimensions = {name: DimensionBar(self._theme, dimension(name)) for name in amounts}
            for axis in self.dimensions.values():
                self._dimension_rows.addWidget(axis)
        for name, amount in amounts.items():
            self.dimensions[name].show_amount(amount)

    def show_entry(self, entry: Entry, instead_of: Recognition | None = None) -> None:
        """Show a recording: its answer, its progress, or why there is no answer.

        `instead_of`: the recording's own answer, if the one to show is that of a “what if”.
        """
        is_new = self._entry is None or self._entry.number != entry.number or self._entry.state is not entry.state
        self._entry, self._live = entry, False
        self.sure.setMinimumHeight(0)
        recognition = entry.recognition
        done = recognition is not None and (entry.state is EntryState.DONE or entry.is_stale)
        failed = entry.state is EntryState.FAILED
        self.name.setText(entry.title)
        self.name.setToolTip(str(entry.path))
        silent = recognition is not None and answer_text.is_silent(recognition)
        self._arrange(bars=done and not silent, history=False, working=not done and not failed)
        self.working.setValue(round(100 * entry.progress))
        again = self.tr("Being answered again, as what it is based on has changed.") if entry.is_stale else ""
        rests = answer_text.rests_on(recognition) if recognition is not None and not silent else ""
        if instead_of is not None and recognition is not None:
            own = answer_text.in_short(answer_text.named(instead_of), answer_text.is_silent(instead_of))
            rests = self.tr("Number of neighbours: {0}, their weight: {1}. The answer itself is “{2}”.").format(
                recognition.k, percent(recognition.alpha), own
            )
        self._say(self.rests, f"{rests} {again}".strip() if done else "")
        self.play.setVisible(not failed)
        self.keep.setVisible(entry.is_take and not entry.kept)
        self.delete.setVisible(entry.is_take)
        self.retry.setVisible(failed)
        if done and recognition is not None and entry.answered is not None:
            headline = answer_text.headline(recognition)
            self.answer.setText(self.tr("What if: {0}").format(headline) if instead_of is not None else headline)
            self._show_share(answer_text.share(recognition))
            self._say(
                self.sure, " ".join((answer_text.how_sure(recognition), *map(translated, recognition.remarks))).strip()
            )
            told = f"{answer_text.manner(recognition)} {answer_text.agreement(recognition)}".strip()
            self._say(self.agreement, "" if silent else told)
            self.lengths.setText(answer_text.lengths(recognition, entry.heard_s))
            self.envelope.show_peaks(entry.answered.envelope, recognition.label)
            if tuple(self.bars) != tuple(recognition.probabilities):
                self.set_labels(tuple(recognition.probabilities))  # including the user's own labels
            self._show_dimensions(recognition.dimensions)
            for row in answer_text.bar_rows(recognition):
                if row.label in self.bars:
                    self.bars[row.label].show_row(row)
            self.lengths.show()
            self.envelope.show()
            if is_new:
                self._announce(answer_text.spoken(recognition))
        elif failed:
            self.answer.setText(self.tr("No answer"))
            self._show_share("")
            self._say(self.sure, translated(entry.error))
            if is_new:
                self._announce(translated(entry.error))
        else:
            listening = self.tr("Paused") if entry.is_paused else self.tr("Listening…")
            self.answer.setText(listening if entry.state is EntryState.RUNNING else self.tr("Waiting…"))
            self._show_share("")
            self._say(self.sure, "")

    def begin_live(self) -> None:
        """A take begins."""
        self._entry, self._live = None, True
        self._say(self.rests, "")
        self.live.clear()
        self._arrange(bars=True, history=True, working=False)
        for button in (self.retry, self.play, self.keep, self.delete):
            button.hide()
        self.name.setText(self.tr("Live"))
        self.answer.setText(self.tr("Listening…"))
        self._show_share("")
        # always two lines, so that what follows does not move during a take
        self.sure.setMinimumHeight(2 * self.sure.fontMetrics().lineSpacing())
        self._say(self.sure, self.tr("Speak as you would to someone across the table."))
        for label, bar in self.bars.items():
            bar.show_row(BarRow(label, 0.0))
        self._announce(self.tr("Recording"))

    def hear(self, reading: Reading) -> None:
        """Show the take's current level."""
        if self._live:
            self.live.hear(reading.level)

    def _show_share(self, text: str) -> None:
        self.share.setText(text)
        self.share.setVisible(bool(text))  # else it keeps a line of its own where the headline is long

    def show_live(self, at_s: float, shares: Mapping[str, float] | None) -> None:
        """Show the shares at a moment of the take; None if nobody speaks."""
        if not self._live:
            return
        self.live.add(at_s, shares)
        self.name.setText(self.tr("Live · {0}").format(clock(at_s)))
        if shares is None:
            for label, bar in self.bars.items():
                bar.show_row(BarRow(label, 0.0))
            self.answer.setText(self.tr("Listening…"))
            self._show_share("")
            self._say(self.sure, self.tr("Nobody is speaking at the moment."))
        else:
            leading = max(shares, key=lambda label: shares[label])
            self.answer.setText(label_name(leading))
            self._show_share(percent(shares[leading]))
            self._say(
                self.sure,
                self.tr(
                    "This is how the last three seconds sound; the answer for the whole recording comes at the end."
                ),
            )
            for label, bar in self.bars.items():
                bar.show_row(BarRow(label, shares.get(label, 0.0), strong=label == leading))

    def _arrange(self, bars: bool, history: bool, working: bool) -> None:
        for bar in self.bars.values():
            bar.setVisible(bars)
        self.live.setVisible(history)
        self.working.setVisible(working)
        for widget in (self.legend, self.agreement, self.envelope, self.lengths, *self.dimensions.values()):
            widget.setVisible(bars and not history)

    def _say(self, label: QWidget, sentence: str) -> None:
        label.setText(sentence)  # type: ignore[attr-defined]
        label.setVisible(bool(sentence))

    def _announce(self, sentence: str) -> None:
        event = QAccessibleAnnouncementEvent(self, sentence)
        QAccessible.updateAccessibility(event)

    def _emit(self, signal: SignalInstance) -> None:
        if self._entry is not None:
            signal.emit(self._entry.number)
