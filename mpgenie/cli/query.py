"""Ask a dataset in SQL: the tables `episodes` and `players` have a row for each (DuckDB's SQL)."""

import argparse
from pathlib import Path
from typing import Any

EXAMPLES = """\
examples:
  mpgenie dataset query data "SELECT type, count(*), avg(length) FROM episodes GROUP BY type"
  mpgenie dataset query data "SELECT unit FROM episodes WHERE type = 'pvp' AND n_hit >= 2
                              AND mutual_visibility > 0.5"
  mpgenie dataset query data "DESCRIBE players"
"""


def add_parser(commands: Any) -> None:
    """Add `query` to the commands of `mpgenie dataset`."""
    parser = commands.add_parser(
        "query",
        help="ask it in SQL",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="its folder")
    add("sql", metavar="SQL", help="the question")
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Ask, and print the answer as a table with tabs between the columns."""
    from mpgenie.datasets.index import current_index, query

    answer = query(current_index(options.dataset), options.sql)
    print("\t".join(answer.column_names))
    for row in answer.to_pylist():
        print("\t".join(_shown(value) for value in row.values()))
    return 0


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
