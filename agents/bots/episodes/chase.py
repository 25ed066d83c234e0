"""One player runs away in a zig-zag; all others run after it, and stop short of it."""

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import Skill
from mpgenie.agents.bots.skills.travel import flee, follow
from mpgenie.envs.simulation.world import Simulation

from .episode import Episode, Scene

_KEEP_OFF = 3.0


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Draw how long it goes on."""
    scene.facts["ticks"] = scene.settle("ticks", scene.integer(100, 300))


def runner(bot: Bot, scene: Scene) -> Skill:
    """Run from the nearest chaser."""
    return (yield from flee(bot, scene.playing("chaser"), scene.facts["ticks"], sprint=True))


def chaser(bot: Bot, scene: Scene) -> Skill:
    """Run after the runner."""
    prey = scene.playing("runner")[0]
    return (yield from follow(bot, prey, scene.facts["ticks"], _KEEP_OFF, sprint=True))


CHASE = Episode(
    name="chase",
    seconds=16,
    scripts={"runner": runner, "chaser": chaser},
    prepare=prepare,
    parameters={"ticks": (40, 600)},
)
