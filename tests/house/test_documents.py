"""What the repository's first pages point to is there; those of the site are checked when it is built."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "packaging/README.md"])
def test_links_lead_somewhere(name: str) -> None:
    page = CHECKOUT / name
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    for link in links:
        assert re.match(r"https?://", link) or (page.parent / link).exists(), link


def test_the_first_page_says_where_a_clip_goes_and_what_is_forbidden() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"(?m)^## (.*)$", text)
    wanted = ["Install", "Use", "Where a clip goes", "Train", "Results", "Limits and ethics"]
    assert [heading for heading in headings if heading in wanted] == wanted
    assert "Art. 5(1)(f)" in text
    assert "**worst**" in text
    assert (CHECKOUT / "docs/pictures/voicekin.webp").stat().st_size < 1_500_000
