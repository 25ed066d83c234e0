"""The populations that come with the repository play, and fit in 10 MB."""

from pathlib import Path

import pytest

from mpgenie.agents.training.population.matches import game_of
from mpgenie.agents.training.population.players import entered
from mpgenie.agents.training.population.store import MEMBER, POLICY, read_lineage
from mpgenie.agents.training.population.tournament import hold
from tests.runs import one_thread as one_thread

SHIPPED = Path(__file__).parents[4] / "checkpoints" / "populations"
FOLDERS = sorted(path.parent for path in SHIPPED.glob("*/latest"))


def test_all_together_are_small_and_hold_no_optimisers():
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert len(FOLDERS) == 2 and sum(path.stat().st_size for path in files) < 10e6
    assert {path.name for path in files if path.suffix == ".npz"} == {POLICY}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_members_meet_in_a_match_of_what_they_learnt(folder):
    members = entered([folder])
    assert len(members) == 3
    game = game_of(list(members.values()), max_cycles=8)
    assert game["scenario"] == "capture_the_flag"
    standings = hold({**members, **entered(["random"])}, game, rounds=1, worlds=4, threads=1)
    assert set(standings.names) == {*members, "random"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_log_tells_of_every_member(folder):
    last = int((folder / "latest").read_text().removeprefix("gen_"))
    told = {each["member"] for each in read_lineage(folder) if each["generation"] == last}
    assert {path.parent.name for path in folder.rglob(MEMBER)} <= told
