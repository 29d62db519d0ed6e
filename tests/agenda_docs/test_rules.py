from itertools import product

import pytest

from agenda_docs import rules
from agenda_docs.rules import MatterState, Reason, Verb
from ecabinet.refusals import Refused


def test_a_dossier_goes_back_and_forth_until_it_is_accepted() -> None:
    state = MatterState.DRAFT
    for verb in (Verb.SEND_IN, Verb.SEND_BACK, Verb.SEND_IN, Verb.SEND_BACK, Verb.SEND_IN, Verb.ACCEPT):
        state = rules.after(verb, state)
    assert state is MatterState.ACCEPTED


def test_what_was_sent_back_and_sent_in_again_is_lodged_again() -> None:
    assert rules.after(Verb.SEND_IN, MatterState.SENT_BACK) is MatterState.RESUBMITTED


@pytest.mark.parametrize(("verb", "state"), [pair for pair in product(Verb, MatterState) if not rules.may(*pair)])
def test_every_other_step_is_refused(verb: Verb, state: MatterState) -> None:
    with pytest.raises(Refused):
        rules.after(verb, state)


@pytest.mark.parametrize("verb", list(Verb))
def test_nothing_moves_a_withdrawn_dossier(verb: Verb) -> None:
    with pytest.raises(Refused) as refusal:
        rules.after(verb, MatterState.WITHDRAWN)
    assert refusal.value.reason is Reason.WITHDRAWN


@pytest.mark.parametrize("state", [MatterState.LODGED, MatterState.RESUBMITTED, MatterState.ACCEPTED])
def test_what_the_secretariat_has_is_not_changed_by_its_lodger(state: MatterState) -> None:
    assert not rules.may_edit(state=state, is_secretary=False, is_lodger=True)
    assert rules.may_edit(state=state, is_secretary=True, is_lodger=False)


def test_nobody_else_changes_a_draft() -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_may_edit(state=MatterState.DRAFT, is_secretary=False, is_lodger=False)
    assert refusal.value.reason is Reason.ONLY_KEEPERS


def test_nobody_ends_their_own_conflict_of_interest() -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_may_end_conflict(for_oneself=True, stands=True)
    assert refusal.value.reason is Reason.NOT_YOUR_OWN_CONFLICT


def test_a_paper_marked_secret_by_law_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        rules.check_secrecy(is_secret=rules.Secrecy("secret").is_secret)
    assert refusal.value.reason is Reason.SECRET_BY_LAW
