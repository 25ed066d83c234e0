"""The page about a population tells what there is to tell, and holds where there is less."""

import json
import re

import numpy as np

from mpgenie.agents.training.population import plots
from mpgenie.agents.training.population.players import Chance, Idle
from mpgenie.agents.training.population.report import html, write_report
from mpgenie.agents.training.population.sheet import MOMENTS, contact_sheet, moments
from mpgenie.agents.training.population.takes import Take
from mpgenie.agents.training.population.tournament import hold
from mpgenie.cli import main

from .conftest import GAME, Looker


def event(generation, kind, member, **more):
    told = {"group": "plain", "hypers": {"rate": 1e-3 * (generation + 1)}, "rewards": {"x": 0.5}}
    rating = {"mu": 25.0 + generation, "sigma": 2.0}
    return {
        "generation": generation,
        "kind": kind,
        "member": member,
        "rating": rating,
        **told,
        **more,
    }


LINEAGE = [
    event(0, "born", "m0"),
    event(0, "born", "m1"),
    event(1, "matched", "m0"),
    event(1, "matched", "m1"),
    event(2, "exploited", "m1", donor="m0"),
    event(2, "explored", "m1"),
    {"generation": 2, "kind": "promoted", "level": 1},
]


def test_every_part_has_its_section(tmp_path):
    standings = hold({"<right>": Looker(5), "wrong": Looker(-5)}, GAME, rounds=1)
    results = {
        "title": "look & down",
        "lineages": {"them": LINEAGE},
        "standings": standings.to_plain(),
    }
    page = write_report(results, tmp_path / "page").read_text()
    assert re.findall("<h2>(.*?)</h2>", page) == ["How it grew", "Who is how good"]
    assert page.count("data:image/png;base64,") == 4
    assert "look &amp; down" in page and "&lt;right&gt;" in page and "<right>" not in page
    assert "promoted to level 1 in 2" in page
    assert "1</b><span>times a member was cloned from a better one" in page
    again = json.loads((tmp_path / "page" / "report.json").read_text())
    assert again == json.loads(json.dumps(results))


def test_a_page_shows_how_each_of_two_populations_grew():
    page = html({"lineages": {"ours": LINEAGE, "theirs": LINEAGE}})
    assert page.count("data:image/png;base64,") == 6
    for name in ("ours", "theirs"):
        assert f"{name}:" in page and f"times a member of {name} was cloned" in page


def test_a_page_about_nothing_has_no_sections():
    assert "<section>" not in html({})


def test_alarms_are_on_the_page():
    measured = {
        "coverage": {"share": 0.1, "entropy": 1.0},
        "archive": {"coverage": 0.2, "score": 3.0},
        "kinds": {"stability": None},
        "behaviour": {"a": {"metres a second": 1.0}},
        "alarms": ["players do all but the same"],
    }
    page = html({"diversity": measured})
    assert '<p class="reject">players do all but the same</p>' in page
    assert "too few matches" in page


def test_plots_differ_with_what_they_tell():
    other = [*LINEAGE, event(3, "exploited", "m0", donor="m1"), event(3, "explored", "m0")]
    for draw in (plots.ratings, plots.schedules, plots.descent):
        assert draw(LINEAGE).std() > 5.0
        one, more = draw(LINEAGE), draw(other)
        assert one.shape == more.shape and (one != more).any()


def test_a_sheet_shows_moments_of_each_match_from_outside():
    players = {"idle": Idle(), "chance": Chance()}
    game = {**GAME, "max_cycles": 24}
    sheet = contact_sheet(players, game, [("idle", "idle"), ("idle", "chance")])
    assert sheet.shape == (2 * 240 + 4, MOMENTS * 160 + 5 * 4, 3)
    still, moved = sheet[:240], sheet[244:]
    assert still.std() > 5.0 and (still != moved).any()


def test_moments_of_a_match_that_ended_early_are_filled_up():
    take = Take(3, np.zeros((20, 2, 10), np.int64), 2, ("random:x", "random:x"))
    game = {**GAME, "scenario": "short_wage", "max_cycles": 100}
    assert len(moments(take, game)) == MOMENTS


def test_the_command_writes_the_page(capsys, tmp_path):
    where = ["--report", str(tmp_path / "page"), "--output", str(tmp_path / "cup.json")]
    game = ["--scenario", "look_down", "--size", "8", "--planet", "flat", "--ticks", "8"]
    assert main(["tournament", "idle", "random", *game, "--rounds", "1", *where]) == 0
    assert str(tmp_path / "page" / "report.html") in capsys.readouterr().out
    page = (tmp_path / "page" / "report.html").read_text()
    assert re.findall("<h2>(.*?)</h2>", page) == [
        "Who is how good", "How different they are", "Matches"
    ]  # fmt: skip
