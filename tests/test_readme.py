"""What the README shows is there and runs."""

import re
from pathlib import Path

import pytest

import mpgenie

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_ten_lines_of_the_readme_run(monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    whole = mpgenie.parallel_env
    short = {"size": 48, "max_cycles": 20, "renderer": "software"}
    monkeypatch.setattr(mpgenie, "parallel_env", lambda **options: whole(**options, **short))
    names = {}
    exec(code, names)
    assert names["frames"]["player_1"].shape == (64, 64, 3)
    assert names["env"].agents == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(target):
    assert (ROOT / target).exists()


def test_every_command_of_the_makefile_that_is_named_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE)) <= targets
