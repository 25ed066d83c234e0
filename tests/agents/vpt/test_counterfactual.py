"""Which presses can be told at all."""

import mpgenie
from mpgenie.agents.vpt.counterfactual import identifiable, telling_ticks
from mpgenie.agents.vpt.targets import BITS
from mpgenie.envs.simulation.actions import BUTTONS


def test_walking_on_a_plain_can_be_told_and_an_inventory_cannot(folder):
    dataset = mpgenie.open_dataset(folder)
    episode = dataset.load(dataset.episodes[0])
    assert telling_ticks(episode, 6) == [0, 6, 12]
    found = identifiable(episode, [0], reach=2)
    assert found.shape == (1, 2, BITS)
    assert found[0, :, BUTTONS.index("forward")].all()
    assert found[0, :, BUTTONS.index("back")].all()
    assert not found[0, :, BUTTONS.index("inventory")].any()
