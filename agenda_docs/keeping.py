"""Those who keep a dossier: the agency that lodged it and the secretariat of the body."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from agenda_docs import reading, rules
from agenda_docs.models import Matter
from ecabinet.access import Actor, Permission, Role


def is_secretary(actor: Actor, matter: Matter) -> bool:
    """Say whether the actor serves the matter's body as its secretariat."""
    return actor.is_system or actor.has_role(Role.SECRETARY, matter.body_id)


def is_lodger(actor: Actor, matter: Matter) -> bool:
    """Say whether the actor is an officer of the agency in charge."""
    return actor.has_role(Role.OFFICER, matter.body_id) and matter.unit_id in actor.units


def is_keeper(actor: Actor, matter: Matter) -> bool:
    """Say whether the actor may see what passes between the agency and the secretariat."""
    return is_secretary(actor, matter) or is_lodger(actor, matter)


def may_edit(actor: Actor, matter: Matter) -> bool:
    """Say whether the actor may change the dossier as it stands."""
    return rules.may_edit(
        state=matter.state, is_secretary=is_secretary(actor, matter), is_lodger=is_lodger(actor, matter)
    )


def editable_matter(session: Session, actor: Actor, matter_id: int, permission: Permission) -> Matter:
    """Return a matter the actor may change as it stands; refuse otherwise. A verb calls `lock` first."""
    matter = reading.matter_for(session, actor, matter_id, permission)
    rules.check_may_edit(
        state=matter.state, is_secretary=is_secretary(actor, matter), is_lodger=is_lodger(actor, matter)
    )
    return matter


def lock(session: Session, matter_id: int) -> None:
    """Hold the matter until the transaction ends: of two officials at once, the second sees what the first has done."""
    session.execute(
        select(Matter).where(Matter.id == matter_id).with_for_update().execution_options(populate_existing=True)
    ).first()
