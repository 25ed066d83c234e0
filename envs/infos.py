"""What `infos` says to each player; the keys are listed in `mpgenie.envs.parallel`."""

from collections.abc import Mapping, Sequence
from typing import Any

from mpgenie.envs.scenarios.base import Event

from .config import EnvConfig
from .masks import discrete_mask, raw_mask


def infos_of(
    config: EnvConfig,
    players: Sequence[tuple[str, int, Sequence[int]]],
    shared: Mapping[str, int],
    events: Sequence[Event],
    parts: Sequence[Mapping[str, float]],
) -> dict[str, dict[str, Any]]:
    """Infos of one tick.

    Args:
        config: Of the environment.
        players: Name, slot, and facts (see `bodies_observation.FACTS`) of each.
        shared: What everybody is told alike.
        events: All that happened in the tick.
        parts: Of each slot's reward.
    """
    mine: dict[int, list[Event]] = {facts[0]: [] for _, _, facts in players}
    for event in events:
        actor, target = event["actor"], event["target"]
        if actor in mine:
            mine[actor].append(event)
        if target in mine and target != actor:
            mine[target].append(event)
    mask_for = discrete_mask if config.action_mode == "discrete" else raw_mask
    messages = config.messages
    return {
        name: {
            **shared,
            "id": entity,
            "team": team,
            "role": role,
            "events": mine[entity],
            "reward_parts": {**parts[slot]},
            "action_mask": mask_for(grip, held, messages),
        }
        for name, slot, (entity, grip, held, team, role) in players
    }
