"""What the episodes that evaluate have in common.

They are scripted to the tick: the eyes turn at full speed without noise, a player who begins
ducks for all to see, and from then on the episode goes on for at least `LENGTH` ticks, however
soon the script is done.  Which player acts and which case is played go round with the seed, so
that consecutive seeds cover them evenly.  The facts of the play hold what was asked, its phases
hold when it was done.
"""

import numpy as np
from numpy.typing import NDArray

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.camera import FASTEST
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed
from mpgenie.agents.bots.skills.look import look_at, sneak_signal, turn, wait
from mpgenie.envs.planet.planet import Planet

from .episode import SETTLE, Episode, Places, RoleScript, Scene
from .ground import level_places

LENGTH = 300
"""Ticks from the signal to the end, at least."""
FREEZE = 60
"""Ticks that one who has turned away stays so."""
_LOOK, _PAUSE = 60.0, 20


def acting(scene: Scene, cases: int = 1) -> int:
    """The slot of the player whose turn it is, each playing so many cases in a row."""
    slots = sorted(scene.roles)
    return slots[scene.seed // cases % len(slots)]


def subject(bot: Bot, scene: Scene) -> int:
    """Whom a player watches: who acts; the nearest other if it does so itself or all do."""
    actor: int = scene.facts.get("actor", bot.slot)
    return actor if actor != bot.slot else bot.partner


def around_actor(
    separation: tuple[float, float] = (10.0, 12.0), steps: int = 4, cases: int = 1
) -> Places:
    """Says whose turn it is, each playing so many cases in a row, and places all in its sight."""
    level = level_places(separation, steps)

    def places(planet: Planet, scene: Scene) -> NDArray[np.float64]:
        scene.facts["actor"] = acting(scene, cases)
        return level(planet, scene)

    return places


def face_partner(bot: Bot, scene: Scene) -> Skill:
    """Come to rest, look at whom one watches, and hold that for a second."""
    yield from wait(bot, SETTLE)
    other = subject(bot, scene)
    yield from look_at(bot, lambda: bot.eye_of(other), _LOOK, linear=True)
    return (yield from wait(bot, _PAUSE))


def quick_turn(bot: Bot, yaw: float) -> Skill:
    """Turn to the right at full speed."""
    return (yield from turn(bot, 0.0, yaw, FASTEST, linear=True))


def signalled(bot: Bot, skill: Skill) -> Skill:
    """Give the signal, go on with a skill, and stand still until the length is reached."""
    yield from bot.phase("signal", sneak_signal(bot))
    began = bot.tick
    outcome: Outcome = yield from bot.phase("act", skill)
    yield from wait(bot, LENGTH - (bot.tick - began))
    return outcome


def onlooker(bot: Bot, scene: Scene) -> Skill:
    """Stand and watch for as long."""
    before = bot.has_in_view(scene.facts["actor"])
    yield from wait(bot, LENGTH)
    return SUCCESS if before else failed("the one who acts is not in view")


def held_out(name: str, script: RoleScript, **fields: object) -> Episode:
    """An episode that evaluates: everybody follows one script, by day and without rain."""
    given: dict[str, object] = {
        "name": name,
        "seconds": 25,
        "scripts": {"player": script},
        "places": around_actor(),
        "opening": face_partner,
        "held_out": True,
        "noisy": False,
        "hour": 12.0,
    }
    return Episode(**(given | fields))  # type: ignore[arg-type]


def standing_by(act: RoleScript) -> RoleScript:
    """The script of a group in which the player `actor` of the facts acts and others look on."""

    def script(bot: Bot, scene: Scene) -> Skill:
        if bot.slot == scene.facts["actor"]:
            return (yield from signalled(bot, act(bot, scene)))
        return (yield from onlooker(bot, scene))

    return script
