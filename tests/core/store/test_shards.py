from __future__ import annotations

import pytest

from marksheet.domain import Counts
from marksheet.store import layout
from marksheet.store.shards import Holder, LeaseLost, ShardBusy, ShardDone, ShardKey, Shards
from marksheet.store.table import Table

pytestmark = pytest.mark.usefixtures("aws_account")

KEY = ShardKey("acme", "eval-1", 0, 3)
ONE, OTHER = Holder("child-1", 0), Holder("child-2", 0)
COUNTS = Counts(right=3, wrong=1, errored=1)


@pytest.fixture
def table() -> Table:
    return Table("marksheet-test")


@pytest.fixture
def shards(table: Table) -> Shards:
    return Shards(table)


def counted(table: Table) -> Counts:
    total = Counts()
    for item in table.query(layout.evaluation("acme", "eval-1"), prefix=layout.COUNTER_PREFIX):
        total += Counts(item["right"], item["wrong"], item["unscored"], item["errored"])
    return total


def test_a_shard_nobody_had_is_fresh(shards: Shards) -> None:
    shard = shards.lease(KEY, ONE, now=100, seconds=30)
    assert (shard.generation, shard.fresh, shard.done) == (1, True, False)


def test_a_held_shard_is_busy_until_the_lease_runs_out(shards: Shards) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    with pytest.raises(ShardBusy) as busy:
        shards.lease(KEY, OTHER, now=129, seconds=30)
    assert busy.value.until == 130
    assert shards.lease(KEY, OTHER, now=131, seconds=30).fresh is False


def test_a_second_delivery_of_the_same_try_is_refused(shards: Shards) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    with pytest.raises(ShardBusy):
        shards.lease(KEY, ONE, now=101, seconds=30)


def test_a_retry_of_the_same_child_takes_over_at_once(shards: Shards) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    shards.lease(KEY, Holder("child-1", 1), now=101, seconds=30)
    with pytest.raises(LeaseLost):
        shards.renew(KEY, ONE, until=200)


def test_a_shard_given_back_can_be_taken(shards: Shards) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    shards.renew(KEY, ONE, until=0)
    assert shards.lease(KEY, OTHER, now=101, seconds=30).done is False


def test_a_shard_counts_once_however_often_it_is_completed(shards: Shards, table: Table) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    assert shards.complete(KEY, 1, COUNTS) is True
    assert shards.complete(KEY, 1, COUNTS) is False
    assert counted(table) == COUNTS


def test_a_done_shard_is_not_leased(shards: Shards) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    shards.complete(KEY, 1, COUNTS)
    with pytest.raises(ShardDone):
        shards.lease(KEY, Holder("child-1", 9), now=900, seconds=30)
    with pytest.raises(LeaseLost):
        shards.renew(KEY, ONE, until=200)


def test_counters_are_spread_and_still_add_up(shards: Shards, table: Table) -> None:
    for number in range(1, 41):
        key = ShardKey("acme", "eval-1", 0, number)
        shards.lease(key, ONE, now=100, seconds=30)
        shards.complete(key, 1, Counts(right=1))
    assert counted(table) == Counts(right=40)
    items = list(table.query(layout.evaluation("acme", "eval-1"), prefix=layout.COUNTER_PREFIX))
    assert len(items) == layout.COUNTERS


def test_reopening_takes_the_counts_back_and_opens_the_next_generation(shards: Shards, table: Table) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    shards.complete(KEY, 1, COUNTS)
    (done,) = shards.list_all("acme", "eval-1", 0)
    assert shards.reopen(KEY, done, "orgs/acme/part") is True
    assert shards.reopen(KEY, done, "orgs/acme/part") is False
    assert counted(table) == Counts()
    again = shards.lease(KEY, OTHER, now=100, seconds=30)
    assert (again.generation, again.carry, again.fresh) == (2, "orgs/acme/part", True)


def test_an_old_generation_no_longer_counts(shards: Shards, table: Table) -> None:
    shards.lease(KEY, ONE, now=100, seconds=30)
    shards.complete(KEY, 1, COUNTS)
    (done,) = shards.list_all("acme", "eval-1", 0)
    shards.reopen(KEY, done, "orgs/acme/part")
    assert shards.complete(KEY, 1, COUNTS) is False
    assert shards.complete(KEY, 2, Counts(right=5)) is True
    assert counted(table) == Counts(right=5)


def test_shards_are_listed_in_order_within_bounds_and_run(shards: Shards) -> None:
    for position, number in ((0, 2), (0, 10), (0, 100), (1, 3)):
        shards.lease(ShardKey("acme", "eval-1", position, number), ONE, now=100, seconds=30)
    assert [shard.number for shard in shards.list_all("acme", "eval-1", 0)] == [2, 10, 100]
    assert [shard.number for shard in shards.list_all("acme", "eval-1", 0, 3, 10)] == [10]
