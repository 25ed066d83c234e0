"""What the page about learning libraries shows is there and runs, wherever its library is."""

import re
import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "learning_libraries.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
NEEDS = {
    "Stable-Baselines3": "stable_baselines3",
    "RLlib": "ray.rllib",
    "TorchRL": "torchrl",
    "BenchMARL": "benchmarl",
    "PufferLib": "pufferlib.emulation",
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("section", NEEDS)
def test_the_example_runs(section, tmp_path, monkeypatch):
    pytest.importorskip(NEEDS[section], exc_type=ImportError, reason=f"{section} is not installed")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", SECTIONS[section], re.DOTALL)
    exec(code, {"__name__": "example"})


def test_no_example_is_left_out():
    assert {name for name, text in SECTIONS.items() if "```python" in text} == set(NEEDS)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", PAGE))))
def test_every_link_leads_somewhere(target):
    headings = {name.lower().replace(" ", "-") for name in SECTIONS}
    assert target.removeprefix("#") in headings or (DOCS / target).exists()


@pytest.mark.slow
@pytest.mark.parametrize("observe", ["state", "rgb", "both"])
def test_the_single_file_trains(observe, tmp_path):
    pytest.importorskip("torch")
    example = runpy.run_path(str(DOCS / "examples" / "ppo_single_file.py"))
    settings = example["Settings"](
        observe=observe, worlds=2, horizon=16, decisions=192, minibatch=32, max_cycles=24,
        save=str(tmp_path / "player.pt"),
    )  # fmt: skip
    curve = example["train"](settings)
    assert len(curve) == 3 and (tmp_path / "player.pt").stat().st_size > 0


def test_the_single_file_learns_what_a_time_limit_cuts_off():
    torch = pytest.importorskip("torch")
    example = runpy.run_path(str(DOCS / "examples" / "ppo_single_file.py"))
    settings = example["Settings"](discount=0.5, trace=1.0)
    rewards, values = torch.ones(3, 1), torch.full((4, 1), 2.0)
    done = torch.tensor([[0.0], [1.0], [0.0]])
    advantages = example["advantages_of"](rewards, values, done, settings)
    # After the end nothing is worth anything, unless the reward says so: 1 - 2, then 1 + 0.5 - 2.
    assert advantages[:, 0].tolist() == [-0.5, -1.0, 0.0]


def test_the_single_file_stays_short():
    assert len((DOCS / "examples" / "ppo_single_file.py").read_text().splitlines()) <= 250
