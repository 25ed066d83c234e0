"""What makes a type of episode, and how one of it is set up in a world.

Everything that is drawn (roles, places, the hour, the first looks) follows from the seed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.bot import Bot, Draws
from mpgenie.agents.bots.outcome import Outcome, Skill, worst
from mpgenie.agents.bots.runner import Play, Script
from mpgenie.agents.bots.skills.look import eye_contact, turn, wait
from mpgenie.envs.planet.planet import Planet
from mpgenie.envs.simulation.entrance import HOTBAR_AT_START, TERRAIN_KEY, key_of
from mpgenie.envs.simulation.world import Simulation

from .sky import draw_weather, keep_weather, set_hour
from .wishes import NO_WISHES, Wishes

_SCENE = 1 << 21  # the branch of draws that all bots of an episode share
SETTLE = 8
"""Ticks that bodies take to come to rest after an episode's first."""
REST = 10
"""Ticks that everybody stays after the end."""
SWORDS = (
    "wooden_sword", "stone_sword", "golden_sword", "iron_sword", "diamond_sword", "netherite_sword",
)  # fmt: skip
TOOLS = (("diamond_pickaxe", 1), ("diamond_shovel", 1), ("diamond_axe", 1))
MATERIALS = (("stone", 64), ("cobblestone", 64), ("planks", 64), ("bricks", 64))
RULES: dict[str, Any] = {
    "hostile_mobs": False, "fall_damage": False, "player_damage": False, "keep_hotbar": True,
}  # fmt: skip
"""The rules of the game that episodes are made for; foes come only where a script calls them."""


class Scene(Draws):
    """What all bots of an episode know from its beginning.

    Args:
        seed: The episode's.
        roles: What each slot plays.
        wished: Values that stand in place of what is drawn, by the names of `Episode.parameters`.
    """

    def __init__(
        self, seed: int, roles: Mapping[int, str], wished: Mapping[str, float] | None = None
    ) -> None:
        super().__init__(seed, _SCENE)
        self.seed, self.roles, self._wished = seed, roles, wished or {}
        self.facts: dict[str, Any] = {}
        """What the episode's `prepare` drew or built, for the scripts to read."""

    def playing(self, role: str) -> list[int]:
        """The slots that play a role."""
        return [slot for slot, name in self.roles.items() if name == role]

    def settle(self, name: str, drawn: int) -> int:
        """What a scenario wishes for a parameter of the type, else what was drawn."""
        return int(self._wished.get(name, drawn))


RoleScript = Callable[[Bot, Scene], Skill]
Places = Callable[[Planet, Scene], NDArray[np.float64]]
"""Chooses (players, 3) places of the feet on a planet for those who have a role in a scene."""


def casual(bot: Bot, scene: Scene) -> Skill:
    """Come to rest; most look at a partner first, for a longer or shorter while."""
    yield from wait(bot, SETTLE)
    if bot.chance(0.25):
        yield from turn(bot, bot.uniform(-10.0, 15.0), bot.uniform(-120.0, 120.0))
    if bot.chance(0.8):
        yield from eye_contact(bot, bot.integer(5, 25))
    return (yield from wait(bot, bot.integer(0, 10)))


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A type of episode."""

    name: str
    seconds: float
    """How long one typically takes."""
    scripts: Mapping[str, RoleScript]
    """By role.  One player plays each role but the last, which all others play."""
    separation: tuple[float, float] = (10.0, 15.0)
    """Metres between players at first."""
    line_of_sight: bool = True
    """Whether they shall see each other at first."""
    places: Places | None = None
    """Chooses where they begin, in place of `separation` and `line_of_sight`."""
    hotbar: Sequence[tuple[str, int]] = HOTBAR_AT_START
    opening: RoleScript = casual
    """What all do before they meet for the first time."""
    prepare: Callable[[Simulation, int, Scene], None] | None = None
    """Arranges the world and draws the facts that the bots share, after the players are in."""
    held_out: bool = False
    """Whether it serves evaluation only."""
    noisy: bool = True
    """Whether camera speeds vary."""
    hour: float | None = None
    """Local hour at which it begins, dry then, 12 being noon; by default hour and weather vary."""
    parameters: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """What scenarios may set that is drawn otherwise (`Scene.settle`): the least and the most."""

    @property
    def limit(self) -> int:
        """The hard limit in ticks: three times the typical length, and half a minute."""
        return int(60 * self.seconds) + 600


def give_swords(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw a sword for everybody, and give it: `scene.facts["swords"]` by slot."""
    scene.facts["swords"] = {slot: scene.pick(SWORDS) for slot in scene.roles}
    for slot, sword in scene.facts["swords"].items():
        sim.give(w, slot, sword)


