"""Every scenario goes here as everywhere, as written down in `tests/golden/scenarios`."""

import importlib.util
import json
from pathlib import Path

import pytest

from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.envs.simulation.world import Simulation

GOLDEN = Path(__file__).parents[2] / "golden"
_spec = importlib.util.spec_from_file_location(
    "golden_make_scenarios", GOLDEN / "make_scenarios.py"
)
assert _spec is not None and _spec.loader is not None
make = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_written_trace_comes_out(name):
    assert make.table(name) == json.loads((make.FOLDER / f"{name}.json").read_text())


@pytest.mark.parametrize("name", SCENARIOS)
def test_roles_and_marks_are_part_of_the_state(name):
    config = SCENARIOS[name]()
    rules = config.make(Simulation(players=config.players[0]))
    assert rules.state["role"] is rules.role and rules.state["marks"] is rules.marks
