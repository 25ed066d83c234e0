"""`mpgenie vpt`: the loop from the command line, stopped, gone on with, and finished."""

import pytest

from mpgenie.agents.vpt import loop as loops
from mpgenie.cli import main, vpt

RESULTS = {
    "arms": [{"arm": "chance", "score": 1, "low": 0, "high": 2, "survival": 1, "distance": 3}],
    "claims": [{"line": "they give more: 2.00 (1.00 to 3.00), holds"}],
    "idm": {name: {"mean": 0.5} for name in ("camera_r2", "joint_exact", "macro_f1")},
    "notes": ["3.3 labelled player-minutes."],
    "page": "out/report.html",
}


def test_the_table_says_who_got_what_and_what_holds():
    printed = vpt.told(RESULTS)
    for text in ("0.00 to 2.00", "100%", "3.0", "holds", "camera R2 0.500", "out/report.html"):
        assert text in printed
    assert "nothing is paid" in vpt.told({**RESULTS, "claims": []})


def test_ctrl_c_says_how_far_it_came_and_how_to_go_on(tmp_path, monkeypatch, capsys):
    def stopped(loop):
        loop._tell("record", 0.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(loops.Loop, "run", stopped)
    out = str(tmp_path / "vpt")
    assert main(["vpt", "--tiny", "--threads", "1", "--out", out]) == 130
    told = capsys.readouterr().err
    assert "stopped in record, with 0 of 12 stages done; the same command goes on" in told
    monkeypatch.undo()
    monkeypatch.setattr(loops.Loop, "finished", True)
    monkeypatch.setattr(loops.Loop, "run", lambda loop: RESULTS)
    assert main(["vpt", "--tiny", "--threads", "1", "--out", out]) == 0
    assert "is finished: nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "way_out"),
    [
        (["--labelled", "d", "--with", "script"], "of recorded games"),
        (["--labelled", "nowhere"], "nowhere"),
        (["--seeds", "1,1"], "list of seeds"),
        (["--threads", "0"], "at least 1"),
        (["--players", "0"], "at least 1"),
    ],
    ids=" ".join,
)
def test_refusals_say_the_way_out(arguments, way_out, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        assert main(["vpt", "--tiny", *arguments]) == 1
    except SystemExit as stop:
        assert stop.code == 2
    assert way_out in capsys.readouterr().err
