"""Writes what docs/scenarios.md says of each scenario, from its own source, and its pictures.

python -m mpgenie.benchmarks.scenario_page             # the sections
python -m mpgenie.benchmarks.scenario_page --pictures  # and docs/scenarios.png, from scripted play

Rules, rewards and endings are the docstring of the scenario's module; what may be chosen are the
fields of its config.
"""

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from mpgenie.agents.bots.scenarios import SCRIPTS, ScriptedPlayers
from mpgenie.agents.bots.scenarios.playing import action_for
from mpgenie.agents.policy import IDLE
from mpgenie.envs.parallel import parallel_env
from mpgenie.envs.scenarios.base import ScenarioConfig
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.pictures import Picture, grid, save_png
from mpgenie.registries import ids

from .scenario_returns import PAGE, put_between

_BLOCK = re.compile(r"^(.*:)\n((?:    .*(?:\n|$))+)", re.MULTILINE)
_ROW = re.compile(r"^    (\S+) +(.*)$")
TILE, COLUMNS = (150, 225), 4
SHOTS: dict[str, tuple[int, int, int, str]] = {
    "tag": (4, 150, 0, "third"),
    "gather": (1, 260, 0, "third"),
    "capture_the_flag": (4, 30, 1, "third"),
    "duel": (1, 80, 0, "third"),
    "team_fight": (1, 80, 0, "third"),
    "hide_and_seek": (1, 260, 1, "third"),
    "defend": (4, 330, 3, "third"),
    "bridge": (1, 150, 2, "third"),
    "build": (1, 60, 0, "third"),
    "harvest": (1, 120, 0, "third"),
}
"""For each scenario the seed, the tick, the player and the view of its picture; else `_SHOT`."""
_SHOT = (3, 150, 0, "third")


def written_anew(page: str) -> str:
    """The page with what follows from the sources brought up to date."""
    names = ", ".join(f"`{name}`" for name in SCENARIOS)
    page = put_between(page, "order", f"In reading order: {names}.")
    return put_between(page, "sections", sections())


def sections() -> str:
    """All sections, in the order of the registry; scenarios of one module share one."""
    modules: dict[str, list[type[ScenarioConfig]]] = {}
    for config in SCENARIOS.values():
        modules.setdefault(config.__module__, []).append(config)
    return "\n\n".join(_section(name, configs) for name, configs in modules.items())


def _section(module: str, configs: Sequence[type[ScenarioConfig]]) -> str:
    names = " and ".join(f"`{config.name}`" for config in configs)
    rules = _BLOCK.sub(_as_table, inspect.getdoc(sys.modules[module]) or "")
    return "\n\n".join([f"## {names}", rules.strip(), *(_facts(config) for config in configs)])


def _as_table(block: re.Match[str]) -> str:
    """An indented list of names and what they mean, as a table under its heading."""
    rows: list[list[str]] = []
    for line in block[2].splitlines():
        begun = _ROW.match(line)
        if begun and not line.startswith("     "):
            rows.append([begun[1], begun[2]])
        else:
            rows[-1][1] += " " + line.strip()
    lines = [f"| `{name}` | {meaning} |" for name, meaning in rows]
    return "\n".join([block[1], "", "| part | |", "|---|---|", *lines]) + "\n"


def _facts(config: type[ScenarioConfig]) -> str:
    """Id, players, roles, landmarks and options of one scenario."""
    least, most = config.players
    (name,) = (name for name, scenario in ids().items() if scenario == config.name)
    told = [f"`{name}`", f"{least} to {most} players"]
    told.append("roles " + ", ".join(config.roles) if len(config.roles) > 1 else "one role")
    told.append("landmarks " + ", ".join(config.marks) if config.marks else "no landmarks")
    lines = ["; ".join(told) + "."]
    options = list(_options(config))
    if options:
        heading = f"| option of `{config.__name__}` | default | |"
        lines += ["", heading, "|---|---|---|", *options]
    return "\n".join(lines)


def _options(config: type[ScenarioConfig]) -> Iterator[str]:
    told: dict[str, str] = {}
    for base in reversed(config.__mro__[:-1]):
        told |= _documented(base)
    for option in fields(config):
        about = " ".join(told.get(option.name, "").split())
        yield f"| `{option.name}` | `{option.default!r}` | {about} |"


def _documented(config: type) -> dict[str, str]:
    """What stands under each field of a class in its source."""
    (found,) = ast.parse(inspect.getsource(config)).body
    assert isinstance(found, ast.ClassDef)
    told: dict[str, str] = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                told[field.target.id] = str(text.value.value)
    return told


def picture(name: str, players: int = 4) -> Picture:
    """A moment of a scenario played by its script."""
    seed, ticks, slot, view = SHOTS.get(name, _SHOT)
    env = parallel_env(
        name, players, observe="proprio", action_mode="raw", renderer="software", planet="normal"
    )
    env.reset(seed=seed)
    slots = range(players) if name in SCRIPTS else ()
    bots = ScriptedPlayers(env.simulation, env.scenario, slots, name, seed=seed)
    for _ in range(ticks):
        acts = bots.act()
        chosen = {f"player_{p}": action_for(env, acts.get(p, IDLE)) for p in range(players)}
        env.step(chosen)
        if not env.agents:
            break
    seen = env.render_view(f"player_{slot}", view, TILE)
    env.close()
    return seen


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sections into the page, and the pictures beside it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--pictures", action="store_true", help="draw the pictures, too")
    chosen = parser.parse_args(arguments)
    page = written_anew(chosen.page.read_text(encoding="utf-8"))
    chosen.page.write_text(page, encoding="utf-8")
    if chosen.pictures:
        sheet = grid([picture(name) for name in SCENARIOS], columns=COLUMNS)
        save_png(chosen.page.with_suffix(".png"), sheet)


if __name__ == "__main__":
    main()
