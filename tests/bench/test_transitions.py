from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bench.transitions import NOTHING_WRONG, counted, entered

MACHINE = yaml.safe_load((Path(__file__).parents[2] / "statemachine" / "evaluation.asl.yaml").read_text())


def test_the_real_machine_ends_well_and_every_lane_is_scored() -> None:
    path = list(entered(MACHINE, NOTHING_WRONG))
    assert path[0] == MACHINE["StartAt"]
    assert MACHINE["States"][path[-1]]["Type"] == "Succeed"
    assert "FailEvaluation" not in path
    evaluation, lane = counted(MACHINE)
    assert evaluation == len(path)
    assert lane >= 2, "the start of a child, and its task"


def test_a_child_is_billed_for_its_start_and_its_states() -> None:
    machine = {
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "Work",
                    "States": {"Work": {"Type": "Task", "Next": "Done"}, "Done": {"Type": "Succeed"}},
                },
                "Next": "End",
            },
            "End": {"Type": "Succeed"},
        },
    }
    assert counted(machine) == (2, 3)


@pytest.mark.parametrize(("said", "last"), [(True, "Yes"), (False, "No")])
def test_a_choice_is_made_by_what_the_states_have_said(said: bool, last: str) -> None:
    rule = {"Variable": "$.progress.finished", "BooleanEquals": True, "Next": "Yes"}
    machine = {
        "StartAt": "Which",
        "States": {
            "Which": {"Type": "Choice", "Choices": [rule], "Default": "No"},
            "Yes": {"Type": "Succeed"},
            "No": {"Type": "Succeed"},
        },
    }
    assert list(entered(machine, {"progress": {"finished": said}}))[-1] == last


def test_a_circle_is_no_path() -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    with pytest.raises(ValueError, match="circle"):
        list(entered(machine, {}))


def test_an_unknown_comparison_is_said() -> None:
    rule = {"Variable": "$.a", "NumericEquals": 1, "Next": "A"}
    machine = {"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [rule], "Default": "A"}}}
    with pytest.raises(ValueError, match="NumericEquals"):
        list(entered(machine, {}))
