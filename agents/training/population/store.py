"""A population on disk: a generation is there whole or not at all.

    OUT/population.json              its settings
    OUT/lineage.jsonl                what happened, one event a line
    OUT/latest                       the name of the newest whole generation
    OUT/generations/gen_00012/       state.json, takes.npz (games to be kept), and for each
        members/m00/                 policy.npz, optimiser.npz, member.json
    OUT/history/m00_gen_00010/       policy.npz and member.json of a past member

A generation is written under another name, synced and renamed; it counts once `latest` names it.
Whatever was written for one that does not count is written again, and is the same again.
"""

import json
import math
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from mpgenie.agents.arrays_file import Arrays, read_arrays, write_arrays
from mpgenie.checks import check_same
from mpgenie.errors import CheckpointError, MpgenieError, StorageError

from .game import Game
from .member import Member
from .takes import Numbered, read_takes, write_takes

SETTINGS, LINEAGE, LATEST, STATE = "population.json", "lineage.jsonl", "latest", "state.json"
GENERATIONS, MEMBERS, HISTORY = "generations", "members", "history"
POLICY, OPTIMISER, MEMBER = "policy.npz", "optimiser.npz", "member.json"
TAKES = "takes.npz"
KEPT = 2
"""Generations on disk: if the newest is damaged, the one before is gone on with."""
Event = dict[str, Any]


class Generation(NamedTuple):
    """What a folder holds of one."""

    number: int
    members: list[Member]
    state: dict[str, Any]
    """What else the next follows from."""
    takes: list[Numbered]
    """Games that are to be kept."""


