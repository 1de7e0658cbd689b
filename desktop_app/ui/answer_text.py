"""An answer in words: the emotion, how certain it is, and whether classifier and neighbours agree."""

from collections import Counter

from desktop_app.engine.recognition.answer import Named, Neighbour, Probabilities, Recognition, VoiceUsed
from desktop_app.engine.recognition.manner import enumerated, told
from desktop_app.engine.recognition.recogniser import LITTLE_SPEECH, NO_SPEECH, TOO_QUIET, UNCERTAIN
from desktop_app.engine.recognition.timeline import share_of_time
from desktop_app.ui.language import clock, corpus_name, dimension, label_name, language_name, number, percent, translate
from desktop_app.ui.widgets.probability_bar import BarRow

LONG_S = 60.0
LONG_SEGMENTS = 4
MOSTLY = 0.6  # of the time
LEAST_SHARE = 0.005  # rounds to a per cent
CLOSE = 0.15  # shares that differ by less count as equal


def is_silent(recognition: Recognition) -> bool:
    """Whether no speech was heard, so that shares and neighbours would mean nothing."""
    return recognition.abstained_because == NO_SPEECH


def bar_rows(recognition: Recognition) -> tuple[BarRow, ...]:
    """One bar for each label, always in the pack's order, with the classifier's and the neighbours' part."""
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


def consists_of(recognition: Recognition) -> tuple[tuple[str, float], ...]:
    """What a long recording consists of: (label, share of the time), the largest first; () for a short one.

    Over many minutes no emotion stands out in the mean of all answers, although it may in each part.
    """
    is_long = recognition.duration_s >= LONG_S and len(recognition.segments) >= LONG_SEGMENTS
    if not is_long or recognition.abstained_because not in ("", UNCERTAIN):
        return ()
    shares = sorted(share_of_time(recognition).items(), key=lambda one: -one[1])
    return tuple((label, part) for label, part in shares if part >= LEAST_SHARE)


def named(recognition: Recognition) -> Named:
    """The emotion that it names, or two if both are supported; for a long recording, the emotions of most of it."""
    if parts := consists_of(recognition):
        most = parts[:1] if parts[0][1] >= MOSTLY else parts[:2]
        return Named(tuple(label for label, _ in most), sum(part for _, part in most), of_time=True)
    if recognition.abstained:
        return Named()
    labels = left_open(recognition)
    return Named(labels, sum(recognition.probabilities[label] for label in labels))


def headline(recognition: Recognition) -> str:
    """The answer in a word or two."""
    return in_words(named(recognition), is_silent(recognition))


def in_words(named: Named, silent: bool) -> str:
    """The emotions that an answer names, or why it names none; `silent`: no speech was heard."""
    if not named.labels:
        return translate("Answer", "No speech") if silent else translate("Answer", "Uncertain")
    first, *others = map(label_name, named.labels)
    if others:
        both = translate("Answer", "{0} and {1}") if named.of_time else translate("Answer", "{0} or {1}")
        return both.format(first, others[0].lower())
    if not named.of_time:
        return first
    return translate("Answer", "Mostly {0}").format(first.lower())


def in_short(named: Named, silent: bool) -> str:
    """The whole answer in short, as every list and table shows it: "Neutral or sad 82%"."""
    share = percent(named.share) if named.labels else ""
    return f"{in_words(named, silent)} {share}".strip()


def share(recognition: Recognition) -> str:
    """The number beside the headline, of both labels together if there are two; "" if it should not be relied on.

    For a long recording it is the share of the time, which it says.
    """
    short = named(recognition)
    number = percent(short.share) if short.labels else ""
    return translate("Answer", "{0} of the time").format(number) if short.of_time else number


def how_sure(recognition: Recognition) -> str:
    """One sentence on how far to trust the answer; for a long recording, what it consists of."""
    if parts := consists_of(recognition):
        words = ", ".join(f"{label_name(label).lower()} {percent(part)}" for label, part in parts)
        return translate(
            "Answer", "Of the time: {0}. The timeline shows when; the bars are the mean of all parts."
        ).format(words)
    if recognition.abstained:
        return _doubt(recognition)
    if len(recognition.label_set) == 2:
        first, other = recognition.label_set
        if recognition.probabilities[first] - recognition.probabilities[other] < CLOSE:
            return translate("Answer", "The sound does not say which of the two.")
        return translate("Answer", "“{0}” leads, but “{1}” can’t be ruled out.").format(
            label_name(first), label_name(other)
        )
    second = _second(recognition.probabilities)
    if second is not None and recognition.confidence - recognition.probabilities[second] < CLOSE:
        return translate("Answer", "It could just as well be “{0}”: the two are close.").format(label_name(second))
    return ""


