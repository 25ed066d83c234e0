"""Plays scripts: all bots of all worlds choose an action, then one tick passes for everybody.

Nothing can hang: an episode has a hard limit of ticks, and an error in one script ends its episode
as `crashed`, with the error as the reason, and leaves those of other worlds alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.policy import IDLE, Action
from mpgenie.envs.simulation.world import Simulation

from .bot import Bot
from .coordination import Crew
from .outcome import SUCCESS, Outcome, Skill, worst
from .senses import Senses

Script = Callable[[Bot], Skill]
"""What a player does from the beginning of an episode to its end."""


class Scripts:
    """The scripts of some players as a policy.

    What it observes are the bots themselves; its state is what is left of each script, and how
    those that have ended went.
    """

    def __init__(self, scripts: Mapping[str, Script]) -> None:
        self.scripts = scripts

    def act(
        self, observations: Mapping[str, Bot], state: "Running | None"
    ) -> tuple[dict[str, Action], "Running"]:
        """Choose the next action of each bot; those whose script has ended stand still."""
        if state is None:
            state = Running({name: self.scripts[name](bot) for name, bot in observations.items()})
        actions = {}
        for name, bot in observations.items():
            actions[name] = state.next(name, bot)
        return actions, state


class Running:
    """Scripts under way: the generators, and the outcomes of those that have ended."""

    def __init__(self, skills: dict[str, Skill]) -> None:
        self.skills = skills
        self.outcomes: dict[str, Outcome] = {}

    def next(self, name: str, bot: Bot) -> Action:
        """The next action of one script."""
        if name in self.outcomes:
            return IDLE
        try:
            return next(self.skills[name])
        except StopIteration as end:
            self.outcomes[name] = end.value if end.value is not None else SUCCESS
            bot.crew.gone[bot.slot] = bot.tick
            return IDLE

    def close(self) -> None:
        """Let go of all scripts."""
        for skill in self.skills.values():
            skill.close()


class Play:
    """One episode under way in one world.

    Args:
        sim: The simulation; the world has been reset.
        w: The world.
        scripts: What the player of each slot does; others stand still.
        seed: What the bots draw from.
        limit: The hard limit, in ticks.
        roles: Names for what each slot plays, to be kept.
        facts: What else is known of the episode from its beginning, to be kept.
    """

    def __init__(
        self,
        sim: Simulation,
        w: int,
        scripts: Mapping[int, Script],
        *,
        seed: int = 0,
        limit: int = 2_000,
        roles: Mapping[int, str] | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        self.sim, self.w, self.limit = sim, w, limit
        self.facts = facts if facts is not None else {}
        self.senses = Senses(sim, w)
        self.crew = Crew(sorted(scripts))
        self.bots = {
            f"player_{slot}": Bot(slot, self.senses, self.crew, seed) for slot in sorted(scripts)
        }
        for bot in self.bots.values():
            bot.role = (roles or {}).get(bot.slot, "")
        self.policy = Scripts({f"player_{slot}": script for slot, script in scripts.items()})
        self.running: Running | None = None
        self.ticks = 0
        """How many have been played."""
        self.outcome: Outcome | None = None
        """How the episode went; None while it goes on."""
        self.error: Exception | None = None
        """What went wrong in a script, if the episode crashed."""

    @property
    def outcomes(self) -> dict[int, Outcome]:
        """How the script of each slot went, of those that have ended."""
        done = self.running.outcomes if self.running else {}
        return {self.bots[name].slot: outcome for name, outcome in done.items()}

    def act(
        self, buttons: NDArray[np.uint32], camera: NDArray[np.float32], message: NDArray[np.uint8]
    ) -> bool:
        """Write the actions of this tick into the rows of this world.

        Args:
            buttons: (W, P) of all worlds.
            camera: (W, P, 2), pitch and yaw.
            message: (W, P).

        Returns:
            Whether the episode goes on; if not, `outcome` says how it went.
        """
        w = self.w
        buttons[w], camera[w], message[w] = 0, 0.0, 0
        if self.outcome is not None:
            return False
        self.senses.refresh()
        try:
            actions, self.running = self.policy.act(self.bots, self.running)
        except Exception as error:  # whatever went wrong ends this episode and no other
            self.error = error
            return self._end(Outcome("crashed", f"{type(error).__name__}: {error}"))
        if len(self.running.outcomes) == len(self.bots):
            return self._end(worst(list(self.running.outcomes.values())))
        if self.ticks >= self.limit:
            return self._end(Outcome("timeout", f"still going on after {self.limit} ticks"))
        for name, action in actions.items():
            if action is not IDLE:
                slot = self.bots[name].slot
                buttons[w, slot], message[w, slot] = action.buttons, action.message
                camera[w, slot, 0], camera[w, slot, 1] = action.pitch, action.yaw
        self.ticks += 1
        return True

    def _end(self, outcome: Outcome) -> bool:
        self.outcome = outcome
        if self.running is not None:
            self.running.close()
        return False


OnTick = Callable[[NDArray[np.uint32], NDArray[np.float32], NDArray[np.uint8]], None]


def run_plays(sim: Simulation, plays: Sequence[Play], on_tick: OnTick | None = None) -> None:
    """Play episodes in several worlds side by side until all have ended.

    Args:
        sim: The simulation of all of them.
        plays: At most one in each world.
        on_tick: Called after each tick with the actions that made it.
    """
    buttons = np.zeros((sim.worlds, sim.players), np.uint32)
    camera = np.zeros((sim.worlds, sim.players, 2), np.float32)
    message = np.zeros((sim.worlds, sim.players), np.uint8)
    first, last = min(play.w for play in plays), max(play.w for play in plays) + 1
    while any([play.act(buttons, camera, message) for play in plays]):
        sim.step(buttons, camera, message, first, last)
        if on_tick is not None:
            on_tick(buttons, camera, message)


def run_script(
    sim: Simulation,
    world: int,
    scripts: Mapping[int, Script],
    limit: int = 2_000,
    on_tick: OnTick | None = None,
    seed: int = 0,
) -> Play:
    """Play one script for each player of one world; the play tells how it went."""
    play = Play(sim, world, scripts, seed=seed, limit=limit)
    run_plays(sim, [play], on_tick)
    return play
