"""The page about episodes names every type, and its example runs."""

import re
from pathlib import Path

from mpgenie.agents.bots.episodes import EPISODES

PAGE = (Path(__file__).parents[3] / "docs" / "episodes.md").read_text(encoding="utf-8")


def test_every_type_has_a_row():
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(EPISODES)


def test_the_example_runs_and_succeeds(capsys):
    scope: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, scope)
    assert "success" in capsys.readouterr().out
