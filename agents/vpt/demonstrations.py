"""What clones learn from: episodes with what was asked for, or with labels, and their game."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mpgenie.envs.config import config_from
from mpgenie.envs.scenarios.registry import SCENARIOS
from mpgenie.errors import ConfigError, DatasetError

from .classes import combinations_of, turns_of
from .corpus import REQUESTED, STREAM, Play, load_play
from .labels import labelled

if TYPE_CHECKING:
    from mpgenie.datasets.reading import Dataset, Entry

Labels = str | None
_SAME_NAME = ("mobs", "weather", "day")


def demonstration(
    dataset: "Dataset",
    entry: "Entry",
    labels: Labels = None,
    *,
    observe: str = "rgb",
    stream: str = STREAM,
) -> Play:
    """An episode to clone.

    Args:
        dataset: Where.
        entry: Which.
        labels: The name of labels that a model gave it; None = what players truly asked for.
        observe: `rgb`: the stream's frames are seen; `state`: state observations, replayed.
        stream: The stream.
    """
    seen = None
    if observe == "state":
        from .states import states_of

        seen = states_of(dataset.load(entry))
    play = load_play(dataset, entry, REQUESTED, stream, seen)
    return play if labels is None else labelled(play, dataset, entry, labels)


def demonstrations(
    dataset: "Dataset | Sequence[Dataset]",
    labels: "Labels | Sequence[Labels]" = None,
    *,
    minutes: float | None = None,
    observe: str = "rgb",
    stream: str = STREAM,
) -> list[Play]:
    """Whole episodes up to so many player-minutes, at least one; other arguments as above.

    Args:
        dataset: One or several.
        labels: For all of them, or for each.
        minutes: Of players; None = all.
        observe: What is seen.
        stream: The stream.
    """
    pairs = _paired(dataset, labels)
    plays: list[Play] = []
    so_far = 0.0
    for each, name in pairs:
        for entry in each.episodes:
            if minutes is not None and plays and so_far >= minutes:
                return plays
            plays.append(demonstration(each, entry, name, observe=observe, stream=stream))
            so_far += entry.length * entry.players / 1200.0
    if not plays:
        raise DatasetError("these datasets have no episode: nothing to clone")
    return plays


def done_in(play: Play) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(T, P) the combinations of buttons and camera, and the joint steps of the camera."""
    turns = turns_of(play.camera)
    return combinations_of(play.down, turns), turns


def game_of(dataset: "Dataset | Sequence[Dataset]", observe: str = "rgb") -> dict[str, Any]:
    """Options of `parallel_env` for the game that the first episode shows.

    An episode that keeps them as `env` among its details is believed; otherwise the scenario is
    that of the episode's type, if there is one, and the rest is what its world was made with.
    """
    first = _listed(dataset)[0]
    if not first.episodes:
        raise DatasetError(f"{first.root} has no episode: nothing to clone")
    entry = first.episodes[0]
    header = first.load(entry).header
    details, world = header.details, header.config
    if isinstance(details.get("env"), dict):
        options = dict(details["env"])
    else:
        options = {
            "scenario": header.type if header.type in SCENARIOS else "free_play",
            "players": len(header.players),
            "planet": world.get("planet", {}).get("kind", "normal"),
            "size": world.get("planet", {}).get("size", 96),
            **{n: world["rules"][n] for n in _SAME_NAME if n in world.get("rules", {})},
            **{n: details[n] for n in ("max_cycles", "death") if n in details},
        }
        if world.get("view_distance"):
            options["view_distance"] = world["view_distance"]
    options["observe"] = observe
    try:
        config_from(options)
    except (ConfigError, TypeError, ValueError) as error:
        raise DatasetError(
            f"episode {entry.unit} of {first.root} is of no game that can be played: {error}"
        ) from error
    return options


def _paired(
    dataset: "Dataset | Sequence[Dataset]", labels: "Labels | Sequence[Labels]"
) -> "list[tuple[Dataset, Labels]]":
    datasets = _listed(dataset)
    names = [labels] * len(datasets) if labels is None or isinstance(labels, str) else list(labels)
    if len(names) != len(datasets):
        raise ConfigError(f"{len(datasets)} datasets need a name of labels each, got {names}")
    return list(zip(datasets, names, strict=True))


def _listed(dataset: "Dataset | Sequence[Dataset]") -> "list[Dataset]":
    return list(dataset) if isinstance(dataset, Sequence) else [dataset]
