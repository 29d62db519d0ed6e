"""Ballots of the demonstration, cast through the box like every other."""

import random
from collections.abc import Iterable, Mapping

from demonstration.people import Name
from demonstration.stage import Stage
from voting import casting
from voting.ballots import Ballot
from voting.engine.rule import Choice

COMMENTING = 0.3  # the share of those who agree and say something with it
REMARKS: tuple[Name, ...] = (
    ("Đề nghị làm rõ nguồn vốn và tiến độ giải ngân.", "Please make the source of money and its timing clear."),
    (
        "Tán thành về nguyên tắc, đề nghị rà soát khoản 2 Điều 5.",
        "I agree in principle; please review article 5, paragraph 2.",
    ),
    ("Cần đánh giá thêm tác động đối với địa phương.", "The effect on the provinces needs a further look."),
)


def cast(stage: Stage, question_id: int, accounts: Iterable[str], split: Mapping[Choice, int], seed: str) -> None:
    """Let these members vote; as many of each answer as `split` says, dealt out in the same way every time."""
    whim = random.Random(seed)
    answers = [choice for choice, count in split.items() for _ in range(count)]
    whim.shuffle(answers)
    for account, choice in zip(accounts, answers, strict=True):
        text = stage.said(whim.choice(REMARKS)) if choice is not Choice.YES or whim.random() < COMMENTING else ""
        ballot = Ballot(f"demonstration-{account}-{question_id}", choice.value, text)
        casting.cast(stage.person(account), question_id, ballot)
