"""constraints.txt pins everything that the project's extras bring along."""

import tomllib
from importlib import metadata
from pathlib import Path

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


def test_every_package_is_pinned() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = brought_along(
        [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    )
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line}
    assert wanted - pinned == set()
