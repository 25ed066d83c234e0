"""Making datasets: bots play episodes in batches of worlds, and each is recorded and sealed.

`mpgenie.generate` is the way in.  `plan` says what each episode shall be, `batch` plays and
records, `work` is what a worker does, `processes` and `rays` run workers, and `generate` keeps them
busy.  `mpgenie.orchestrate` makes rounds: `template` says what scenarios are drawn from, and
`steering` where the next round looks.
"""
