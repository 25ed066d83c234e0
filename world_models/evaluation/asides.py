"""What else is said of what models told, beside the answers to tasks, where somebody wants it."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from .colour_key import BUILT, ColourKey
from .frechet import Distances, of_clips, of_frames
from .game import Game
from .i3d import I3D
from .inverse import TICKS, ActionsRead
from .lpips import Lpips
from .models import Model, Reconstructs
from .opinion import Judge, opinions
from .scenery import TASK, Scenery
from .scoring import Cases, Told, all_of
from .state_probe import StateProbe, StatesRead
from .turning import Turns


class Aside(NamedTuple):
    """Another judge of what models told, who is asked only if somebody wants it."""

    name: str
    """Of its figures in the results."""
    about: dict[str, Any]
    """What it is and how right it is, if there is anything to say."""
    figures: Callable[[Model, Told], Any]
    """What it says of a model and of what it told."""


def asides_of(
    game: Game,
    cases: Cases,
    lpips: Lpips | None,
    i3d: I3D | None,
    idm: str | Path | None,
    states: str | Path | None,
    opinion: Judge | None,
) -> list[Aside]:
    """Those judges that are wanted, in the order of the page."""
    found = [*_distances(cases, lpips, i3d), *_scenery(cases), *_turns(game, cases)]
    found += _keyed(game, cases)
    if idm is not None:
        reader = ActionsRead(Path(idm), all_of(cases))
        found.append(Aside("actions", reader.about(), partial(_read_by, reader)))
    if states is not None:
        probe = StatesRead(StateProbe.at(Path(states), game), game, all_of(cases))
        found.append(Aside("states", probe.about(), partial(_states_of, probe)))
    if opinion is not None:
        found.append(Aside("opinion", {}, lambda _, told: opinions(opinion, cases, told)))
    return found


def _distances(cases: Cases, lpips: Lpips | None, i3d: I3D | None) -> Iterator[Aside]:
    """How far what models tell lies from the game as a whole, as far as that can be measured."""
    kinds = [of_frames(lpips)] if lpips else []
    kinds += [of_clips(i3d)] if i3d else []
    for kind in kinds:
        measure = Distances(kind, all_of(cases))
        yield Aside(kind.name, measure.halves(), partial(_distance_to, measure))


def _scenery(cases: Cases) -> Iterator[Aside]:
    """How far views are from showing one scenery, if that is asked about twice at least."""
    if len(cases.get(TASK, ())) > 1:
        scenery = Scenery(cases[TASK])
        yield Aside("scenery", scenery.about(), lambda _, told: scenery.of(told[TASK]))


def _turns(game: Game, cases: Cases) -> Iterator[Aside]:
    """How far views turn, if anybody does nothing but turn."""
    turns = Turns(game, all_of(cases))
    if turns.pairs:
        yield Aside("turns", turns.about(), partial(_turns_of, turns))


def _keyed(game: Game, cases: Cases) -> Iterator[Aside]:
    """Whether the other is in view, if anybody can be asked."""
    names = [name for name in cases if name not in BUILT]
    key = ColourKey(game, [case for name in names for case in cases[name]])
    if key.asked:
        yield Aside("colour_key", key.about(), partial(_keyed_of, key, names))


def _keyed_of(key: ColourKey, names: Sequence[str], model: Model, told: Told) -> dict[str, Any]:
    """Who is in view in what a model told, and in what is left by its tokenizer."""
    of_those = [frames for name in names for frames in told[name]]
    found: dict[str, Any] = {"told": key.of(key.views(of_those))}
    if isinstance(model, Reconstructs):
        real = key.views([case.real for case in key.cases])
        found["reconstructed"] = key.of(model.reconstructed(real))
    return found


def _turns_of(turns: Turns, model: Model, told: Told) -> dict[str, Any]:
    """How near turns are in what a model told, and in what is left by its tokenizer."""
    found: dict[str, Any] = {"told": turns.of(turns.views(all_of(told)))}
    if isinstance(model, Reconstructs):
        real = turns.views([case.real for case in turns.cases])
        found["reconstructed"] = turns.of(model.reconstructed(real))
    return found


def _distance_to(measure: Distances, _: Model, told: Told) -> dict[str, Any]:
    return measure.to(all_of(told))


def _read_by(reader: ActionsRead, model: Model, told: Told) -> dict[str, Any]:
    """How well actions are read off what a model told, and off what is left by its tokenizer."""
    found = reader.read(all_of(told))
    if isinstance(model, Reconstructs):
        left = [model.reconstructed(case.real[:TICKS]) for case in reader.cases]
        found["reconstructed"] = reader.read(left)
    return found


def _states_of(probe: StatesRead, model: Model, told: Told) -> dict[str, Any]:
    """How well states are read off what a model told, and off what is left by its tokenizer."""
    found: dict[str, Any] = {"told": probe.read(all_of(told))}
    if isinstance(model, Reconstructs):
        left = [model.reconstructed(case.real) for case in probe.cases]
        found["reconstructed"] = probe.read(left)
    return found
