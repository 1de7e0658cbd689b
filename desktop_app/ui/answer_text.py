"""An answer in words: what is heard, how sure, and how the classifier and the neighbours agree."""

from desktop_app.engine.recognition.answer import Neighbour, Probabilities, Recognition
from desktop_app.engine.recognition.recogniser import LITTLE_SPEECH, NO_SPEECH, TOO_QUIET
from desktop_app.ui.language import corpus_name, label_name, language_name, number, percent, translate
from desktop_app.ui.recognition_owner import ONE_SPEAKER, Answered, Grounds
from desktop_app.ui.widgets.probability_bar import BarRow

LEAST_SHARE = 0.005  # rounds to a per cent
CLOSE = 0.15  # two shares this near to each other are as good as level


def is_silent(recognition: Recognition) -> bool:
    """Whether no speech was heard, so that shares and neighbours would say something of nothing."""
    return recognition.abstained_because == NO_SPEECH


def bar_rows(recognition: Recognition) -> tuple[BarRow, ...]:
    """A bar a label, always in the pack's order so that the eye finds it, split into classifier and neighbours."""
    return tuple(
        BarRow(
            label,
            recognition.probabilities[label],
            recognition.model_probabilities.get(label, 0.0),
            recognition.neighbour_probabilities.get(label, 0.0),
            strong=label in left_open(recognition) and not recognition.abstained,
            sure=not recognition.abstained,
        )
        for label in recognition.probabilities
    )


def left_open(recognition: Recognition) -> tuple[str, ...]:
    """The labels that the answer names."""
    return recognition.label_set or (recognition.label,)


def headline(recognition: Recognition) -> str:
    """The answer in a word, or the two that it leaves open."""
    if recognition.abstained:
        return translate("Answer", "Uncertain")
    if len(recognition.label_set) == 2:
        return translate("Answer", "{0} or {1}").format(*map(label_name, recognition.label_set))
    return label_name(recognition.label)


def share(recognition: Recognition) -> str:
    """The number beside it, of both where two are left open; nothing where it should not be relied on."""
    if recognition.abstained:
        return ""
    return percent(sum(recognition.probabilities[label] for label in left_open(recognition)))


def how_sure(recognition: Recognition) -> str:
    """One sentence on how far to trust the answer."""
    closest = label_name(recognition.label)
    if recognition.abstained:
        if is_silent(recognition):
            return translate("Answer", "No speech was heard in it, so there is nothing to go on.")
        if recognition.abstained_because == TOO_QUIET:
            return translate("Answer", "It is too quiet: record closer to the microphone, or turn it up.")
        if recognition.abstained_because == LITTLE_SPEECH:
            return translate("Answer", "Too little speech was heard in it. Closest would be “{0}” with {1}.").format(
                closest, percent(recognition.confidence)
            )
        if recognition.novelty > 1.0:
            return translate(
                "Answer", "This sounds unlike anything the pack knows. Closest would be “{0}” with {1}."
            ).format(closest, percent(recognition.confidence))
        return translate("Answer", "No emotion stands out. Closest would be “{0}” with {1}.").format(
            closest, percent(recognition.confidence)
        )
    if len(recognition.label_set) == 2:
        return translate("Answer", "The sound does not say which of the two.")
    second = _second(recognition.probabilities)
    if second is not None and recognition.confidence - recognition.probabilities[second] < CLOSE:
        return translate("Answer", "It could as well be “{0}”: the two are close.").format(label_name(second))
    return ""


def agreement(recognition: Recognition) -> str:
    """How p_model and p_knn agree or not, in a sentence, and what the mix made of it."""
    model, neighbours = recognition.model_probabilities, recognition.neighbour_probabilities
    model_top, neighbours_top = _top(model), _top(neighbours)
    if not recognition.neighbours:
        return translate("Answer", "There are no neighbours to compare with; the classifier answers alone.")
    if model_top == neighbours_top:
        return translate("Answer", "The classifier and the nearest recordings agree on “{0}”: {1} and {2}.").format(
            label_name(model_top), percent(model[model_top]), percent(neighbours[model_top])
        )
    return translate(
        "Answer",
        "The classifier hears “{0}” ({1}), the nearest recordings sound more like “{2}” ({3}); mixed, “{4}” leads.",
    ).format(
        label_name(model_top),
        percent(model[model_top]),
        label_name(neighbours_top),
        percent(neighbours[neighbours_top]),
        label_name(recognition.label),
    )


def spoken(recognition: Recognition) -> str:
    """What a screen reader announces when an answer is there."""
    if recognition.abstained:
        return f"{headline(recognition)}. {how_sure(recognition)}"
    return f"{headline(recognition)}, {share(recognition)}. {agreement(recognition)}"


def lengths(recognition: Recognition, heard_s: float) -> str:
    """Seconds that were listened to, seconds of speech, and what the answer cost."""
    timing = recognition.timing_ms
    return translate("Answer", "{0} s, {1} s of it speech · answered in {2} ms").format(
        number(heard_s, 1),
        number(recognition.speech_s, 1),
        round(timing.decode + timing.encode + timing.retrieve),
    )


def rests_on(answered: Answered) -> str:
    """What an answer rests on besides the sound: whose voice, how many recordings of it, the pack, own examples."""
    grounds = answered.grounds
    parts = [_voice(grounds), translate("Answer", "pack {0}").format(grounds.pack)]
    if own := own_share(answered):
        parts.append(own)
    return translate("Answer", "Based on: {0}").format(" · ".join(parts))


def rests_on_in_short(answered: Answered) -> str:
    """The same where there is little room, less the pack."""
    return " · ".join(part for part in (_voice(answered.grounds), own_share(answered)) if part)


def own_share(answered: Answered) -> str:
    """How much the user's own examples say in an answer; "" where that is nothing."""
    share = answered.recognition.own_share
    return translate("Answer", "your examples {0}").format(percent(share)) if share >= LEAST_SHARE else ""


def _voice(grounds: Grounds) -> str:
    if grounds.voice == ONE_SPEAKER:
        return translate("Answer", "the voice in this recording")
    if not grounds.name:
        return translate("Answer", "an unknown voice")
    if grounds.recordings == 1:
        return translate("Answer", "{0}’s voice from 1 recording").format(grounds.name)
    return translate("Answer", "{0}’s voice from {1} recordings").format(grounds.name, grounds.recordings)


def origin(neighbour: Neighbour) -> str:
    """Where a neighbour is from: corpus, speaker, language."""
    if neighbour.own:
        return translate("Neighbours", "Your own example")
    is_number = neighbour.speaker.isdigit()
    speaker = translate("Neighbours", "speaker {0}").format(neighbour.speaker) if is_number else neighbour.speaker
    return " · ".join(
        part for part in (corpus_name(neighbour.corpus), speaker, language_name(neighbour.language)) if part
    )


def neighbour_in_words(neighbour: Neighbour, rank: int) -> str:
    """A neighbour's card for a screen reader."""
    return translate("Neighbours", "Neighbour {0}: {1}, {2}, distance {3}, weight {4}").format(
        rank, label_name(neighbour.label), origin(neighbour), number(neighbour.distance, 2), percent(neighbour.weight)
    )


def _top(shares: Probabilities) -> str:
    return max(shares, key=lambda label: shares[label])


def _second(shares: Probabilities) -> str | None:
    ordered = sorted(shares, key=lambda label: -shares[label])
    return ordered[1] if len(ordered) > 1 else None
