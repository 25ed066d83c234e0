"""What we claim to be fast at, measured beside a peer.

Imported as `mpgenie.benchmarks`, so that `mpgenie bench` runs the same code from a wheel.
`targets.toml` holds the budgets; `python -m mpgenie.benchmarks.run` prints the whole table.
"""
