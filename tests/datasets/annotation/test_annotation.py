"""Annotations say what was constructed, no more and no less, and the same every time."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.training.population.takes import Take
from mpgenie.cli import main
from mpgenie.datasets.annotation import ANNOTATION_VERSION, annotate, read_annotations
from mpgenie.datasets.annotation.captions import TELLS_WITH, captions
from mpgenie.datasets.annotation.formations import formations, shape
from mpgenie.datasets.annotation.intents import ACTIVITIES, activities, intents
from mpgenie.datasets.annotation.interactions import (
    company,
    fights,
    hand_overs,
    joint_building,
)
from mpgenie.datasets.annotation.moments import confidence, cooperation, key_moments
from mpgenie.datasets.annotation.spans import Span, stretches
from mpgenie.datasets.episode import Episode
from mpgenie.datasets.manifest import MANIFEST, read_sealed_json
from mpgenie.datasets.reading import open_dataset
from mpgenie.datasets.store import Store
from mpgenie.envs.planet.blocks import ITEM
from mpgenie.envs.simulation.actions import NO_OP
from mpgenie.envs.simulation.events import (
    BLOCK_PLACE,
    DEATH,
    DIG_DONE,
    HIT,
    ITEM_DROP,
    ITEM_PICK,
)
from mpgenie.errors import DatasetError
from mpgenie.play.keeping import Keeper

from ..quality.acting import doctored, happened, logged
from ..random_play import play

T = 300
RADIUS = 60.0


def tangent(east, north):
    """Points so many metres from (RADIUS, 0, 0), along the ground: (..., 3)."""
    a, b = np.broadcast_arrays(np.asarray(east) / RADIUS, np.asarray(north) / RADIUS)
    x = np.cos(b) * np.cos(a)
    return RADIUS * np.stack([x, np.cos(b) * np.sin(a), np.sin(b)], axis=-1)


@pytest.fixture(scope="module")
def quiet():
    """Three hundred ticks in which two stand 20 m apart, look to the north and do nothing."""
    episode = play(ticks=T)
    events = {"events": episode["events"][:0], "blocks": episode["blocks"][:0]}
    episode = Episode(episode.header, {**episode.arrays, **events}, {})
    places = np.stack([tangent(0.0, 0.0), tangent(20.0, 0.0)])
    return logged(
        doctored(
            episode,
            actions__buttons=0,
            actions__camera=0,
            state__position=places,
            state__velocity=0,
            state__heading=np.array([0.0, 0.0, 1.0]),
            state__pitch=0,
            state__sneaking=False,
            state__visible=0,
            world__raining=False,
        )
    )


def ids(episode):
    return [int(i) for i in episode["state/id"][0]]


def facts(spans):
    return [(s.first, s.last, s.label, s.player, s.other, s.value) for s in sorted(spans)]


def test_stretches_may_have_short_gaps():
    row = np.array([0, 1, 1, 0, 1, 0, 0, 0, 1, 0], bool)
    assert list(stretches(row)) == [(1, 2), (4, 4), (8, 8)]
    assert list(stretches(row, gap=1)) == [(1, 4), (8, 8)]
    assert list(stretches(row, least=2, gap=1)) == [(1, 4)]
    assert list(stretches(row[:0])) == []


def test_intents_are_what_scripts_noted(quiet):
    phase = {"kind": "phase", "tick": 10, "player": 1, "name": "build", "end": 90}
    lines = [
        {**phase, "outcome": "failed", "reason": "no stone"},
        {**phase, "player": 0, "name": "wait", "end": 9_999, "outcome": "success", "reason": ""},
        {"kind": "choice", "tick": 3, "player": 0, "what": "way", "scores": {}, "winner": "left"},
    ]
    found = sorted(intents(logged(quiet, *map(json.dumps, lines))))
    assert facts(found) == [(10, 90, "build", 1, -1, 0.0), (10, T, "wait", 0, -1, 0.0)]
    assert [span.note for span in found] == ["failed: no stone", "success"]


def test_activities_need_no_script(quiet):
    assert facts(activities(quiet)) == [(0, T - 1, "idle", p, -1, 0.0) for p in (0, 1)]
    builder = ids(quiet)[1]
    busy = happened(
        quiet, (100, BLOCK_PLACE, builder, 0, 5, 2), (104, BLOCK_PLACE, builder, 0, 6, 2)
    )
    assert (80, 124, "build", 1, -1, 0.0) in facts(activities(busy))
    camera = quiet["actions/camera"].copy()
    camera[200:240, 0] = 1.0
    looks = facts(activities(doctored(quiet, actions__camera=camera)))
    assert (195, 244, "look", 0, -1, 0.0) in looks


def test_blows_make_fights_and_a_pause_ends_one(quiet):
    a, b = ids(quiet)
    blows = [
        (t, HIT, x, y, -1, 1) for t, x, y in ((50, b, a), (60, a, b), (110, b, a), (200, a, b))
    ]
    assert facts(fights(happened(quiet, *blows))) == [
        (50, 111, "fight", 1, 0, 3.0),
        (200, 201, "fight", 0, 1, 1.0),
    ]


def test_a_hand_over_is_dropped_by_one_and_picked_up_by_another(quiet):
    a, b = ids(quiet)
    stack = ITEM["planks"] | 3 << 8
    events = [
        (20, ITEM_DROP, a, 900, -1, stack),
        (45, ITEM_PICK, b, 900, -1, stack),
        (60, ITEM_DROP, a, 901, -1, stack),
        (80, ITEM_PICK, a, 901, -1, stack),
        (90, ITEM_PICK, b, 902, -1, stack),
    ]
    (span,) = hand_overs(happened(quiet, *events))
    assert facts([span]) == [(20, 46, "hand_over", 0, 1, 3.0)] and span.note == "planks"


def test_blocks_beside_each_other_are_built_together(quiet):
    a, b = ids(quiet)
    beside, far = 64 * 10 + 6, 64 * 200 + 6
    events = [
        (20, BLOCK_PLACE, a, 0, beside, 2),
        (40, BLOCK_PLACE, b, 0, beside + 1, 2),
        (50, BLOCK_PLACE, b, 0, far, 2),
        (290, BLOCK_PLACE, b, 0, beside + 2, 2),
    ]
    found = facts(joint_building(happened(quiet, *events)))
    assert found == [(20, 41, "joint_building", 0, 1, 2.0)]
    assert facts(joint_building(happened(quiet, *events[1:]))) == []


def test_two_who_face_and_see_each_other_look_into_each_others_eyes(quiet):
    position, heading = quiet["state/position"].copy(), quiet["state/heading"].copy()
    position[:, 1] = tangent(5.0, 0.0)
    heading[:, 0], heading[:, 1] = (0.0, 1.0, 0.0), (0.0, -1.0, 0.0)
    visible = quiet["state/visible"].copy()
    visible[30:80] = 9
    facing = doctored(
        quiet, state__position=position, state__heading=heading, state__visible=visible
    )
    assert facts(company(facing)) == [(30, 79, "mutual_gaze", 0, 1, 0.0)]
    visible[:, 0, 1] = 0
    assert facts(company(doctored(facing, state__visible=visible))) == []


def test_two_meet_and_part(quiet):
    there = np.concatenate([np.linspace(20, 2, 150), np.linspace(2, 20, T + 1 - 150)])
    position = quiet["state/position"].copy()
    position[:, 1] = tangent(there, 0.0)
    found = [s for s in company(doctored(quiet, state__position=position)) if s.label != "follow"]
    assert [span.label for span in found] == ["meet", "part"]
    assert abs(found[0].value - 4.0) < 0.2 and abs(found[1].value - 12.0) < 0.2


def test_who_walks_behind_another_follows(quiet):
    position = quiet["state/position"].copy()
    position[:, 0] = tangent(0.2 * np.arange(T + 1), 0.0)
    position[:, 1] = tangent(0.2 * np.arange(T + 1) + 5.0, 0.0)
    found = facts(company(doctored(quiet, state__position=position)))
    assert found == [(0, T - 1, "follow", 0, 1, 0.0)]


SHAPES = {
    "line": tangent([-9.0, -3.0, 3.0, 9.0], 0.0),
    "circle": tangent([6.0, 0.0, -6.0, 0.0], [0.0, 6.0, 0.0, -6.0]),
    "cluster": tangent([1.0, 0.0, -1.0, 0.5], [0.0, 1.0, 0.0, -1.0]),
    "": tangent([9.0, 1.0, -2.0, 5.0], [0.0, 6.0, -3.0, 1.0]),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_formation_is_the_same_anywhere_on_the_planet(name):
    rng = np.random.default_rng(4)
    for _ in range(20):
        turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        order = rng.permutation(4)
        assert shape(SHAPES[name][order] @ turn.T)[0] == name


def test_formations_say_how_large_they_are(quiet):
    assert shape(SHAPES["line"])[1] == pytest.approx(18.0, abs=0.2)
    assert shape(SHAPES["circle"])[1] == pytest.approx(6.0, abs=0.1)
    position = quiet["state/position"].copy()
    position[100:150, 1] = tangent(2.0, 0.0)
    (span,) = formations(doctored(quiet, state__position=position))
    assert facts([span]) == [(100, 149, "cluster", -1, -1, 1.0)]


def test_work_shared_evenly_side_by_side_is_full_cooperation(quiet):
    a, b = ids(quiet)
    near = doctored(quiet, state__position=np.stack([tangent(0, 0), tangent(4, 0)]))
    works = [(t, BLOCK_PLACE if t % 20 else DIG_DONE, (a, b)[t // 10 % 2], 0, 9, 2)
             for t in range(10, 90, 10)]  # fmt: skip
    (together,), (apart,) = (
        cooperation(happened(near, *works)),
        cooperation(happened(quiet, *works)),
    )
    assert together.value == 1.0 and together.note == "4 4" and apart.value == 0.0
    (alone,) = cooperation(happened(near, *[work for work in works if work[2] == a]))
    assert alone.value == 0.0
    assert list(cooperation(quiet)) == []


def test_key_moments_are_where_most_happens(quiet):
    a, b = ids(quiet)
    events = [(t, HIT, a, b, -1, 1) for t in (140, 145, 150)] + [(151, DEATH, b, a, -1, 0)]
    (moment,) = key_moments(happened(quiet, *events, (20, BLOCK_PLACE, a, 0, 5, 2)))
    assert moment.label == "death" and 145 <= moment.first <= 153 and moment.note == "4 events"
    assert list(key_moments(quiet)) == []


def thinking(root, logits, values):
    """A game of two that was kept as `mpgenie generate --players-from` keeps one."""
    ticks, players = values.shape
    still = np.tile(np.array(NO_OP), (ticks, players, 1))
    thoughts = {"logits": logits.astype(np.float16), "values": values.astype(np.float32)}
    game = {"scenario": "gather", "planet": "flat", "size": 48, "max_cycles": ticks}
    with closing(Keeper(root, game)) as keeper:
        keeper.keep(Take(3, still, 1, ("checkpoint:a", "checkpoint:b"), thoughts))
    dataset = open_dataset(root)
    return dataset.load(dataset.episodes[0])


def test_policies_tell_how_sure_they_are(tmp_path):
    """Of four choices in one component and one in another, and some that nobody has."""
    ticks = 80
    logits, values = np.full((ticks, 2, 2, 5), -1e4), np.zeros((ticks, 2))
    logits[:, :, 1, 0] = 0.0
    logits[:, :, 0, :4] = -np.log(4.0)
    logits[:, 0, 0, :4] = (-30.0, -30.0, 0.0, -30.0)
    logits[50:60, 0, 0, :4] = -np.log(4.0)
    values[:60, 1], values[60:, 1] = 1.0, -1.0
    played = thinking(tmp_path, logits, values)
    found = [(*f[:5], round(f[5], 3)) for f in facts(confidence(played))]
    assert (0, ticks, "confidence", 0, -1, 0.875) in found
    assert (0, ticks, "confidence", 1, -1, 0.0) in found
    assert (50, 59, "unsure", 0, -1, 0.0) in found
    assert (0, ticks - 1, "unsure", 1, -1, 0.0) in found
    assert [f for f in found if f[2] == "risk"] == [(21, 59, "risk", 1, -1, 2.0)]


def test_who_thinks_nothing_is_neither_sure_nor_unsure(tmp_path, quiet):
    logits, values = np.zeros((20, 2, 1, 1)), np.zeros((20, 2))
    logits[:, 1], values[:, 1] = np.nan, np.nan
    assert {f[3] for f in facts(confidence(thinking(tmp_path, logits, values)))} == {0}
    assert list(confidence(quiet)) == []


def test_thoughts_of_another_shape_are_refused(quiet):
    strange = {**quiet.arrays, "policy/logits": np.zeros((T, 2, 4), "f4")}
    with pytest.raises(DatasetError, match="policy/logits has 4 axes"):
        list(confidence(Episode(quiet.header, strange, {})))


def test_captions_are_sentences(quiet):
    header = replace(quiet.header, type="barter_walk", roles=("guide", "owner"))
    spans = [
        Span(0, 200, "activity", "walk", 0),
        Span(0, 99, "intent", "go_home", 0),
        Span(5, 9, "interaction", "hand_over", 0, 1, 3.0, "planks"),
        Span(0, T, "cooperation", "joint_work", value=0.5),
    ]
    texts = [text for _, text in captions(replace(quiet, header=header), spans)]
    assert texts == [
        "barter walk: 2 players on a flat planet, in dry weather, 15 seconds, success; "
        "they share the work on blocks to 50 %.",
        "player_0, a guide, walks (go home); hands things to player_1.",
        "player_1, an owner, is there; gets things from player_0.",
    ]


def test_annotations_lie_beside_the_dataset_and_answer_questions(tmp_path, capsys):
    root = tmp_path / "data"
    with Store(root) as store:
        for unit in range(2):
            store.commit(play(unit, ticks=60))
    sealed = {path: path.read_bytes() for path in (root / "shards").rglob("*") if path.is_file()}
    count = annotate(root)
    once = read_annotations(root)
    assert main(["dataset", "annotate", str(root)]) == 0
    assert f"{count} annotations" in capsys.readouterr().out
    assert once.equals(read_annotations(root)) and once.num_rows == count > 0
    assert {path: path.read_bytes() for path in sealed} == sealed
    assert read_sealed_json(root / "annotations" / MANIFEST)["version"] == ANNOTATION_VERSION
    pytest.importorskip("duckdb")
    sql = "SELECT unit, count(*) AS n FROM captions JOIN episodes USING (unit) GROUP BY unit"
    rows = mpgenie.open_dataset(root).query(f"{sql} ORDER BY unit").to_pylist()
    assert rows == [{"unit": 0, "n": 3}, {"unit": 1, "n": 3}]


def test_what_was_never_annotated_says_so(tmp_path):
    with pytest.raises(DatasetError, match="cannot be read"):
        read_annotations(tmp_path)


def test_the_page_lists_every_label():
    page = (Path(__file__).parents[3] / "docs" / "annotations.md").read_text()
    policies = ("confidence", "unsure", "risk", "joint_work", "cluster", "line", "circle")
    for label in (*ACTIVITIES, *TELLS_WITH, *policies):
        assert f"`{label}`" in page, label
