"""The one place that moves an invitation from state to state.

Called inside a transaction, on an invitation that was locked in it (`locked`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from tortoise.expressions import F

from service import life
from service.errors import NotFound, WrongState
from service.flow import hooks, ledgerintake, lookups
from service.flow.principal import Principal
from service.models import Event, EventNote, Invitation, UnitRequest
from service.words import state as state_words

# What a unit may ask for (UnitRequest.kind), the act that grants it, and those after which it says nothing any more.
REQUESTS = (
    ("extension", life.Act.EXTEND, life.SENDINGS | {life.Act.EXEMPT}),
    ("correction", life.Act.RETURN, {life.Act.EXEMPT, life.Act.AMEND}),
)


async def locked(campaign_id: int, code: str) -> Invitation:
    """The invitation, locked to the end of the transaction. Raises NotFound."""
    row = await lookups.one(Invitation, lock=True, campaign_id=campaign_id, code=code)
    if row is None:
        raise NotFound()
    return row


async def found(campaign_id: int, code: str) -> Invitation:
    """The invitation, to look at. Raises NotFound."""
    row = await Invitation.get_or_none(campaign_id=campaign_id, code=code)
    if row is None:
        raise NotFound()
    return row


async def latest(invitation_id: int, *acts: life.Act) -> Event | None:
    """The last of an invitation's acts of these kinds."""
    return await Event.filter(invitation_id=invitation_id, act__in=list(acts)).order_by("-seq").first()


async def asked_for(event: Event) -> bool:
    """Whether the act granted what the unit had asked for."""
    granted = UnitRequest.filter(invitation_id=event.invitation_id, outcome="granted", answered_at=event.recorded_at)
    return await granted.filter(kind__in=[kind for kind, grants, _lapses in REQUESTS if grants == event.act]).exists()


async def note_of(event: Event) -> str:
    """The reason or remark given with an event, "" without one."""
    found = await EventNote.get_or_none(event_id=event.id)
    return found.text if found else ""


async def apply(
    invitation: Invitation,
    act: life.Act,
    who: Principal,
    *,
    at: datetime,
    recorded_at: datetime,
    nil: bool = False,
    due_at: datetime | None = None,
    note: str = "",
) -> Event:
    """Record the act and bring the invitation's current columns up to it. Raises WrongState."""
    before = life.State(invitation.state)
    try:
        state = life.step(before, act, who.actor)
    except life.NotAllowed as error:
        raise WrongState(state=state_words(invitation.state)) from error
    if act in life.UNDOES:
        lived = await Event.filter(invitation=invitation).order_by("seq").values_list("act", "to")
        state = life.state_before(life.UNDOES[act], [(life.Act(done), life.State(to)) for done, to in lived])
    invitation.events_count += 1
    invitation.state = state
    if act in life.SENDINGS:
        invitation.nil = nil
        invitation.first_sent_at = min(invitation.first_sent_at or at, at)
    if due_at is not None:
        invitation.due_at = due_at
    elif before in (life.State.RETURNED, life.State.AWAITING_SIGNOFF) and act in life.SENDINGS:
        invitation.due_at = await report_due(invitation)  # the correction's has served
    if act in (life.Act.EXTEND, life.Act.RETURN):
        invitation.due_round += 1
    await invitation.save(update_fields=["state", "nil", "due_at", "due_round", "first_sent_at", "events_count"])
    event = await Event.create(
        invitation=invitation,
        seq=invitation.events_count,
        act=act,
        to=state,
        actor=who.actor,
        actor_ref=who.ref,
        at=at,
        recorded_at=recorded_at,
        nil=nil,
        due_at=due_at,
    )
    if note:
        await EventNote.create(event=event, text=note)
    await _answer_requests(event)
    await hooks.note(invitation, event)
    if act is life.Act.ACCEPT:
        await ledgerintake.take(invitation, who, recorded_at)
    return event


async def _answer_requests(event: Event) -> None:
    """An act answers what the unit asked for: it grants it, or leaves nothing to grant."""
    act = life.Act(event.act)
    for kind, grants, lapses in REQUESTS:
        if act is grants or act in lapses:
            outcome = "granted" if act is grants else "lapsed"
            answer = {"open": None, "outcome": outcome, "answered_at": event.recorded_at}
            waiting = UnitRequest.filter(invitation_id=event.invitation_id, kind=kind, open=True)
            await waiting.update(**answer, answered_by=event.actor_ref)


async def apply_to_all(invitations: Sequence[Invitation], act: life.Act, who: Principal, *, at: datetime) -> None:
    """The same act on many invitations, which only moves them from state to state. Raises NotAllowed.

    Two statements where `apply` takes two for each: mail settles dozens at a time. The gateway is not told: what it is
    told goes one by one.
    """
    assert act not in hooks.ACTS
    moved: dict[life.State, list[int]] = {}
    made: list[dict[str, object]] = []
    for invitation in invitations:
        invitation.state = state = life.step(life.State(invitation.state), act, who.actor)
        invitation.events_count += 1
        moved.setdefault(state, []).append(invitation.id)
        values = {"seq": invitation.events_count, "act": act, "to": state, "actor": who.actor, "actor_ref": who.ref}
        made.append({"invitation_id": invitation.id, **values, "at": at, "recorded_at": at, "nil": False})
    for state, numbers in moved.items():
        await Invitation.filter(id__in=numbers).update(state=state, events_count=F("events_count") + 1)
    await lookups.insert_all(Event, made)


def track(invitation: Invitation, lived: Sequence[Event]) -> life.Track:
    """An invitation with its events, in order of their numbers, as service.life reads them."""
    found = tuple(life.Event(life.Act(e.act), life.State(e.to), e.at, e.recorded_at, e.nil, e.due_at) for e in lived)
    return life.Track(invitation.code, invitation.kind, invitation.group, invitation.original_due_at, found)


async def report_due(invitation: Invitation) -> datetime:
    """The due time of the report itself, extensions included: not that of a correction."""
    if not invitation.due_round:
        return invitation.original_due_at
    lived = await Event.filter(invitation=invitation).order_by("seq")
    return life.state_at(track(invitation, lived), datetime.max.replace(tzinfo=UTC)).due_at
