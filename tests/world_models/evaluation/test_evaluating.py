"""One call evaluates any models side by side, the same each time, and writes a page about it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mpgenie
from mpgenie.agents.learning import learn
from mpgenie.cli import main
from mpgenie.errors import ConfigError
from mpgenie.world_models.evaluation import evaluating
from mpgenie.world_models.evaluation.fidelity import agreement
from mpgenie.world_models.evaluation.models import CopyLast
from mpgenie.world_models.evaluation.policies import SCRIPTS
from mpgenie.world_models.evaluation.state_probe import Net, StateProbe
from mpgenie.world_models.evaluation.tasks import TASKS
from tests.agents.vpt.conftest import lesson
from tests.world_models.evaluation.test_models import dreams

SHIPPED = str(Path(__file__).parents[3] / "checkpoints" / "debug")
TURNED_VIEWS = Path(__file__).parents[3] / "docs" / "examples" / "turned_views.py"
ONE = {"tasks": ["movement_b"], "episodes": 1}


def without_times(results):
    return [{**model, "seconds": 0} for model in results["models"].values()]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    return mpgenie.evaluate_world_model(SHIPPED, out=out, **ONE), out


def test_a_checkpoint_stands_beside_the_game_and_its_controls(evaluated):
    results, _ = evaluated
    assert list(results["models"]) == ["debug", "oracle", "copy last", "mirrored"]
    shares = {
        name: each["tasks"]["movement_b"]["share"] for name, each in results["models"].items()
    }
    assert shares["oracle"] == 1.0 and shares["copy last"] == shares["mirrored"] == 0.0
    assert results["models"]["debug"]["reconstructed"] == {"movement_b": 1.0}
    assert results["made"]["resolution"] == [32, 32] and results["made"]["planet"] == "normal"


def test_the_page_tells_all_and_so_does_the_file_beside_it(evaluated):
    results, out = evaluated
    assert json.loads((out / "report.json").read_text())["tasks"] == results["tasks"]
    page = (out / "report.html").read_text()
    for told in ("Movement: turns", "copy last", "What debug told", "movement_b_", "PSNR"):
        assert told in page
    assert "http" not in page
    assert (out / "tasks.png").is_file() and (out / "horizon.png").is_file()


def test_all_tasks_are_asked_of_a_checkpoint_at_once(tmp_path):
    """The tier of continuous integration: one episode of each task, and its page."""
    found = mpgenie.evaluate_world_model(SHIPPED, episodes=1, out=tmp_path)
    assert list(found["tasks"]) == list(TASKS)
    assert {each["share"] for each in found["models"]["oracle"]["tasks"].values()} == {1.0}
    assert (tmp_path / "report.html").is_file()


def test_the_same_comes_out_again(evaluated):
    again = mpgenie.evaluate_world_model([SHIPPED], **ONE)
    assert without_times(again) == without_times(evaluated[0])


def test_anything_with_rollout_can_be_evaluated():
    found = mpgenie.evaluate_world_model({"mine": CopyLast()}, resolution=(32, 32), **ONE)
    mine, copied = (found["models"][name]["tasks"] for name in ("mine", "copy last"))
    assert mine == copied


def test_probes_are_tried_if_that_is_wanted(tmp_path):
    found = mpgenie.evaluate_world_model(
        {"mine": CopyLast()}, tasks=["grounding"], episodes=1, probes=True, resolution=(32, 32),
        out=tmp_path,
    )  # fmt: skip
    mine, oracle = (found["models"][name]["probes"] for name in ("mine", "oracle"))
    assert oracle["around, back"]["mean"] == 60.0 and mine["elsewhere, answer"]["mean"] == 0.0
    assert "around once" in (tmp_path / "report.html").read_text()


def test_policies_are_ranked_if_that_is_wanted(tmp_path, monkeypatch):
    asked = []

    def ranked(source, policies, **options):
        asked.append(([*policies], options))
        returns = {"real": [[1.0, 2.0], [3.0, 3.0]], "dream": [[2.0, 2.0], [4.0, 5.0]]}
        return {"policies": ["walk", "wait"], **returns, **agreement([1.5, 3.0], [2.0, 4.5])}

    monkeypatch.setattr(evaluating, "rank_policies", ranked)
    found = mpgenie.evaluate_world_model(SHIPPED, starts=2, out=tmp_path, **ONE)
    assert asked == [([*SCRIPTS], {"starts": 2, "seed": 0})]
    assert [name for name, each in found["models"].items() if "ranking" in each] == ["debug"]
    assert (tmp_path / "ranking.png").is_file()
    assert "Spearman" in (tmp_path / "report.html").read_text()


def test_plans_are_improved_if_that_is_wanted(tmp_path):
    found = mpgenie.evaluate_world_model(
        {"mine": CopyLast()}, plans=1, resolution=(32, 32), out=tmp_path, **ONE
    )
    mine, oracle = (found["models"][name]["plans"] for name in ("mine", "oracle"))
    assert oracle["real"] == oracle["promised"] and mine["nothing"] == oracle["nothing"]
    assert "improved in dreams" in (tmp_path / "report.html").read_text()


def test_fvd_is_measured_if_that_is_wanted(tmp_path, monkeypatch):
    """By a network that sees colours: whether the weights are here is asked elsewhere."""
    monkeypatch.setattr(
        evaluating.i3d, "installed", lambda device: lambda clips: clips.mean((1, 2, 3))
    )
    arguments = ["--tasks", "movement_a", "--episodes", "2", "--out", str(tmp_path)]
    assert main(["evaluate", SHIPPED, "--fvd", *arguments]) == 0
    found = json.loads((tmp_path / "report.json").read_text())
    distances = {name: each["fvd"]["0 to 32"] for name, each in found["models"].items()}
    assert distances["oracle"]["mean"] == pytest.approx(0.0, abs=1e-4)
    assert distances["debug"]["mean"] > 1.0 and distances["debug"]["pieces"] == 4
    assert found["fvd"]["0 to 32"]["pieces"] == 2
    assert "class=flag" in (tmp_path / "report.html").read_text()


def yes(question, frames, choices):
    """A judge that always says the same."""
    return choices[-1]


def test_actions_are_read_and_others_asked_if_that_is_wanted(tmp_path):
    learn(lesson(steps=1), tmp_path / "idm")
    StateProbe(Net((32, 32)), (32, 32)).save(tmp_path / "probe")
    judge, out = f"{__name__}:yes", tmp_path / "report"
    arguments = [SHIPPED, "--idm", str(tmp_path / "idm"), "--states", str(tmp_path / "probe")]
    arguments += ["--judge", judge, "--out", str(out)]
    assert main(["evaluate", *arguments, "--tasks", "movement_b", "--episodes", "1"]) == 0
    results = json.loads((out / "report.json").read_text())
    found, real = results["models"], results["actions"]["real"]
    assert {name: found["oracle"]["actions"][name] for name in real} == real
    assert found["copy last"]["actions"] != found["oracle"]["actions"]
    assert "reconstructed" in found["debug"]["actions"]
    assert found["oracle"]["opinion"]["movement_b"]["mean"] == 0.0
    assert results["made"]["judge"] == judge and results["made"]["idm"] == arguments[2]
    page = (out / "report.html").read_text()
    assert {*found["debug"]["states"]} == {"told", "reconstructed"}
    assert "What is there, read off frames" in page and "another judge" in page


def test_videos_from_elsewhere_are_compared_with_checkpoints(tmp_path, capsys):
    arguments = ["--tasks", "movement_b", "--episodes", "1"]
    cases, videos = tmp_path / "cases", tmp_path / "videos"
    assert main(["evaluate", SHIPPED, "--cases", str(cases), *arguments]) == 0
    assert "1 cases" in capsys.readouterr().out
    videos.mkdir()
    shutil.copy(cases / "index.json", videos)
    for name, count in json.loads((cases / "index.json").read_text())["cases"].items():
        (videos / name).mkdir(parents=True)
        shown = np.load(cases / name / "shown.npy")
        np.save(videos / name / "told.npy", shown[-1:].repeat(count, 0))
    out = tmp_path / "report"
    compared = ["evaluate", "--compare", SHIPPED, str(videos), "--out", str(out), *arguments]
    assert main(compared) == 0
    printed = capsys.readouterr().out
    assert "videos" in printed and "Movement: turns" in printed and str(out) in printed
    told = json.loads((out / "report.json").read_text())["models"]
    assert told["videos"]["tasks"] == told["copy last"]["tasks"]
    assert main([*compared, "--seed", "1"]) == 1
    assert "does not tell of movement_b_0 as it is asked now" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("models", "options", "way_out"),
    [
        ([], {}, "at least one model"),
        ([CopyLast()], {}, "with `resolution`"),
        ([object()], {}, "has `rollout`"),
        ([SHIPPED], {"tasks": ["movement"]}, "movement_a"),
        ([SHIPPED], {"episodes": 0}, "episodes must be"),
        ([SHIPPED, dreams()], {}, "have seen the same game"),
        (["nowhere"], {"resolution": (32, 32)}, "no folder nowhere"),
        ({"oracle": CopyLast()}, {"resolution": (32, 32)}, "name of a control"),
    ],
)
def test_refusals_say_the_way_out(models, options, way_out):
    with pytest.raises(ConfigError, match=way_out):
        mpgenie.evaluate_world_model(models, **options)


@pytest.mark.parametrize("option", ["--starts 2", "--plans 2", "--fvd", "--idm d", "--judge a:b"])
def test_cases_are_written_without_what_plays_no_part(option, tmp_path, capsys):
    assert main(["evaluate", SHIPPED, "--cases", str(tmp_path), *option.split()]) == 1
    assert f"and stops: leave {option.split()[0]} out" in capsys.readouterr().err


def test_videos_are_evaluated_without_any_checkpoint(tmp_path, capsys):
    arguments = ["--tasks", "movement_b", "--episodes", "1", "--resolution", "64", "64"]
    cases, videos, out = (tmp_path / name for name in ("cases", "videos", "report"))
    assert main(["evaluate", "--cases", str(cases), *arguments]) == 0
    command = [sys.executable, str(TURNED_VIEWS), str(cases), str(videos)]
    subprocess.run(command, check=True)
    assert main(["evaluate", "--compare", str(videos), "--out", str(out), *arguments]) == 0
    found = json.loads((out / "report.json").read_text())
    assert found["models"]["videos"]["tasks"]["movement_b"]["share"] == 1.0
    assert found["models"]["videos"]["about"]["path"] == str(videos)
    assert main(["evaluate", "--compare", str(videos), *arguments[:-3]]) == 1
    assert "--resolution HEIGHT WIDTH" in capsys.readouterr().err


def test_results_say_all_that_it_takes_to_get_them_again(evaluated):
    made = evaluated[0]["made"]
    assert made["probes"] is False and made["plans"] == 0 and made["device"] == "cpu"
    assert {"torch", "numpy", "python"} <= made.keys() and "judge" not in made


def test_a_resolution_may_be_any_two_numbers():
    found = mpgenie.evaluate_world_model(SHIPPED, resolution=[32, 32], **ONE)
    assert found["made"]["resolution"] == [32, 32]


@pytest.mark.parametrize("option", [("--data", "d"), ("--learnt-from", "d"), ("--every", "1")])
def test_world_models_take_no_dataset(option, capsys):
    assert main(["evaluate", SHIPPED, *option]) == 1
    assert f"judged by the game: leave {option[0]} out" in capsys.readouterr().err
