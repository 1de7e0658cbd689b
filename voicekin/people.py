"""The user's saved voices and examples: list, remove, move to another machine.

`Recogniser.learn_voice` and `Recogniser.add_example` add to them. Each call opens the user's store and closes it.
"""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from desktop_app import paths
from desktop_app.engine.people import exchange
from desktop_app.engine.people.examples import Example, Examples
from desktop_app.engine.people.exchange import Exported, Imported
from desktop_app.engine.people.profiles import Profile, Profiles
from desktop_app.engine.people.store import Store
from desktop_app.errors import StoreError
from desktop_app.interruption import ShouldStop, never

__all__ = [
    "Example",
    "Exported",
    "Imported",
    "Profile",
    "examples",
    "export_people",
    "forget_voice",
    "import_people",
    "remove_examples",
    "voices",
]


def voices() -> tuple[Profile, ...]:
    """The saved voices, by name.

    Raises:
        StoreError: The store can't be read. All functions of this module raise it.
    """
    with Store(paths.user_data()) as store:
        return Profiles(store).all()


def forget_voice(name: str) -> Profile:
    """Removes a saved voice; examples spoken by it stay.

    Raises:
        StoreError: There is none of that name.
    """
    with Store(paths.user_data()) as store:
        profiles = Profiles(store)
        profile = profiles.named(name)
        profiles.remove(profile.id)
        return profile


def examples() -> tuple[Example, ...]:
    """The examples, the latest first."""
    with Store(paths.user_data()) as store:
        return Examples(store).all()


def remove_examples(ids: Iterable[int] | None = None) -> int:
    """Removes the examples with these ids, or all for None; returns how many were removed.

    Raises:
        StoreError: One of these ids does not exist; then no example is removed.
    """
    with Store(paths.user_data()) as store:
        kept = Examples(store)
        there = {example.id for example in kept.all()}
        wanted = sorted(there) if ids is None else list(dict.fromkeys(ids))
        unknown = [i for i in wanted if i not in there]
        if unknown:
            raise StoreError(f"There is no example {unknown[0]}; `voicekin examples list` shows their numbers.")
        kept.remove(wanted)
        return len(wanted)


def export_people(target: str | PathLike[str], *, overwrite: bool = False, should_stop: ShouldStop = never) -> Exported:
    """Writes all voices and examples to one file.

    Raises:
        TargetExists: `target` exists and `overwrite` is False.
        ExportError: `target` can't be written.
        Cancelled: `should_stop` returned True; an existing file is unchanged.
    """
    with Store(paths.user_data()) as store:
        return exchange.export_file(store, Path(target), overwrite=overwrite, should_stop=should_stop)


def import_people(source: str | PathLike[str], *, should_stop: ShouldStop = never) -> Imported:
    """Adds the voices and examples of a file that `export_people` wrote; existing ones stay unchanged.

    Raises:
        StoreError: It is not such a file, is damaged, or was written by a newer VoiceKin; nothing is added then.
        Cancelled: `should_stop` returned True; nothing is added then.
    """
    with Store(paths.user_data()) as store:
        return exchange.import_file(store, Path(source), should_stop)
