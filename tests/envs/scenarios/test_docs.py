"""The page about scenarios says what their sources say, and its examples run."""

import re
from pathlib import Path

from mpgenie.agents.bots.scenarios import SCRIPTS
from mpgenie.benchmarks.scenario_page import written_anew
from mpgenie.benchmarks.scenario_returns import HEAD, UNPAID
from mpgenie.envs.scenarios.registry import SCENARIOS

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "scenarios.md").read_text(encoding="utf-8")


def test_every_scenario_has_a_section_as_in_its_source():
    assert written_anew(PAGE) == PAGE, "run python -m mpgenie.benchmarks.scenario_page"
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    named = [name for heading in headings for name in re.findall(r"`(\w+)`", heading)]
    assert sorted(named) == sorted(SCENARIOS)


def test_every_scenario_that_pays_has_a_row():
    assert HEAD in PAGE
    rows = set(re.findall(r"^\| (\w+) \| normal \|", PAGE, re.MULTILINE))
    assert rows == set(SCRIPTS) - {UNPAID} == set(SCENARIOS) - {UNPAID}


def test_what_the_page_calls_shaping_decides_no_match():
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading = section.partition("\n")[0]
        shaping = set(re.findall(r"^\| `(\w+)` \| shaping", section, re.MULTILINE))
        for name in set(re.findall(r"`(\w+)`", heading)) & set(SCENARIOS):
            assert shaping == set(SCENARIOS[name].shaping) <= set(SCENARIOS[name].part_names)


def test_the_pictures_are_small():
    assert 50_000 < (DOCS / "scenarios.png").stat().st_size < 400_000


def test_the_examples_run(capsys):
    scope: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, scope)
    assert "a metre high in tick" in capsys.readouterr().out
