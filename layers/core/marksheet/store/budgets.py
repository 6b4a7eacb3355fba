"""What an evaluation may still cost. Workers draw amounts from one item and give back what they did not
spend, so that together they cannot plan to spend more than there is.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from marksheet.store import layout
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Evaluation

_PICODOLLARS = Decimal(10) ** 12
"""A dollar's worth. The item counts in whole picodollars: a token at a ten-thousandth of a dollar a million
costs a hundred of them, and whole numbers stay exact through every reader and writer of the table.
"""


class Budgets:
    def __init__(self, table: Table) -> None:
        self._table = table

    def to_open(self, evaluation: Evaluation) -> Item:
        """The write that opens the budget of a new evaluation, for the transaction that stores it."""
        pk, sk = _key(evaluation)
        return self._table.to_put(
            {
                "PK": pk,
                "SK": sk,
                "picodollars_left": _count(evaluation.max_cost_usd or Decimal(0)),
                "picodollars_out": 0,
            }
        )

    def left(self, evaluation: Evaluation) -> Decimal:
        """What is neither spent nor drawn, in US dollars; below zero where calls cost more than was drawn."""
        return self.balance(evaluation)[0]

    def left_of(self, evaluations: Sequence[Evaluation]) -> dict[str, Decimal]:
        """What is left to each that has a budget, by evaluation id, in as few reads as there can be."""
        budgeted = [evaluation for evaluation in evaluations if evaluation.max_cost_usd is not None]
        items = self._table.get_many([_key(evaluation) for evaluation in budgeted])
        pairs = zip(budgeted, items, strict=True)
        return {evaluation.evaluation_id: _dollars(item, "left") for evaluation, item in pairs if item}

    def balance(self, evaluation: Evaluation) -> tuple[Decimal, Decimal]:
        """(What is left, what workers have drawn and not accounted for), in US dollars. The latter may come
        back, but for what killed workers had.
        """
        item = self._table.get(*_key(evaluation))
        return (_dollars(item, "left"), _dollars(item, "out")) if item else (Decimal(0), Decimal(0))

    def draw(self, evaluation: Evaluation, amount: Decimal) -> tuple[Decimal, Decimal]:
        """Take `amount`, or nothing when there is less: (taken, left afterwards)."""
        try:
            item = self._table.update(
                *_key(evaluation),
                "SET picodollars_left = picodollars_left - :amount, "
                "picodollars_out = picodollars_out + :amount",
                {":amount": _count(amount)},
                condition="picodollars_left >= :amount",
            )
        except ConditionFailed as refused:
            return Decimal(0), _dollars(refused.item, "left") if refused.item else Decimal(0)
        return amount, _dollars(item, "left")

    def to_change(self, evaluation: Evaluation, amount: Decimal) -> Item:
        """The write that makes a budget larger, or smaller, by an amount."""
        return self._table.to_update(
            *_key(evaluation),
            "SET picodollars_left = picodollars_left + :amount",
            {":amount": -_count(-amount)},
            condition="attribute_exists(PK)",
        )

    def put_back(self, evaluation: Evaluation, amount: Decimal, drawn: Decimal) -> None:
        """Give back what was drawn and not spent; below zero it is what was spent beyond what was drawn.
        `drawn` is what the worker has accounted for with it.
        """
        change = self._table.to_update(
            *_key(evaluation),
            "SET picodollars_left = picodollars_left + :amount, picodollars_out = picodollars_out - :drawn",
            {":amount": -_count(-amount), ":drawn": _count(drawn)},
            condition="attribute_exists(PK)",
        )
        try:
            # A transaction, because it is carried out once however often its request is sent.
            self._table.transact([change])
        except ConditionFailed:
            # The evaluation was deleted.
            return


def _key(evaluation: Evaluation) -> tuple[str, str]:
    return layout.evaluation(evaluation.organization, evaluation.evaluation_id), layout.BUDGET


def _dollars(item: Item, name: str) -> Decimal:
    return int(item[f"picodollars_{name}"]) / _PICODOLLARS


def _count(amount: Decimal) -> int:
    """Picodollars, rounded up: what is taken is never less than what may be spent."""
    return int((amount * _PICODOLLARS).to_integral_value(ROUND_CEILING))
