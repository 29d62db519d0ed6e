"""What is kept of a written question the moment it closes: where every member stood, and the comments that the drafting ministry has to answer."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from agenda_docs.models import Matter
from ecabinet import clock, notices
from ecabinet.access import Role
from ecabinet.organisation import queries as organisation
from voting import box, entries
from voting.entries import Standing
from voting.models import Question, RollEntry
from voting.opinions.collation.answers import Answers, answers_in
from voting.opinions.collation.models import Turnout
from voting.opinions.reception import rules
from voting.opinions.reception.models import OpinionComment


def keep(session: Session, question: Question, roll: Sequence[RollEntry]) -> None:
    """Keep where each member of the roll stood and what each of them said, and tell the drafting ministry of comments."""
    bodies = box.bodies(session, question.id)
    ballots, answers = entries.standing(bodies), answers_in(bodies)
    session.add_all(_turnout(question, line, ballots, answers) for line in roll)
    comments = list(_comments(question, roll, ballots))
    session.add_all(comments)
    if comments:
        _tell(session, question, len(comments))


def _turnout(question: Question, line: RollEntry, ballots: Mapping[str, Standing], answers: Answers) -> Turnout:
    times, ballot = answers.of(line), ballots.get(str(line.membership_id))
    return Turnout(
        question_id=question.id,
        membership_id=line.membership_id,
        person_id=line.person_id,
        standing=answers.standing(line),
        choice=ballot.choice if ballot is not None else None,
        asked_at=question.opened_at,
        answered_at=times.first if times is not None else None,
    )


def _comments(
    question: Question, roll: Sequence[RollEntry], ballots: Mapping[str, Standing]
) -> Iterator[OpinionComment]:
    """Every point of what was said, in the order of precedence: the words of any answer, then a reserved opinion."""
    position = 0
    for line in roll:
        ballot = ballots.get(str(line.membership_id))
        for is_reserved, words in ((False, ballot.text), (True, ballot.reserved)) if ballot is not None else ():
            for point, text in rules.points_of(words):
                position += 1
                yield OpinionComment(
                    question_id=question.id,
                    position=position,
                    membership_id=line.membership_id,
                    name=line.name,
                    is_reserved=is_reserved,
                    point=point,
                    text=text,
                )


def _tell(session: Session, question: Question, count: int) -> None:
    """Tell those of the agency in charge who may answer comments."""
    matter = session.get_one(Matter, question.matter_id)
    body = organisation.body(session, question.body_id)
    answering = organisation.people_with_role(session, body.id, Role.OFFICER)
    here = {person.id for person in organisation.people_of_unit(session, matter.unit_id, clock.today(body.zone))}
    for person_id in sorted(answering & here):
        notices.tell(
            session,
            person_id,
            notices.Sentence.COMMENTS_TO_ANSWER,
            key=f"reception:{question.id}",
            address=f"/opinions/{question.id}/reception",
            title=matter.title,
            count=str(count),
        )
