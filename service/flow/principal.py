"""Who acts: a unit's contact, a staff member, an API client or the system itself."""

from dataclasses import dataclass

from service.life import Actor


@dataclass(frozen=True, slots=True)
class Principal:
    """`ref` is an id, never a name: `staff:3`, `link:12`, `token:2`, `system`."""

    actor: Actor
    ref: str


SYSTEM = Principal(Actor.SYSTEM, "system")


def staff(staff_id: int) -> Principal:
    return Principal(Actor.STAFF, f"staff:{staff_id}")


def token(token_id: int) -> Principal:
    return Principal(Actor.STAFF, f"token:{token_id}")


def link(link_id: int) -> Principal:
    return Principal(Actor.UNIT, f"link:{link_id}")
