"""Fills an episode from one world of a running simulation, tick by tick.

    studio = Studio(simulation, [StreamSpec()])
    recorder = Recorder(simulation, studio=studio, type="chase", unit=0)
    for _ in range(ticks):
        studio.draw()
        recorder.observe()                            # frame t and all that holds with it
        buttons, camera, message = ...                # (W, P) each, chosen on seeing frame t
        simulation.step(buttons, camera, message)
        recorder.record(buttons[w], camera[w])        # action t and what came of it
    studio.draw()
    recorder.observe()
    episode = recorder.finish(outcome="success")

Whatever changes the world between `record` and the next `observe` (a teleport, a gift, a block
set by hand, a player who joins) is noticed by its hash, and a snapshot is kept, so that seed and
actions still replay the whole episode.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mpgenie
from mpgenie.envs.planet.planet import TERRAIN_VERSION
from mpgenie.envs.simulation.mobs import MOBS
from mpgenie.envs.simulation.snapshot import VERSION
from mpgenie.envs.simulation.state import records_of
from mpgenie.envs.simulation.world import Simulation
from mpgenie.errors import StateError

from .block_changes import BlockWatch
from .episode import Episode, Header
from .growing import Growing
from .pictures import packer
from .schema import COLUMNS, EVENT, SCHEMA_VERSION, SPAWN, Array
from .studio import Studio

_PLAYER_FIELDS = tuple(
    name.removeprefix("state/")
    for name in COLUMNS
    if name.startswith("state/") and name != "state/visible"
)


class Recorder:
    """Records one world.

    Args:
        simulation: Already reset; may hold more worlds.
        w: Which of its worlds.
        studio: Draws it; without one nothing is drawn, and visibility is all zeros.
        players: How many slots, from the first, the episode has; all by default.
        **facts: Fields of `Header`, such as `type`, `unit`, `split`, `roles`.
    """

    def __init__(
        self,
        simulation: Simulation,
        w: int = 0,
        *,
        studio: Studio | None = None,
        players: int | None = None,
        **facts: Any,
    ) -> None:
        self.simulation, self.w, self.studio = simulation, w, studio
        self.players = simulation.players if players is None else players
        self._facts = facts
        p, records = self.players, records_of(simulation.state)
        self._rows = Growing(records.players.dtype, p)
        self._clocks = Growing(records.clock.dtype)
        self._visible = Growing("<i4", p, p)
        self._hashes = Growing("<u8")
        self._buttons, self._camera = Growing("<u4", p), Growing("<f4", p, 2)
        self._reward = Growing("<f8", p)
        self._terminated, self._truncated = Growing("?", p), Growing("?", p)
        self._events: list[Array] = []
        self._snapshots: list[tuple[int, bytes]] = []
        self._log: list[str] = []
        self._spawns: list[tuple[int, int, float, float, float]] = []
        self._extras: dict[str, list[Array]] = {}
        self._blocks = BlockWatch(simulation, w)
        self._after: int | None = None
        specs = studio.streams if studio is not None else ()
        self._packers = {spec.name: (spec, packer(spec, self.players)) for spec in specs}

    @property
    def tick(self) -> int:
        """How many actions are recorded."""
        return len(self._buttons)

    def observe(self, objective: Mapping[str, Any] | None = None) -> None:
        """Take in frame t: call it after `studio.draw`, before anyone chooses an action.

        Args:
            objective: Numbers or arrays that say how far the task is, the same names each time.

        Raises:
            StateError: If the action of the frame before is still missing.
        """
        if len(self._rows) > self.tick:
            raise StateError("call `record` after each step, then `observe` again")
        simulation, w = self.simulation, self.w
        now = simulation.state_hash(w)
        if now != self._after:
            self._snapshots.append((self.tick, simulation.snapshot(w)))
            self._blocks.look(self.tick - 1)
        self._hashes.add(now)
        records = records_of(simulation.state)
        self._rows.add(records.players[w, : self.players])
        self._clocks.add(records.clock[w])
        if self.studio is None:
            self._visible.add(0)
        else:
            self._visible.add(self.studio.visible(w)[: self.players, : self.players])
            for spec, pack in self._packers.values():
                pack.add(self.studio.frames(spec, w)[: self.players])
        self._note("objective/", objective)

    def record(
        self,
        buttons: NDArray[np.uint32],
        camera: NDArray[np.float32],
        *,
        reward: Sequence[float] | float = 0.0,
        terminated: Sequence[bool] | bool = False,
        truncated: Sequence[bool] | bool = False,
        policy: Mapping[str, Any] | None = None,
        after: int | None = None,
    ) -> None:
        """Take in action t, after the simulation made its step with it.

        Args:
            buttons: (P,) uint32 as requested.
            camera: (P, 2) float32 degrees as requested; what was applied is read from the world.
            reward: Of each player, or of all.
            terminated: Whose episode ended by the rules.
            truncated: Whose episode was cut short.
            policy: Arrays with a row for this tick, such as logits or values: the same names and
                shapes each time.
            after: The state hash that the step alone led to, if somebody has changed the world
                since; by default nobody has.

        Raises:
            StateError: If `observe` did not come first.
        """
        if len(self._rows) != self.tick + 1:
            raise StateError("call `observe` before each step")
        clock, w, p = self.simulation.state.clock, self.w, self.players
        count = min(int(clock.event_count[w]), clock.event.shape[1])
        events = clock.event[w, :count].copy()
        events[:, 0] = self.tick
        if count:
            self._events.append(events)
        self._blocks.look(self.tick, events)
        self._buttons.add(buttons[:p])
        self._camera.add(camera[:p])
        self._reward.add(reward)
        self._terminated.add(terminated)
        self._truncated.add(truncated)
        self._note("policy/", policy)
        self._after = self.simulation.state_hash(w) if after is None else after

    def note(self, kind: str, **facts: Any) -> None:
        """Add a line to the log: a phase that began, options scored, why one was chosen.

        A `tick` among the facts stands for the current one.
        """
        entry = {"tick": self.tick, "kind": kind, **facts}
        self._log.append(json.dumps(entry, sort_keys=True, allow_nan=False))

    def spawned(self, tick: int, kind: str, place: Sequence[float]) -> None:
        """Say that somebody brought a mob in, as no action does.

        Args:
            tick: Before whose action it came.
            kind: Of mob.
            place: (x, y, z) as given to `Simulation.spawn_mob`.
        """
        number = [mob.name for mob in MOBS].index(kind)
        self._spawns.append((tick, number, *map(float, place)))  # type: ignore[arg-type]

    def finish(
        self, outcome: str = "success", reason: str = "", *, cut_short: bool = False, **facts: Any
    ) -> Episode:
        """The episode, checked.

        Args:
            outcome: As in `Header`.
            reason: Why it ended.
            cut_short: Whether the last action counts as truncated: the world could have gone on.
            **facts: More fields of `Header`.

        Raises:
            StateError: If the last frame was not observed.
        """
        if len(self._rows) != self.tick + 1:
            raise StateError("call `observe` once more after the last step")
        if cut_short and self.tick:
            self._truncated.rows[-1] = True
        planet = self.simulation.planets[self.w]
        assert planet is not None
        known: dict[str, Any] = {
            "type": "free_play",
            "unit": 0,
            "players": tuple(f"player_{slot}" for slot in range(self.players)),
            "config": config_of(self.simulation, self.studio),
            "versions": VERSIONS,
            "planet_seed": planet.seed,
            "seed": self.simulation.seeds[self.w],
            "length": self.tick,
            "outcome": outcome,
            "reason": reason,
        }
        streams = {name: pack.finish() for name, (_, pack) in self._packers.items()}
        episode = Episode(Header(**{**known, **self._facts, **facts}), self._arrays(), streams)
        episode.check()
        return episode

    def _note(self, prefix: str, values: Mapping[str, Any] | None) -> None:
        for name, value in (values or {}).items():
            self._extras.setdefault(prefix + name, []).append(np.array(value))

    def _arrays(self) -> dict[str, Array]:
        rows, clocks = self._rows.rows, self._clocks.rows
        applied = rows[1:]
        ticks, snapshots = zip(*self._snapshots, strict=True)
        arrays: dict[str, Array] = {
            "actions/requested_buttons": self._buttons.rows,
            "actions/requested_camera": self._camera.rows,
            "outcome/reward": self._reward.rows,
            "outcome/terminated": self._terminated.rows,
            "outcome/truncated": self._truncated.rows,
            "state/visible": self._visible.rows,
            "world/hash": self._hashes.rows,
            "world/time": (clocks["tick"] + clocks["day_offset"]) % self.simulation.rules.day,
            "world/tick": clocks["tick"],
            "world/raining": clocks["raining"],
            "events": _as_rows(self._events).view(EVENT)[:, 0],
            "blocks": self._blocks.changes(),
            "spawns": np.array(self._spawns, SPAWN),
            "snapshots/tick": np.array(ticks, "<i8"),
            "snapshots/size": np.array([len(data) for data in snapshots], "<i8"),
            "snapshots/data": np.frombuffer(b"".join(snapshots), "u1"),
            "log": np.frombuffer("\n".join(self._log).encode(), "u1"),
        }
        arrays |= {f"actions/{name}": applied[name] for name in ("buttons", "camera", "message")}
        arrays |= {f"state/{name}": rows[name] for name in _PLAYER_FIELDS}
        arrays |= {name: np.stack(values) for name, values in self._extras.items()}
        return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


VERSIONS = {
    "mpgenie": mpgenie.__version__,
    "schema": SCHEMA_VERSION,
    "simulation": VERSION,
    "terrain": TERRAIN_VERSION,
}
"""What an episode depends on besides its config and seed."""


def config_of(simulation: Simulation, studio: Studio | None = None) -> dict[str, Any]:
    """All that a simulation was made with, so that `replay` can make one alike."""
    return {
        "planet": asdict(simulation.config),
        "players": simulation.players,
        "items": simulation.state.items.active.shape[1],
        "rules": simulation.rules._asdict(),
        "view_distance": None if studio is None else studio.view_distance,
    }


def _as_rows(parts: list[Array]) -> Array:
    return np.concatenate(parts).astype("<i8") if parts else np.empty((0, 6), "<i8")
