"""Episodes that fail are set aside, never deleted, and can be taken back."""

import shutil
from pathlib import Path

import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.datasets.quality import (
    RULES,
    QualityConfig,
    check,
    read_findings,
    take_back,
)
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError, DatasetError, StorageError

from ..failing_disks import CountingDisk, FullDisk
from ..random_play import play
from .acting import doctored


@pytest.fixture
def root(tmp_path):
    """Three episodes, of which the second spends its time in water."""
    root = tmp_path / "data"
    with Store(root, {"seed": 3}) as store:
        for unit in range(3):
            episode = play(unit, ticks=30)
            store.commit(doctored(episode, state__in_water=True) if unit == 1 else episode)
    return root


def units(root, **options):
    return [entry.unit for entry in mpgenie.open_dataset(root, **options).episodes]


def test_what_fails_is_left_out_unless_asked_for(root):
    before = mpgenie.open_dataset(root).episodes[1].content_hash
    checked = check(root)
    assert checked.set_aside == (1,) and set(checked.rejected[1]) == {"in_water"}
    assert units(root) == [0, 2]
    assert units(root, quarantined=True) == [0, 1, 2]
    aside = mpgenie.open_dataset(root, quarantined=True)
    assert [entry.quarantined for entry in aside.episodes] == [False, True, False]
    assert aside.load(aside.episodes[1]).episode().content_hash == before


def test_what_is_set_aside_counts_as_done(root):
    check(root)
    with Store(root, {"seed": 3}) as store:
        assert store.left(range(4)) == [3]


def test_what_was_taken_back_stays(root):
    check(root)
    take_back(root, [1])
    assert units(root) == [0, 1, 2]
    again = check(root)
    assert set(again.rejected) == {1} and again.set_aside == ()
    assert units(root) == [0, 1, 2]


def test_only_what_is_aside_can_be_taken_back(root):
    check(root)
    with pytest.raises(ConfigError, match=r"not in quarantine: \[2\]; these are: \[1\]"):
        take_back(root, [1, 2])


def test_a_full_disk_loses_no_episode_on_the_way_to_quarantine_or_back(root, tmp_path):
    def anew(name):
        return shutil.copytree(root, tmp_path / name)

    def both(where, disk=None):
        check(where, disk=disk)
        take_back(where, [1], disk=disk)

    steps = CountingDisk()
    both(anew("whole"), steps)
    for step in range(1, steps.steps + 1):
        where = anew(f"step_{step}")
        with pytest.raises(StorageError):
            both(where, FullDisk(step))
        assert units(where, quarantined=True) == [0, 1, 2]
        if 1 not in units(where):
            take_back(where, [1])
        check(where, quarantine=False)
        assert units(where) == [0, 1, 2]


def test_a_check_may_only_look(root):
    checked = check(root, quarantine=False, write=False)
    assert set(checked.rejected) == {1} and checked.set_aside == ()
    assert units(root) == [0, 1, 2] and not (root / "quality").exists()


def test_findings_are_kept_and_answer_questions(root):
    checked = check(root)
    assert read_findings(root) == list(checked.findings)
    counts = checked.by_rule()
    assert counts["in_water"] == {"pass": 4, "reject": 2} and set(counts) == set(RULES)
    pytest.importorskip("duckdb")
    sql = "SELECT unit, rule, max(value) AS v FROM findings WHERE verdict = 'reject' GROUP BY ALL"
    answer = mpgenie.open_dataset(root).query(sql).to_pylist()
    assert answer == [{"unit": 1, "rule": "in_water", "v": 1.0}]


def test_damaged_findings_are_not_believed(root):
    check(root)
    with (root / "quality" / "findings.parquet").open("r+b") as file:
        file.write(b"!")
    with pytest.raises(DatasetError, match="damaged"):
        read_findings(root)


def test_limits_are_read_from_a_file(tmp_path):
    path = tmp_path / "quality.toml"
    path.write_text('stuck = 7\nskip = ["in_water"]\n')
    config = QualityConfig.from_toml(path)
    assert config.stuck == 7 and config.skip == ("in_water",) and "deaths" in config.flag
    for text, message in (
        ("stucked = 7", "there is no rule 'stucked'. Did you mean 'stuck'"),
        ('stuck = "far"', "the limit of stuck must be a number"),
        ('skip = ["wet"]', "there is no rule 'wet'"),
        ("stuck", "cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigError, match=message):
            QualityConfig.from_toml(path)


def test_every_rule_has_a_limit_and_says_what_it_measures():
    assert set(QualityConfig().limits()) == set(RULES)
    for rule in RULES.values():
        assert rule.version >= 1 and len(rule.summary) > 5, rule.name


def test_the_command_says_what_it_found_and_takes_back(root, capsys):
    assert main(["dataset", "check", str(root), "--look"]) == 0
    assert "episode 1 rejected: in_water" in capsys.readouterr().out
    assert main(["dataset", "check", str(root)]) == 0
    assert "episode 1 set aside: in_water" in capsys.readouterr().out
    assert main(["dataset", "check", str(root), "--take-back", "1"]) == 0
    assert units(root) == [0, 1, 2]


def test_the_page_lists_every_rule_and_its_limit():
    page = (Path(__file__).parents[3] / "docs" / "quality.md").read_text()
    config = QualityConfig()
    for name, rule in RULES.items():
        bound = f"at {rule.bound} {getattr(config, name):g}"
        verdict = "flag" if name in config.flag else "reject"
        assert f"| `{name}` | {rule.level} | {bound} | {verdict} | {rule.summary} |" in page
