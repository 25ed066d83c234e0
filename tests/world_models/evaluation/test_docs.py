"""What docs/evaluating_world_models.md shows runs, and it names every task."""

import re
from pathlib import Path

import pytest

from mpgenie.world_models.evaluation.tasks import TASKS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "evaluating_world_models.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_runs(number, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    names = {}
    exec(BLOCKS[number].replace("out/report", str(tmp_path)), names)
    models = names["results"]["models"]
    assert models["oracle"]["tasks"]["movement_b"]["share"] == 1.0
    assert len(models) == 4


def test_every_task_is_told_of():
    asked = PAGE[PAGE.index("## What is asked") : PAGE.index("## How it is judged")]
    assert re.findall(r"^\| `(\w+)`", asked, re.MULTILINE) == list(TASKS)
