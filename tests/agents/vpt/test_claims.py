"""Claims hold where the figures say so, and nowhere else."""

import numpy as np

from mpgenie.agents.vpt.claims import claims_of


def scores(seed=0, **means):
    rng = np.random.default_rng(seed)
    return {who: (mean + rng.normal(0, 1, 30)).tolist() for who, mean in means.items()}


def holds(**means):
    return [claim.holds for claim in claims_of(scores(**means))]


def test_both_claims_hold_where_labels_are_as_good_as_the_truth_and_few_are_not():
    assert holds(pseudo=10.0, true=10.0, few=5.0) == [True, True]


def test_each_claim_fails_by_itself():
    assert holds(pseudo=8.0, true=10.0, few=5.0) == [False, True]
    assert holds(pseudo=10.0, true=10.0, few=10.0) == [True, False]


def test_intervals_hold_the_figures_and_are_told():
    share, more = claims_of(scores(pseudo=8.0, true=10.0, few=5.0))
    assert share.low < share.value < share.high and share.value < 0.9
    assert 2.0 < more.low < more.value < more.high < 4.0
    assert share.line().endswith("does not hold") and more.line().endswith(", holds")


def test_where_nothing_is_paid_nothing_is_claimed():
    assert claims_of({who: [0.0, 0.0] for who in ("pseudo", "true", "few")}) == []
