from __future__ import annotations

from math import exp
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lane_model import lognormal, mean_lane, play_lane


@given(st.floats(0.1, 60), st.floats(0.0, 1.5))
def test_the_parameters_give_the_mean_that_was_asked_for(wanted: float, sigma: float) -> None:
    mu, same = lognormal(wanted, sigma)
    assert exp(mu + same * same / 2) == pytest.approx(wanted)


def test_one_call_at_a_time_takes_the_sum_of_all_latencies() -> None:
    played = play_lane(2, 5, 1, mean=2.0, sigma=0.0)
    assert played.seconds == pytest.approx(20.0)


def test_a_lane_of_equal_latencies_takes_as_many_rounds_as_it_needs() -> None:
    assert play_lane(3, 50, 50, mean=2.0, sigma=0.0).seconds == pytest.approx(6.0)


def test_a_single_shard_waits_for_its_slowest_answer() -> None:
    assert mean(play_lane(1, 50, 50, seed=seed).seconds for seed in range(200)) == pytest.approx(5.7, abs=0.3)


def test_a_long_lane_is_as_fast_as_its_calls_in_flight_allow() -> None:
    assert play_lane(400, 50, 50).seconds == pytest.approx(400 * 50 * 2.0 / 50, rel=0.03)


def test_a_shard_that_is_open_for_long_is_saved_at_every_tick_and_its_lease_renewed() -> None:
    # One call of 4 s after the other: the shard's five answers come at 4, 8, ... 20 s; ticks are at 10 and,
    # with the last answer, 20.
    played = play_lane(1, 5, 1, mean=4.0, sigma=0.0)
    assert (played.checkpoints, played.renewals, played.ticks) == (1, 1, 2)


def test_a_shard_that_is_quick_needs_no_checkpoint() -> None:
    played = play_lane(1, 50, 50, mean=0.05)
    assert (played.checkpoints, played.renewals, played.ticks) == (0, 0, 0)


def test_the_mean_of_equal_plays_is_that_play() -> None:
    assert mean_lane(300, 50, 50, mean=2.0) == play_lane(300, 50, 50, mean=2.0, seed=0)
