"""What the report to the chair proposes, case by case."""

from dataclasses import replace

import pytest

from voting.opinions.collation.rules import Because, Given, Proposed, proposal_of

PASSED, FAILED, COUNTED = Given("pass"), Given("fail"), Given("counted")
B, P = Because, Proposed


@pytest.mark.parametrize(
    ("given", "proposed", "reasons", "cautions"),
    [
        (PASSED, P.ADOPT, [B.ENOUGH, B.NO_COMMENTS], []),
        (replace(PASSED, changing=2), P.ADOPT_WITH_CHANGES, [B.ENOUGH, B.CHANGES_TEXT], []),
        (replace(PASSED, explained=1), P.ADOPT, [B.ENOUGH], [B.EXPLAINED]),
        (replace(PASSED, unanswered=3), P.ADOPT, [B.ENOUGH], [B.UNANSWERED]),
        (
            replace(PASSED, changing=1, unanswered=3),
            P.ADOPT_WITH_CHANGES,
            [B.ENOUGH, B.CHANGES_TEXT],
            [B.UNANSWERED],
        ),
        (replace(PASSED, discussing=("A",)), P.DISCUSS, [B.ASKED_TO_DISCUSS], []),
        (replace(PASSED, discussing=("A",), changing=1), P.DISCUSS, [B.ASKED_TO_DISCUSS], []),
        (replace(PASSED, reserving=("A", "B")), P.ADOPT, [B.ENOUGH, B.NO_COMMENTS], [B.RESERVED]),
        (replace(PASSED, unclassified=1), P.ADOPT, [B.ENOUGH, B.NO_COMMENTS], [B.UNCLASSIFIED]),
        (replace(PASSED, unclassified=1, depends=True), P.ADOPT, [B.ENOUGH, B.NO_COMMENTS], [B.DEPENDS]),
        (FAILED, P.NOT_ADOPT, [B.NOT_ENOUGH], []),
        (replace(FAILED, changing=4), P.NOT_ADOPT, [B.NOT_ENOUGH], []),
        (replace(FAILED, discussing=("A", "B")), P.DISCUSS, [B.ASKED_TO_DISCUSS], []),
        (Given("objected"), P.DISCUSS, [B.OBJECTION_STANDS], []),
        (Given("suspended"), P.DISCUSS, [B.SUSPENDED], []),
        (Given("no_quorum"), P.DISCUSS, [B.NO_QUORUM], []),
        (Given("tie"), P.DISCUSS, [B.TIE], []),
        (Given("objected", discussing=("A",)), P.DISCUSS, [B.ASKED_TO_DISCUSS, B.OBJECTION_STANDS], []),
        (replace(COUNTED, option="Một", ballots=5), P.ADOPT, [B.MOST_CHOSE, B.NO_COMMENTS], []),
        (replace(COUNTED, ballots=5), P.DISCUSS, [B.MOST_CHOSE_EQUALLY], []),
        (COUNTED, P.DISCUSS, [B.NOBODY_CHOSE], []),
    ],
)
def test_the_proposal_follows_from_the_figures(
    given: Given, proposed: Proposed, reasons: list[Because], cautions: list[Because]
) -> None:
    found = proposal_of(given)
    assert found.proposed is proposed
    assert [each.because for each in found.reasons] == reasons
    assert [each.because for each in found.cautions] == cautions


def test_a_reason_names_who_asks_and_how_many() -> None:
    (reason,) = proposal_of(replace(PASSED, discussing=("Bộ trưởng A", "Bộ trưởng B"))).reasons
    assert reason.because.value % reason.values == (
        "Members who ask for a discussion in a meeting: 2 (Bộ trưởng A, Bộ trưởng B)."
    )


def test_every_reason_can_be_said_with_what_it_is_given() -> None:
    everything = [
        replace(PASSED, changing=1, explained=1, unanswered=1, unclassified=1, depends=True, reserving=("A",)),
        replace(FAILED, discussing=("A",), unclassified=1),
        replace(COUNTED, option="Một", ballots=2),
        *(Given(outcome) for outcome in ("objected", "suspended", "no_quorum", "tie", "fail", "counted")),
    ]
    for given in everything:
        found = proposal_of(given)
        for each in (*found.reasons, *found.cautions):
            assert "%(" not in each.because.value % each.values