def cast_roles(
    episode: Episode, slots: Sequence[int], seed: int, wishes: Wishes = NO_WISHES
) -> dict[int, str]:
    """Who plays what: a draw for each role but the last; the rest play that."""
    order = wishes.order(slots, Draws(seed, _SCENE + 1).shuffled(slots))
    names = list(episode.scripts)
    roles = {slot: names[min(k, len(names) - 1)] for k, slot in enumerate(order)}
    return {slot: roles[slot] for slot in slots}


def stage(
    sim: Simulation,
    w: int,
    episode: Episode,
    seed: int,
    *,
    planet: Planet | int | None = None,
    players: int | None = None,
    wishes: Wishes = NO_WISHES,
) -> Play:
    """Begin an episode in a world, ready for `run_plays`.

    Args:
        sim: The simulation, made with `RULES`.
        w: The world.
        episode: The type.
        seed: Everything random in it follows from this.
        planet: A planet or its seed; by default drawn from `seed`.
        players: How many; by default as many as there are slots.
        wishes: What a scenario wants where the type leaves it open.
    """
    count = sim.players if players is None else players
    draws = Draws(seed, _SCENE + 2)
    if not isinstance(planet, Planet):
        planet = sim.planet(key_of(seed, TERRAIN_KEY) % 2**32 if planet is None else planet)
    roles = cast_roles(episode, range(count), seed, wishes)
    scene = Scene(seed, roles, wishes.parameters)
    sim.reset(
        w,
        seed,
        planet=planet,
        players=count,
        spawn=episode.places(planet, scene) if episode.places else None,
        separation=wishes.separation(episode.separation),
        line_of_sight=episode.line_of_sight,
        hotbar=draws.shuffled(episode.hotbar),
        time=draws.integer(0, sim.rules.day - 1),
    )
    _set_sky(sim, w, episode, wishes, draws)
    if episode.prepare is not None:
        episode.prepare(sim, w, scene)
    scripts: dict[int, Script] = {
        slot: _script(episode, scene, role) for slot, role in roles.items()
    }
    return Play(sim, w, scripts, seed=seed, limit=episode.limit, roles=roles, facts=scene.facts)


def _set_sky(sim: Simulation, w: int, episode: Episode, wishes: Wishes, draws: Draws) -> None:
    hour, weather = episode.hour, "dry"
    if hour is None:
        draw_weather(sim, w, draws)
        hour, weather = wishes.hour, wishes.weather or ""
    if hour is not None:
        set_hour(sim, w, sim.state.players.position[w, 0].tolist(), hour)
    if weather:
        keep_weather(sim, w, episode.limit, wet=weather == "wet")


def _script(episode: Episode, scene: Scene, role: str) -> Script:
    def script(bot: Bot) -> Skill:
        bot.noisy = episode.noisy
        yield from bot.phase("opening", episode.opening(bot, scene))
        met = yield from bot.meet(f"{episode.name}_0")
        if not met:
            return met
        outcome: Outcome = yield from bot.phase(role, episode.scripts[role](bot, scene))
        met = yield from bot.meet("stop", episode.limit)
        yield from wait(bot, REST)
        return worst([outcome, met])

    return script