def _doubt(recognition: Recognition) -> str:
    """Why an uncertain answer names no emotion, and which ones are possible."""
    if is_silent(recognition):
        return translate("Answer", "No speech was heard in it, so there is no answer.")
    if recognition.abstained_because == TOO_QUIET:
        return translate("Answer", "It is too quiet: record closer to the microphone, or turn it up.")
    closest = translate("Answer", "The closest is “{0}” at {1}.").format(
        label_name(recognition.label), percent(recognition.confidence)
    )
    if recognition.abstained_because == LITTLE_SPEECH:
        why = translate("Answer", "Too little speech was heard in it.")
    elif recognition.novelty > 1.0:
        why = translate("Answer", "This sounds unlike anything the pack knows.")
    elif 1 < len(recognition.label_set) < len(recognition.probabilities):
        *others, last = (label_name(label).lower() for label in recognition.label_set)
        possible = translate("Answer", "{0} or {1}").format(", ".join(others), last)
        why = translate("Answer", "It could be {0}.").format(possible)
    else:
        why = translate("Answer", "No emotion stands out.")
    return f"{why} {closest}"


def agreement(recognition: Recognition) -> str:
    """Whether p_model and p_knn agree, in a sentence, and what follows for the answer."""
    model, neighbours = recognition.model_probabilities, recognition.neighbour_probabilities
    model_top, neighbours_top = _top(model), _top(neighbours)
    if not recognition.neighbours:
        return translate("Answer", "There are no recordings to compare it with; the model answers alone.")
    if model_top == neighbours_top:
        return translate("Answer", "The model and the nearest recordings both put “{0}” first: {1} and {2}.").format(
            label_name(model_top), percent(model[model_top]), percent(neighbours[model_top])
        )
    return translate(
        "Answer",
        "The model hears “{0}” ({1}), the nearest recordings sound more like “{2}” ({3}); together, “{4}” leads.",
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


def manner(recognition: Recognition) -> str:
    """`Recognition.said` in the window's language."""
    if not recognition.said():
        return ""
    # whole sentences, since word order and endings differ between languages
    words = {
        "pitch": (translate("Manner", "lower"), translate("Manner", "higher")),
        "melody": (translate("Manner", "flatter"), translate("Manner", "livelier")),
        "tempo": (translate("Manner", "slower"), translate("Manner", "faster")),
        "effort": (translate("Manner", "softer"), translate("Manner", "more forcefully")),
    }
    said = [words[name][recognition.manner[name] > 0] for name in told(recognition.manner)]
    sentences = {
        "none": translate("Manner", "Spoken {0} than most people speak."),
        "itself": translate("Manner", "Spoken {0} than elsewhere in this recording."),
        "group": translate("Manner", "Spoken {0} than in the other recordings."),
        "saved": translate("Manner", "Spoken {0} than this voice usually does."),
    }
    return sentences[recognition.rests_on.voice.kind].format(enumerated(said, translate("Manner", " and ")))


def dimensions(recognition: Recognition) -> str:
    """Arousal and the like in a line, "" where the pack does not tell them."""
    if not recognition.dimensions:
        return ""
    each = [f"{dimension(name).name} {number(value, 2)}" for name, value in recognition.dimensions.items()]
    return translate("Dimension", "{0} (each from 0 to 1).").format("; ".join(each))


def lengths(recognition: Recognition, heard_s: float) -> str:
    """Seconds of sound, seconds of speech, and the time that the answer took."""
    timing = recognition.timing_ms
    took = round(timing.decode + timing.encode + timing.retrieve)
    if heard_s >= 60:
        return translate("Answer", "{0}, {1} of it speech · answered in {2} s").format(
            clock(heard_s), clock(recognition.speech_s), number(took / 1000, 1)
        )
    return translate("Answer", "{0} s, {1} s of it speech · answered in {2}").format(
        number(heard_s, 1),
        number(recognition.speech_s, 1),
        f"{number(took / 1000, 1)} s" if took >= 1000 else f"{took} ms",
    )


def rests_on(recognition: Recognition) -> str:
    """What an answer is based on besides the sound: voice, number of its recordings, pack, own examples."""
    on = recognition.rests_on
    parts = [_voice(on.voice), translate("Answer", "pack {0}").format(on.pack)]
    if own := own_share(recognition):
        parts.append(own)
    return translate("Answer", "Based on: {0}").format(" · ".join(parts))


def rests_on_in_short(recognition: Recognition) -> str:
    """The same in fewer words, without the pack."""
    return " · ".join(part for part in (_voice(recognition.rests_on.voice), own_share(recognition)) if part)


def own_share(recognition: Recognition) -> str:
    """How much of an answer comes from the user's own examples; "" if nothing."""
    share = recognition.own_share
    return translate("Answer", "your examples {0}").format(percent(share)) if share >= LEAST_SHARE else ""


def _voice(voice: VoiceUsed) -> str:
    if voice.kind == "itself":
        return translate("Answer", "the voice in this recording")
    if voice.kind == "group":
        return translate("Answer", "all {0} recordings together").format(voice.heard)
    if voice.kind == "speakers":
        return translate("Answer", "each speaker’s own stretches")
    if not voice.name:
        return translate("Answer", "an unknown voice")
    if voice.heard == 1:
        return translate("Answer", "{0}’s voice from 1 recording").format(voice.name)
    return translate("Answer", "{0}’s voice from {1} recordings").format(voice.name, voice.heard)


def neighbours_in_a_sentence(recognition: Recognition) -> str:
    """How many of the nearest share a label, from how many people and languages, and their weight in the answer."""
    neighbours = recognition.neighbours
    if not neighbours:
        return ""
    (label, n), *_ = Counter(one.label for one in neighbours).most_common()
    alike = [one for one in neighbours if one.label == label]
    speakers = len({(one.corpus, one.speaker) for one in alike})
    languages = len({one.language for one in alike if one.language})
    kinds = [
        translate("Neighbours", "1 speaker")
        if speakers == 1
        else translate("Neighbours", "{0} speakers").format(speakers)
    ]
    if languages > 1:
        kinds.append(translate("Neighbours", "{0} languages").format(languages))
    if n == len(neighbours) > 1:
        said = translate("Neighbours", "All {1} nearest are {2}: {3}. The nearest make up {4} of the answer.")
    else:
        said = translate("Neighbours", "{0} of the {1} nearest are {2}: {3}. The nearest make up {4} of the answer.")
    return said.format(n, len(neighbours), label_name(label).lower(), ", ".join(kinds), percent(recognition.alpha))


def place_in_words(recognition: Recognition) -> str:
    """Where the recording lies on the map, for screen readers."""
    counts = Counter(one.label for one in recognition.neighbours).most_common()
    among = ", ".join(f"{label_name(label).lower()} {n}" for label, n in counts)
    return translate("Map", "Your recording lies among these: {0}.").format(among) if among else ""


def origin(neighbour: Neighbour) -> str:
    """The source of a neighbour: corpus, speaker, language."""
    if neighbour.own:
        return translate("Neighbours", "Your own example")
    is_number = neighbour.speaker.isdigit()
    speaker = translate("Neighbours", "speaker {0}").format(neighbour.speaker) if is_number else neighbour.speaker
    return " · ".join(
        part for part in (corpus_name(neighbour.corpus), speaker, language_name(neighbour.language)) if part
    )


def neighbour_in_words(neighbour: Neighbour, rank: int, of: int) -> str:
    """A neighbour's card, for screen readers."""
    return translate("Neighbours", "Neighbour {0} of {1}: {2}, {3}, distance {4}, weight {5}").format(
        rank,
        of,
        label_name(neighbour.label),
        origin(neighbour),
        number(neighbour.distance, 2),
        percent(neighbour.weight),
    )


def _top(shares: Probabilities) -> str:
    return max(shares, key=lambda label: shares[label])


def _second(shares: Probabilities) -> str | None:
    ordered = sorted(shares, key=lambda label: -shares[label])
    return ordered[1] if len(ordered) > 1 else None