class Store:
    """The folder of a population.

    Args:
        folder: New, or one that holds this population.
        settings: Of the population, as JSON takes them.
        game: Reads and writes what members have learnt.
        usual: Parts of the settings as they usually are: what a folder of before does not name.

    Raises:
        ConfigError: If the folder holds a population with other settings.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any],
        game: Game,
        usual: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> None:
        self.folder, self.game = folder, game
        folder.mkdir(parents=True, exist_ok=True)
        ours = json.loads(json.dumps(settings))
        path = folder / SETTINGS
        if path.exists():
            found = _read_json(path)
            for part, before in json.loads(json.dumps(dict(usual))).items():
                found[part] = {**before, **found[part]}
            check_same(folder, "population", found, ours, but="generations")
        write_text(path, json.dumps(ours, indent=1))

    # ------------------------------------------------------------------ writing

    def save(
        self,
        generation: int,
        members: Sequence[Member],
        state: Mapping[str, Any],
        events: Sequence[Event],
        takes: Sequence[Numbered] = (),
    ) -> None:
        """Write a generation and let it count.

        Raises:
            StorageError: If the disk refuses.
        """
        name = _named(generation)
        place = self.folder / GENERATIONS / name
        unfinished = place.with_suffix(".tmp")
        try:
            for old in (unfinished, place):
                shutil.rmtree(old, ignore_errors=True)
            for member in members:
                self._write_member(unfinished / MEMBERS / member.name, member, generation)
            if takes:
                write_takes(unfinished / TAKES, takes)
            write_text(unfinished / STATE, json.dumps({**state, "generation": generation}))
            with (self.folder / LINEAGE).open("a") as file:
                file.writelines(json.dumps(event) + "\n" for event in events)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(place)
            _sync(place.parent)
            write_text(self.folder / LATEST, name)
            for spare in self._saved()[:-KEPT]:
                shutil.rmtree(self.folder / GENERATIONS / spare)
        except OSError as error:
            raise StorageError(f"cannot write generation {generation}: {error}") from error

    def remember(self, name: str, member: Member, generation: int) -> None:
        """Keep a member as it is now.

        Raises:
            StorageError: If the disk refuses.
        """
        place = self.folder / HISTORY / name
        network = {key: array for key, array in member.arrays.items() if key.startswith("net.")}
        facts = {"member": member.name, "generation": generation}
        try:
            self.game.save(place / POLICY, network, facts)
            write_text(place / MEMBER, json.dumps(member.plain(), indent=1))
        except OSError as error:
            raise StorageError(f"cannot keep {name} for later: {error}") from error

    def _write_member(self, place: Path, member: Member, generation: int) -> None:
        network = {name: array for name, array in member.arrays.items() if name.startswith("net.")}
        rest = {name: array for name, array in member.arrays.items() if name not in network}
        facts = {"member": member.name, "generation": generation}
        self.game.save(place / POLICY, network, facts)
        write_arrays(place / OPTIMISER, facts, rest)
        write_text(place / MEMBER, json.dumps(member.plain(), indent=1))

    # ------------------------------------------------------------------ reading

    def newest(self) -> Generation | None:
        """The newest generation that can be read; None if there is none.

        What happened after it is struck from the lineage.

        Raises:
            CheckpointError: If there are generations, and all are damaged.
        """
        latest = self.folder / LATEST
        if not latest.exists():
            self._forget_after(-1)
            return None
        last = latest.read_text().strip()
        names = [each for each in self._saved() if _in_order(each) <= _in_order(last)]
        wrong: list[str] = []
        for name in reversed(names):
            try:
                found = self._read(self.folder / GENERATIONS / name)
            except (MpgenieError, OSError, ValueError, KeyError, TypeError) as error:
                wrong.append(f"{name}: {error}")
                continue
            self._forget_after(found.number)
            return found
        raise CheckpointError(
            f"the population in {self.folder} is damaged ({'; '.join(wrong) or 'no generations'}):"
            " name another folder"
        )

    def member_folder(self, generation: int, name: str) -> Path:
        """Where a member of a generation lies."""
        return self.folder / GENERATIONS / _named(generation) / MEMBERS / name

    def past(self, name: str) -> tuple[dict[str, Any], Arrays]:
        """What `remember` kept under a name: about the member, and its network."""
        place = self.folder / HISTORY / name
        return _read_json(place / MEMBER), self.game.load(place / POLICY)

    def _saved(self) -> list[str]:
        """The names of generations that are there, the oldest first."""
        found = (path.name for path in (self.folder / GENERATIONS).glob("gen_*[0-9]"))
        return sorted(found, key=_in_order)

    def _read(self, place: Path) -> Generation:
        state = _read_json(place / STATE)
        members = []
        for folder in sorted((place / MEMBERS).iterdir()):
            plain = _read_json(folder / MEMBER)
            arrays = {**self.game.load(folder / POLICY), **read_arrays(folder / OPTIMISER)[1]}
            member = Member.from_plain(plain, arrays)
            if member.plain()["hash"] != plain["hash"]:
                raise CheckpointError(f"{folder} holds other arrays than were written")
            members.append(member)
        takes = read_takes(place / TAKES) if (place / TAKES).exists() else []
        return Generation(int(state["generation"]), members, state, takes)

    def _forget_after(self, generation: int) -> None:
        """Strike what is of later generations from the lineage, and what was only half written."""
        path = self.folder / LINEAGE
        lines = path.read_text().splitlines() if path.exists() else []
        write_text(path, "".join(f"{line}\n" for line in lines if _until(line) <= generation))


def _until(line: str) -> float:
    """The generation of an event; never, if the line was only half written."""
    try:
        return int(json.loads(line)["generation"])
    except ValueError:
        return math.inf


def _named(generation: int) -> str:
    return f"gen_{generation:05d}"


def _in_order(name: str) -> tuple[int, str]:
    """A key that sorts names by generation: past 99,999 they are longer."""
    return len(name), name


def read_lineage(folder: Path) -> list[Event]:
    """All events of a population."""
    return [json.loads(line) for line in (folder / LINEAGE).read_text().splitlines()]


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make what was renamed in a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text())
    if not isinstance(found, dict):
        raise CheckpointError(f"{path} is damaged: it holds no settings")
    return found
