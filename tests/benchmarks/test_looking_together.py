"""What looking together is worth is learnt and judged once; the same command finds it done."""

import pytest

from mpgenie.benchmarks import looking_together
from mpgenie.benchmarks.looking_together import main, table
from mpgenie.errors import ConfigError
from tests.datasets.random_play import two_episodes


def test_tiny_models(tmp_path, capsys, monkeypatch):
    data = two_episodes(tmp_path / "data")
    arguments = ["--data", str(data), "--valid", str(data), "--out", str(tmp_path / "out")]
    arguments += ["--steps", "1", "--size", "tiny", "--seeds", "2"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "all views known, F1" in printed and printed.count("who did it") == 1
    models = [*(tmp_path / "out").glob("seed_*/*/model.npz")]
    assert {file.parent.name for file in models} == {"alone", "together"} and len(models) == 4
    monkeypatch.setattr(looking_together, "train_idm", None)
    assert main(arguments) == 0
    assert capsys.readouterr().out == printed


def test_the_table_has_means_and_deviations_over_seeds():
    def row(alone, together):
        judged = [
            {"macro_f1": value, "macro_average_precision": value} for value in (alone, together)
        ]
        cases = dict.fromkeys(looking_together.CASES, {"alone": judged[0], "together": judged[1]})
        did = {name: {"accuracy": 1.0, "pairs": 7} for name in ("alone", "together")}
        return cases | {"who did it": did}

    lines = table([row(0.2, 0.5), row(0.4, 0.9)]).splitlines()
    assert "| all views known, F1 | 0.300 ± 0.100 | 0.700 ± 0.200 | 0.400 ± 0.100 |" in lines
    assert (
        lines[-1]
        == "| who did it, of two (7 cases)" + 2 * " | 1.000 ± 0.000" + " | 0.000 ± 0.000 |"
    )


def test_sizes_that_do_not_exist_are_refused(tmp_path):
    data = two_episodes(tmp_path / "data")
    with pytest.raises(ConfigError, match="tiny"):
        main(["--data", str(data), "--valid", str(data), "--out", str(tmp_path), "--size", "huge"])
