"""A population that learns a scenario, in a folder from which it goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_type_hints

from mpgenie import __version__
from mpgenie.agents.threads import one_thread
from mpgenie.agents.training.config import PPOConfig
from mpgenie.agents.training.stopping import Pace, asked_to_stop
from mpgenie.agents.training.update import Terms
from mpgenie.checks import check_known
from mpgenie.errors import ConfigError

from .co_play import CoPlay
from .executor import Executor, InProcess
from .hypers import Range
from .population import Population, Settings
from .store import Store
from .takes import Numbered

PART = Range(0.1, 10.0)
"""What a part of the scenario's reward may be worth, where that evolves; it is 1 elsewhere."""
TERMS = tuple(name for name, kind in get_type_hints(Terms).items() if kind is float)
"""The terms of learning that may evolve; whole ones, such as `epochs`, have no scale."""
OnGeneration = Callable[[Population], None]
OnTakes = Callable[[Sequence[Numbered]], None]


def train(
    settings: Settings,
    config: PPOConfig,
    out: Path,
    *,
    minutes: float | None = None,
    record: float = 0.0,
    executor: Executor | None = None,
    on_takes: OnTakes | None = None,
    on_generation: OnGeneration | None = None,
) -> Path:
    """Let a population learn, or go on with the one that a folder holds.

    Networks run on one thread meanwhile, so that the lineage follows from the seed alone.

    Args:
        settings: Of the population.
        config: What is played, and all terms of learning that do not evolve.
        out: The folder.
        minutes: When to stop if it is not done yet; None = never.
        record: The share of games that are told to `on_takes`.
        executor: What runs matches and lessons; by default this process.
        on_takes: Told the games of each generation that are to be kept, once it is saved; and,
            when a folder is gone on with, those of its last one again, under the same numbers.
        on_generation: Told the population after each.

    Returns:
        The folder of the member with the highest rating.

    Raises:
        ConfigError: If the folder holds another population, a level cannot be played, or nothing
            is called as one of the numbers that shall evolve.
        KeyboardInterrupt: After Ctrl-C, when a generation is done; the same call goes on.
    """
    game = CoPlay(config, settings.levels, record=record)
    executor = executor or InProcess()
    try:
        for name in settings.hypers:
            check_known("number that evolves", name, (*TERMS, *parts_evolve(config)))
        if record and config.env_config().messages:
            raise ConfigError("datasets have no place for messages: record nothing, or leave them")
        for level in range(max(1, len(settings.levels))):  # wrong ones are refused here, too
            if game.players(level) < 2:
                raise ConfigError("members meet each other: 2 players or more in each world, not 1")
        with one_thread(), asked_to_stop() as asked:
            usual = _plain(Settings(), PPOConfig())
            parts = {name: usual[name] for name in ("settings", "learner")}
            store = Store(out, _plain(settings, game.config), game, parts)
            population = Population(settings, game, store, executor)
            if on_takes is not None:
                on_takes(population.takes)
            pace = Pace(minutes)
            while population.generation < settings.generations and not asked() and not pace.is_up:
                population.advance()
                if on_takes is not None:
                    on_takes(population.takes)
                if on_generation is not None:
                    on_generation(population)
            if asked():
                raise KeyboardInterrupt(
                    f"stopped after generation {population.generation} of {settings.generations} "
                    f"and saved in {out}; the same command goes on"
                )
    finally:
        game.close()
        executor.close()
    return store.member_folder(population.generation, population.best().name)


def parts_evolve(config: PPOConfig) -> dict[str, Range]:
    """Ranges that let evolution choose what each part of the scenario's reward is worth."""
    return {f"part.{name}": PART for name in config.env_config().rules.part_names}


def _plain(settings: Settings, config: PPOConfig) -> Mapping[str, Any]:
    plain = asdict(settings)
    return {
        "mpgenie": __version__,
        "scenario": config.scenario,
        "seed": settings.seed,
        "generations": plain.pop("generations"),
        "settings": plain,
        "learner": config.to_plain(),
    }
