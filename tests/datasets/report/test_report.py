"""The report is one page that needs nothing else, and tells what the dataset holds."""

import re

import numpy as np
import pytest

import mpgenie
from mpgenie.cli import main
from mpgenie.datasets.pictures import StreamSpec
from mpgenie.datasets.places import lattice
from mpgenie.datasets.quality import check
from mpgenie.datasets.report.gathering import PLACES, gather
from mpgenie.datasets.report.globe import directions, draw_map
from mpgenie.datasets.store import Store
from mpgenie.errors import ConfigError

from ..random_play import play

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def root(tmp_path_factory, studio):
    """Three episodes, of which one has a name that is HTML."""
    root = tmp_path_factory.mktemp("data")
    with Store(root, {"seed": 3}) as store:
        store.commit(play(0, ticks=30, studio=studio, roles=("guide", "guest")))
        store.commit(play(1, ticks=20, studio=studio, planet=7))
        store.commit(play(2, ticks=20, studio=studio, type=HOSTILE))
    return root


@pytest.fixture(scope="module")
def page(root, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "report.html"
    assert main(["dataset", "report", str(root), "--out", str(out)]) == 0
    return out.read_text()


def test_the_page_stands_alone(page):
    outside = re.findall(r"(?:src|href)\s*=\s*\"(?!data:)", page) + re.findall(r"https?://", page)
    assert outside == [] and "<script" not in page


def test_every_section_is_there(page):
    titles = re.findall(r"<h2>(.*?)</h2>", page)
    assert titles == [
        "Episodes", "Where on the planet", "What players did", "What players saw", "Events",
        "Quality", "What video loses", "Contact sheets",
    ]  # fmt: skip
    assert page.count('class="map"') == 4 and page.count('class="sheet"') == 2
    assert "rows: guide, guest" in page and "2 flat" in page


def test_what_a_dataset_calls_its_types_is_text(page):
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_tells_of_the_last_check(root, tmp_path):
    check(root, quarantine=False)
    assert main(["dataset", "report", str(root), "--out", str(tmp_path / "page.html")]) == 0
    assert "Of the last check." in (tmp_path / "page.html").read_text()


def test_figures_are_those_of_the_episodes(root):
    dataset = mpgenie.open_dataset(root)
    gathered = gather(dataset)
    assert gathered.total("frames") == 2 * (31 + 21 + 21)
    assert gathered.maps["presence"].sum() == gathered.total("frames")
    assert sum(gathered.others.values()) == gathered.total("frames")
    assert gathered.near[0].sum() == gathered.total("frames")  # two players: one pair each way
    assert (gathered.near[1] <= gathered.near[0]).all()
    down = [dataset.load(entry)["actions/buttons"] for entry in dataset.episodes]
    assert gathered.pressed[2] == sum(int(((d & 4) != 0).sum()) for d in down)


def test_maps_show_each_face_in_equal_area():
    vectors, inside = directions(400)
    assert np.allclose(np.linalg.norm(vectors, axis=-1), 1.0)
    face, _ = lattice(vectors[inside], PLACES)
    shares = np.bincount(face, minlength=6) / inside.sum()
    assert np.allclose(shares, 1 / 6, atol=0.01)


def test_only_places_where_something_was_are_coloured():
    counts = np.zeros(6 * PLACES**2)
    blank = draw_map(counts, PLACES, (200, 0, 0), 200)
    counts[: PLACES**2] = 5  # the face towards +x, in the middle of the map
    drawn = draw_map(counts, PLACES, (200, 0, 0), 200)
    changed = (drawn != blank).any(-1)
    assert changed[50, 100] and not changed[:, :40].any() and not changed[5].any()
    assert np.isclose(changed.sum() / directions(200)[1].sum(), 1 / 6, atol=0.03)


def test_a_dataset_without_pictures_has_a_page_too(tmp_path):
    with Store(tmp_path / "data") as store:
        store.commit(play(ticks=10))
    assert main(["dataset", "report", str(tmp_path / "data"), "--out", str(tmp_path / "p")]) == 0
    assert "states and actions alone" in (tmp_path / "p").read_text()


def test_large_pictures_are_shown_small(tmp_path):
    with Store(tmp_path / "data") as store:
        store.commit(play(ticks=4, streams=[StreamSpec(height=90, width=320, mode="mp4")]))
    assert main(["dataset", "report", str(tmp_path / "data"), "--out", str(tmp_path / "p")]) == 0
    assert "nothing to compare video with" in (tmp_path / "p").read_text()


def test_nothing_is_no_report(tmp_path):
    with Store(tmp_path / "data"):
        pass
    dataset = mpgenie.open_dataset(tmp_path / "data")
    from mpgenie.datasets.report import write_report

    with pytest.raises(ConfigError, match="no episodes to report on"):
        write_report(dataset, tmp_path / "page.html")
