"""The LeRobot export is built as LeRobot v3 wants it, and nothing in it is a tick off.

LeRobot itself reads one in `benchmarks/peer_lerobot.py`, in an environment of its own.
"""

import json

import numpy as np
import pyarrow.parquet as parquet
import pytest

from mpgenie.datasets.exports.export import export
from mpgenie.datasets.exports.lerobot_stats import Totals, stats_of, stats_of_pictures
from mpgenie.datasets.movies import MovieReader
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError

from .pulses import PULSE_TICKS, TICKS, TURN, picture_changes_at, play_pulse

EGO = "observation.images.ego"


@pytest.fixture(scope="module")
def folder(pulses, tmp_path_factory):
    return export(pulses, "lerobot", tmp_path_factory.mktemp("out") / "lerobot", progress=False)


def info_of(folder):
    return json.loads((folder / "meta/info.json").read_text())


def episodes_of(folder):
    return parquet.read_table(folder / "meta/episodes").to_pylist()


def rows_of(folder, episode):
    path = info_of(folder)["data_path"].format(
        chunk_index=episode["data/chunk_index"], file_index=episode["data/file_index"]
    )
    rows = parquet.read_table(folder / path).to_pylist()
    return [row for row in rows if row["episode_index"] == episode["episode_index"]]


def frames_of(folder, episode, key):
    path = info_of(folder)["video_path"].format(
        video_key=key,
        chunk_index=episode[f"videos/{key}/chunk_index"],
        file_index=episode[f"videos/{key}/file_index"],
    )
    first = round(episode[f"videos/{key}/from_timestamp"] * 20)
    out = np.empty((episode["length"], 64, 64, 3), np.uint8)
    MovieReader(folder / path).read(first, out)
    return out


def test_the_picture_changes_one_row_after_the_action(folder):
    found = episodes_of(folder)
    assert len(found) == 4
    pitch = info_of(folder)["features"]["action"]["names"].index("camera.pitch")
    for number, episode in enumerate(found):
        pulse = PULSE_TICKS[number % 2]
        rows = rows_of(folder, episode)
        assert [t for t, row in enumerate(rows) if row["action"][pitch]] == [pulse]
        assert tuple(rows[pulse]["action"][pitch:]) == TURN
        assert picture_changes_at(frames_of(folder, episode, EGO)) == pulse + 1
        assert {(row["session_id"], row["agent_index"]) for row in rows} == {divmod(number, 2)}


def test_rows_and_places_fit_together(folder):
    info, first = info_of(folder), 0
    assert (info["total_episodes"], info["total_frames"], info["fps"]) == (4, 4 * TICKS, 20)
    for episode in episodes_of(folder):
        rows = rows_of(folder, episode)
        assert [row["index"] for row in rows] == [*range(first, first + TICKS)]
        assert [row["frame_index"] for row in rows] == [*range(TICKS)]
        assert [row["timestamp"] for row in rows] == pytest.approx([t / 20 for t in range(TICKS)])
        assert [row["next.done"] for row in rows] == [False] * (TICKS - 1) + [True]
        assert (episode["dataset_from_index"], episode["dataset_to_index"]) == (
            first,
            first + TICKS,
        )
        seconds = episode[f"videos/{EGO}/to_timestamp"] - episode[f"videos/{EGO}/from_timestamp"]
        assert seconds == pytest.approx(TICKS / 20)
        first += TICKS


def test_every_feature_is_a_column_of_its_type_and_has_statistics(folder):
    features = info_of(folder)["features"]
    table = parquet.read_table(folder / "data")
    stats = json.loads((folder / "meta/stats.json").read_text())
    assert set(stats) == set(features)
    assert set(table.column_names) == {n for n, f in features.items() if f["dtype"] != "video"}
    for name, feature in features.items():
        if feature["dtype"] == "video":
            assert np.shape(stats[name]["mean"]) == (3, 1, 1)
            continue
        kind, size = table.schema.field(name).type, feature["shape"][0]
        assert str(kind if size == 1 else kind.value_type) in (feature["dtype"], "float")
        assert size == 1 or kind.list_size == size == len(feature["names"])
        assert np.shape(stats[name]["mean"]) == (size,)


def test_tasks_are_the_index_of_a_table_that_pandas_reads(folder):
    pandas = pytest.importorskip("pandas")
    tasks = pandas.read_parquet(folder / "meta/tasks.parquet")
    assert tasks.index.tolist() == ["pulse: guide", "pulse: guest"]
    assert tasks.iloc[1].name == "pulse: guest" and tasks.task_index.tolist() == [0, 1]


def test_all_players_together_share_the_row(pulses, tmp_path):
    out = export(pulses, "lerobot", tmp_path / "joint", joint=True, progress=False)
    names = info_of(out)["features"]["action"]["names"]
    for episode in episodes_of(out):
        rows = rows_of(out, episode)
        for player, pulse in enumerate(PULSE_TICKS):
            pitch = names.index(f"player_{player}.camera.pitch")
            assert [t for t, row in enumerate(rows) if row["action"][pitch]] == [pulse]
            frames = frames_of(out, episode, f"observation.images.player_{player}")
            assert picture_changes_at(frames) == pulse + 1
        assert rows[5]["next.reward"] == 10.0


def test_files_are_begun_anew_when_they_are_full(pulses, tmp_path, monkeypatch):
    module = "mpgenie.datasets.exports.lerobot_set"
    for name in ("DATA_MEGABYTES", "VIDEO_MEGABYTES"):
        monkeypatch.setattr(f"{module}.{name}", 0)
    out = export(pulses, "lerobot", tmp_path / "out", progress=False)
    files = [episode["data/file_index"] for episode in episodes_of(out)]
    assert files == [0, 1, 2, 3]
    for number, episode in enumerate(episodes_of(out)):
        assert len(rows_of(out, episode)) == TICKS
        assert picture_changes_at(frames_of(out, episode, EGO)) == PULSE_TICKS[number % 2] + 1


def test_joint_datasets_refuse_another_number_of_players(tmp_path, studio):
    with Store(tmp_path / "data") as store:
        store.commit(play_pulse(studio, 0))
        store.commit(play_pulse(studio, 1, players=1))
    with pytest.raises(ConfigError, match=r"the same players in every episode, .* \[1, 2\]"):
        export(tmp_path / "data", "lerobot", tmp_path / "out", joint=True, progress=False)


def test_statistics_of_parts_add_up():
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(50, 3)) * 5
    totals = Totals()
    for part in (rows[:7], rows[7:30], rows[30:]):
        totals.add({"a": stats_of(part)})
    found, whole = totals.result()["a"], stats_of(rows)
    for kind in ("min", "max", "mean", "std", "count"):
        assert found[kind] == pytest.approx(whole[kind])
    grey = stats_of_pictures(np.full((4, 2, 2, 3), 51, np.uint8))
    assert grey["mean"].ravel() == pytest.approx([0.2] * 3) and grey["count"] == [4]
