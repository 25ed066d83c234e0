"""Questions in SQL are answered from an index that may be lost or damaged at any time."""

import pytest

import mpgenie
from mpgenie.datasets.index import current_index, query, read_index, write_index
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError, DatasetError

from .random_play import play

pytest.importorskip("duckdb")


@pytest.fixture
def root(tmp_path):
    with Store(tmp_path) as store:
        for unit in range(3):
            store.commit(play(unit, ticks=10 * (unit + 1)))
    return tmp_path


def answer(tables, sql):
    return query(tables, sql).to_pylist()


def test_sql_is_answered(root):
    dataset = mpgenie.open_dataset(root)
    long = dataset.query("SELECT unit FROM episodes WHERE length >= 20 ORDER BY unit").to_pylist()
    assert long == [{"unit": 1}, {"unit": 2}]
    joined = "SELECT sum(n_message) AS n FROM episodes JOIN players USING (unit) WHERE unit = 2"
    said = sum(e["kind"] == "message" for e in dataset.load(dataset.episodes[2]).episode().events())
    assert dataset.query(joined).to_pylist() == [{"n": 2 * said}]


def test_the_index_on_disk_says_the_same(root):
    write_index(mpgenie.open_dataset(root))
    assert answer(read_index(root), "SELECT count(*) AS n FROM players") == [{"n": 6}]


@pytest.mark.parametrize("name", ["episodes.parquet", "players.parquet", "MANIFEST.json"])
def test_a_damaged_index_is_made_again(root, name):
    write_index(mpgenie.open_dataset(root))
    path = root / "index" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(DatasetError):
        read_index(root)
    assert answer(current_index(root), "SELECT count(*) AS n FROM episodes") == [{"n": 3}]
    assert answer(read_index(root), "SELECT count(*) AS n FROM episodes") == [{"n": 3}]


def test_an_index_of_fewer_shards_is_made_again(root):
    current_index(root)
    with Store(root) as store:
        store.commit(play(3))
    assert answer(current_index(root), "SELECT count(*) AS n FROM episodes") == [{"n": 4}]


def test_a_question_reaches_nothing_else(root):
    tables = current_index(root)
    with pytest.raises(ConfigError, match="cannot be answered"):
        query(tables, f"SELECT * FROM read_text('{root / 'dataset.json'}')")
    with pytest.raises(ConfigError, match="cannot be answered"):
        query(tables, "SELEKT 1")
