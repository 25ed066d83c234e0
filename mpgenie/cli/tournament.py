"""Let players meet everybody with and against everybody, and say who is how good.

Name players as for `mpgenie watch`: policies that come with mpgenie, files, folders that `mpgenie
train` made; and `script`, `random`, `idle`, a population (its newest members), or a folder that
holds several.  Each pair plays the same seeds from both sides.  The table shows, best first, each
player's Elo points, the interquartile mean of its scores among the others with a 95 % interval, and
what it gets with whom.  With a background, a second table shows what each gets among its like
(self_play), with one stranger (resident), as the only one (visitor), and alone (solo).  Scores
leave out what only shapes.
Defaults stand in brackets.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgenie.errors import ConfigError

if TYPE_CHECKING:
    from mpgenie.agents.training.population.players import Player
    from mpgenie.agents.training.population.tournament import Standings

EXAMPLES = """\
examples:
  mpgenie tournament tag script random idle
  mpgenie tournament gather script --rounds 16 --players 4
  mpgenie tournament out/population/tag random --report out/population/tag/report
  mpgenie tournament tag script --recorded out/play
  mpgenie tournament gather random --background script idle
  mpgenie tournament out/population/tag --background usual
  mpgenie tournament out/ppo/tag/seed_0 out/ppo/tag/seed_1 --output seeds.json
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mpgenie tournament`."""
    add = parser.add_argument
    add("who", nargs="+", metavar="PLAYER", help="who enters; two or more in all")
    recorded = "games of people, as `mpgenie play --record` keeps them: they are rated, too"
    add("--recorded", nargs="+", default=[], metavar="DATASET", help=recorded)
    background = "also try each in every mode of Melting Pot, among these; usual: who comes with us"
    add("--background", nargs="+", default=[], metavar="PLAYER", help=background)
    add("--scenario", metavar="NAME", help="what is played (what they have learnt)")
    add("--players", type=int, metavar="N", help="in each match (as learnt)")
    add("--rounds", type=int, default=8, metavar="N", help="seeds of each pair (%(default)s)")
    add("--ticks", type=int, metavar="N", help="of a match at most (as learnt)")
    add("--planet", metavar="KIND", help="normal or flat (as learnt)")
    add("--size", type=int, metavar="N", help="of a planet's faces (as learnt)")
    add("--seed", type=int, default=0, metavar="S", help="all else follows from it (%(default)s)")
    add("--worlds", type=int, default=16, metavar="W", help="played side by side (%(default)s)")
    add("--threads", type=int, metavar="T", help="at most (one for each processor)")
    rounds = "let somebody learn for so many rounds to beat the best, and say what it gains"
    add("--exploit", type=int, default=0, metavar="ROUNDS", help=rounds)
    page = "write a page, too: rating curves and lineage of a population, who differs, pictures"
    add("--report", type=Path, metavar="DIR", help=page)
    path = Path("out/tournament.json")
    add("--output", type=Path, default=path, metavar="FILE", help="for all figures (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Play, then print the table and save the figures."""
    from tqdm import tqdm

    from mpgenie.agents.training.population.backgrounds import named, versions
    from mpgenie.agents.training.population.focal import table, trials
    from mpgenie.agents.training.population.matches import game_of
    from mpgenie.agents.training.population.players import entered
    from mpgenie.agents.training.population.recorded import count_recorded
    from mpgenie.agents.training.population.tournament import hold
    from mpgenie.datasets.reading import open_dataset

    players = entered(options.who)
    for folder in options.recorded:
        open_dataset(folder)  # refused now, and not when all is played
    _check_exploit(options.exploit, players)
    game = game_of(
        list(players.values()), scenario=options.scenario, players=options.players,
        max_cycles=options.ticks, planet=options.planet, size=options.size,
    )  # fmt: skip
    strangers = named(options.background, game["scenario"])
    background = entered(strangers)
    common = {"seed": options.seed, "worlds": options.worlds, "threads": options.threads}
    with tqdm(desc="playing", unit=" matches", disable=None) as bar:
        standings = hold(
            players, game, rounds=options.rounds,
            on_matches=lambda count: bar.update(count) and None, **common,
        )  # fmt: skip
    for folder in options.recorded:
        print(f"recorded    {count_recorded(standings, folder)} games in {folder}")
    results: dict[str, Any] = {"title": game["scenario"], "standings": standings.to_plain()}
    print(standings.table())
    _tell(results["standings"])
    if background:
        found = trials(players, background, game, matches=4 * options.rounds, **common)
        results["background"] = versions(strangers)
        results["focal"] = [trial.to_plain() for trial in found]
        print(table(found))
    if options.exploit:
        results["exploited"] = _exploit(standings, players, game, options)
    if options.report is not None:
        print(f"page        {_report(results, options, standings, players, game)}")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(f"figures     {options.output}")
    return 0


def _tell(standings: dict[str, Any]) -> None:
    """What follows from the table."""
    if standings["cross_play_ratio"] is not None:
        print(
            f"among strangers they get {standings['cross_play_ratio']:.2f} of what they get alike"
        )
    for cycle in standings["cycles"]:
        print(f"in a circle: {' beats '.join([*cycle, cycle[0]])}")
    print(f"no order explains {standings['cyclic_share']:.0%} of who beats whom")


def _check_exploit(rounds: int, players: "dict[str, Player]") -> None:
    from mpgenie.agents.training.population.players import Trained

    if rounds < 0:
        raise ConfigError(f"--exploit takes 0 rounds or more, got {rounds}")
    if rounds and not any(isinstance(player, Trained) for player in players.values()):
        raise ConfigError("nobody who entered was trained: there is nobody to learn against")


def _exploit(
    standings: "Standings",
    players: "dict[str, Player]",
    game: dict[str, Any],
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Learn to beat the best of those who were trained."""
    from tqdm import tqdm

    from mpgenie.agents.training.population.exploit import exploit
    from mpgenie.agents.training.population.players import Trained

    order = (standings.names[k] for k in standings.order())
    trained = {name: each for name, each in players.items() if isinstance(each, Trained)}
    name = next(name for name in order if name in trained)
    with tqdm(desc="exploiting", unit=" rounds", total=options.exploit, disable=None) as bar:
        found = exploit(
            trained[name], game=game, rounds=options.exploit, worlds=options.worlds,
            seed=options.seed, on_round=lambda: bar.update() and None,
        )  # fmt: skip
    print(
        f"exploited   {name}: who learns against it for {options.exploit} rounds gains {found.gain}"
    )
    return {"name": name, "rounds": options.exploit, "gain": list(found.gain)}


def _report(
    results: dict[str, Any],
    options: argparse.Namespace,
    standings: "Standings",
    players: "dict[str, Player]",
    game: dict[str, Any],
) -> Path:
    """Add the lineages of populations and how different players are, and write the page."""
    from mpgenie.agents.training.population.measuring import diversity_of
    from mpgenie.agents.training.population.report import write_report
    from mpgenie.agents.training.population.sheet import contact_sheet
    from mpgenie.agents.training.population.store import LINEAGE, read_lineage

    folders = [Path(name) for name in options.who if (Path(name) / LINEAGE).is_file()]
    results["lineages"] = {str(folder): read_lineage(folder) for folder in folders}
    lineage = results["lineages"][str(folders[0])] if len(folders) == 1 else []
    results["diversity"] = diversity_of(players, game, lineage=lineage, seed=options.seed)
    order = [standings.names[k] for k in standings.order()]
    best, *others = (name for name in order if name in players)  # not people who were recorded
    pairs = [(best, best), *((best, other) for other in dict.fromkeys((others[0], others[-1])))]
    results["rows"] = [f"{one} and {other}" for one, other in pairs]
    sheet = contact_sheet(players, game, pairs, options.seed)
    return write_report(results, options.report, sheet)
