"""Everybody guards a post: mobs come one after another, are fought, and the guard goes back."""

from math import sqrt

from mpgenie.agents.bots.bot import Bot
from mpgenie.agents.bots.outcome import SUCCESS, Outcome, Skill, failed, partial
from mpgenie.agents.bots.skills.fight import guard, nearest_foe
from mpgenie.agents.bots.skills.hands import equip
from mpgenie.agents.bots.skills.look import watch
from mpgenie.agents.bots.vectors import turned, unit, walked
from mpgenie.envs.simulation.world import Simulation

from .episode import Episode, Scene, give_swords

KINDS = ("zombie", "skeleton", "spider", "husk")
_FOES = 2.0, 5.0


def prepare(sim: Simulation, w: int, scene: Scene) -> None:
    """Give everybody some sword, and draw how many mobs come to each."""
    give_swords(sim, w, scene)
    scene.facts["mobs"] = scene.settle("mobs", scene.integer(2, 5))


def guardian(bot: Bot, scene: Scene) -> Skill:
    """Stand at one's post against so many mobs."""
    post, beaten, lost = bot.feet, 0, 0
    partner = bot.partner
    farthest = max(3.0, bot.distance(bot.feet_of(partner)) / 4.0)
    yield from equip(bot, scene.facts["swords"][bot.slot])
    for _ in range(scene.facts["mobs"]):
        if nearest_foe(bot, farthest + 2.0) is None:
            _call_mob(bot, farthest)
        outcome: Outcome = yield from bot.phase("guard", guard(bot, post))
        beaten += bool(outcome)
        lost += outcome.status == "failed"
        yield from watch(bot, lambda: bot.eye_of(partner), bot.integer(20, 60))
    if beaten and not lost:
        return SUCCESS
    reason = f"beat {beaten} of {scene.facts['mobs']} mobs, lost {lost}"
    return partial(reason) if beaten else failed(reason)


def _call_mob(bot: Bot, farthest: float) -> None:
    """Bring a mob to the ground somewhere ahead."""
    share = sqrt(bot.number())
    metres = 0.5 * farthest * (1.0 + share)
    ahead = turned(unit(bot.feet), bot.heading, bot.uniform(-45.0, 45.0))
    cell = bot.senses.footing(walked(bot.feet, ahead, metres))
    if cell >= 0:
        feet = bot.senses.point_in(cell)
        bot.senses.call_mob(bot.pick(KINDS), feet)


PVE = Episode(
    name="pve",
    seconds=36,
    scripts={"guardian": guardian},
    separation=(15.0, 25.0),
    prepare=prepare,
    parameters={"mobs": (1, 8)},
)
