"""constraints.txt pins everything that the project's extras bring along, requirements/*.txt the same with hashes.

`scripts/lock` writes both.
"""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[2]


def brought_along(requirements: list[str]) -> set[str]:
    """The names of these requirements that apply here, and of what they require in turn as far as it is installed."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *requirement.extras):
            if (name, wanted) in found:
                continue
            found.add((name, wanted))
            try:
                waiting += [(Requirement(text), wanted) for text in metadata.requires(name) or ()]
            except metadata.PackageNotFoundError:
                continue
    return {name for name, _ in found}


def pins(name: str) -> dict[str, str]:
    """Package -> version, of a file of pins."""
    lines = (CHECKOUT / name).read_text(encoding="utf-8").splitlines()
    found = [re.match(r"([\w.-]+)==([^\s;]+)", line) for line in lines]
    return {canonicalize_name(one[1]): one[2] for one in found if one}


PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LOCKED = {"app": ("media",), "test": ("media", "archives", "cluster", "trainer", "test"), "build": ("build",)}
"""What scripts/environment.sh prepares, and the extras in it."""


def test_every_package_is_pinned() -> None:
    wanted = brought_along([*PROJECT["dependencies"], *(text for extra in EXTRAS.values() for text in extra)])
    assert wanted - set(pins("constraints.txt")) == set(), "call scripts/lock"


@pytest.mark.parametrize("name", LOCKED)
def test_every_package_of_an_environment_has_the_version_that_is_pinned_and_hashes(name: str) -> None:
    extras = (text for extra in LOCKED[name] for text in EXTRAS[extra])
    wanted = brought_along([*PROJECT["dependencies"], *extras, "hatchling", "editables"])
    locked, pinned = pins(f"requirements/{name}.txt"), pins("constraints.txt")
    cuda = {p for p in wanted if p.startswith(("nvidia-", "cuda-"))} | {"torch", "triton"}
    assert wanted - cuda - set(locked) == set(), "call scripts/lock"
    assert {package: pinned[package] for package in locked} == locked, "call scripts/lock"
    text = (CHECKOUT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    for block in re.split(r"(?m)^(?=[a-z])", text)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
