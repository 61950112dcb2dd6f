"""Staff: log-in, sessions, set-up links, and the tokens of API clients."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
from tortoise.transactions import in_transaction

from service import security
from service.errors import Invalid, LoginNeeded, NotFound, SetUpLinkUsed
from service.flow import attempts, audit, lookups, principal
from service.models import ApiToken, SetupLink, Staff, StaffSession
from service.words import N_, ROLES, _

SESSION = timedelta(hours=12)
SETUP = timedelta(days=7)
TRIES = 8
TRIES_BY_NAME = 100
TRIES_BY_ADDRESS = 100
WRONG = N_("Tên đăng nhập hoặc mật khẩu chưa đúng. Vui lòng kiểm tra và thử lại.")


@dataclass(frozen=True, slots=True)
class Bearer:
    """An API client, known by its token."""

    id: int
    name: str
    role: str


async def create(username: str, name: str, role: str, now: datetime, *, phone: str = "", email: str = "") -> Staff:
    """A staff member without a password yet; `set_up_link` lets them choose one. Raises Invalid."""
    username = username.strip().lower()
    problems = []
    if role not in ROLES:
        problems.append(_("Vai trò phải là một trong: {roles}.").format(roles=", ".join(ROLES)))
    if not username or len(username) > 100 or any(c.isspace() for c in username):
        problems.append(_("Tên đăng nhập không được để trống hoặc có dấu cách."))
    elif await Staff.exists(username=username):
        problems.append(_("Tên đăng nhập “{name}” đã có.").format(name=username))
    if problems:
        raise Invalid([{"message": message} for message in problems])
    async with in_transaction():
        staff = await Staff.create(
            username=username, name=name.strip() or username, role=role, created_at=now, phone=phone, email=email
        )
        await audit.record("staff.create", f"staff:{staff.id}", principal.SYSTEM, now, {"role": role})
    return staff


async def set_up_link(staff: Staff, now: datetime) -> str:
    """A fresh one-time token for the set-up page; the ones before it are void."""
    token = security.new_token()
    async with in_transaction():
        await SetupLink.filter(staff=staff, used_at=None).update(expires_at=now)
        await SetupLink.create(staff=staff, token_hash=security.token_hash(token), expires_at=now + SETUP)
        await audit.record("staff.setup_link", f"staff:{staff.id}", principal.SYSTEM, now)
    return token


async def of_name(username: str) -> Staff:
    """The staff member of that name. Raises NotFound."""
    staff = await Staff.get_or_none(username=username.strip().lower())
    if staff is None:
        raise NotFound()
    return staff


async def set_active(staff: Staff, active: bool, now: datetime) -> None:
    """Let a staff member in, or keep them out from now on: their sessions and set-up links end."""
    async with in_transaction():
        await Staff.filter(id=staff.id).update(active=active)
        if not active:
            await StaffSession.filter(staff=staff, revoked_at=None).update(revoked_at=now)
            await SetupLink.filter(staff=staff, used_at=None).update(expires_at=now)
        await audit.record("staff.active", f"staff:{staff.id}", principal.SYSTEM, now, {"active": active})


async def of_set_up_link(token: str, now: datetime) -> SetupLink:
    """The unused link of a token, its staff member loaded. Raises SetUpLinkUsed."""
    link = (
        await SetupLink.filter(token_hash=security.token_hash(token), used_at=None, expires_at__gt=now)
        .select_related("staff")
        .first()
    )
    if link is None:
        raise SetUpLinkUsed()
    return link


async def choose_password(token: str, password: str, again: str, now: datetime) -> Staff:
    """Use the set-up link. Raises SetUpLinkUsed, or Invalid with what to change about the password."""
    problem = _password_problem(password, again)
    if problem:
        raise Invalid([{"message": problem}])
    hashed = await anyio.to_thread.run_sync(security.hash_password, password)
    async with in_transaction():
        link = await of_set_up_link(token, now)
        if not await SetupLink.filter(id=link.id, used_at=None).update(used_at=now):
            raise SetUpLinkUsed()
        await Staff.filter(id=link.staff_id).update(password_hash=hashed)
        await StaffSession.filter(staff_id=link.staff_id, revoked_at=None).update(revoked_at=now)
        await audit.record("staff.password", f"staff:{link.staff_id}", principal.staff(link.staff_id), now)
    return link.staff


def _password_problem(password: str, again: str) -> str:
    if len(password) < security.MINIMUM_PASSWORD:
        return _("Mật khẩu cần ít nhất {count} ký tự. Vui lòng dùng một câu dễ nhớ.").format(
            count=security.MINIMUM_PASSWORD
        )
    if len(password) > 200:
        return _("Mật khẩu quá dài (tối đa 200 ký tự).")
    if password != again:
        return _("Hai lần nhập mật khẩu chưa giống nhau. Vui lòng nhập lại.")
    return ""


async def log_in(username: str, password: str, address: str, now: datetime) -> tuple[Staff, str]:
    """The staff member and a new session's token. Raises TooManyTries or LoginNeeded."""
    username = username.strip().lower()[:80]
    limits = {
        # By name and address together, so that a stranger elsewhere cannot keep somebody out.
        f"login:{username}@{address}"[:120]: TRIES,
        f"login:{username}": TRIES_BY_NAME,
        f"login@{address}"[:120]: TRIES_BY_ADDRESS,
    }
    await attempts.require_fewer(limits, now)
    staff = await Staff.get_or_none(username=username, active=True)
    stored = staff.password_hash if staff else ""
    if not await anyio.to_thread.run_sync(security.password_matches, stored, password) or staff is None:
        await attempts.failed(limits, now)
        raise LoginNeeded()
    await attempts.forget([f"login:{username}@{address}"[:120], f"login:{username}"])
    return staff, await start_session(staff, now)


async def start_session(staff: Staff, now: datetime) -> str:
    token = security.new_token()
    async with in_transaction():
        await StaffSession.create(
            staff=staff, token_hash=security.token_hash(token), created_at=now, expires_at=now + SESSION
        )
        await audit.record("staff.log_in", f"staff:{staff.id}", principal.staff(staff.id), now)
    return token


async def of_session(token: str, now: datetime) -> Staff | None:
    """The staff member a session's cookie stands for."""
    session = await lookups.one(StaffSession, token_hash=security.token_hash(token))
    if session is None or session.revoked_at is not None or session.expires_at <= now:
        return None
    staff = await lookups.one(Staff, id=session.staff_id)
    return staff if staff and staff.active else None


async def log_out(token: str, now: datetime) -> None:
    await StaffSession.filter(token_hash=security.token_hash(token), revoked_at=None).update(revoked_at=now)


async def create_token(name: str, role: str, now: datetime) -> str:
    """A new API token; shown once, stored as its hash. Raises Invalid."""
    if role not in ROLES:
        raise Invalid([{"message": _("Vai trò phải là một trong: {roles}.").format(roles=", ".join(ROLES))}])
    token = security.new_token()
    async with in_transaction():
        row = await ApiToken.create(name=name[:100], role=role, token_hash=security.token_hash(token), created_at=now)
        await audit.record("token.create", f"token:{row.id}", principal.SYSTEM, now, {"role": role})
    return token


async def tokens() -> list[ApiToken]:
    """The tokens that still open the API, oldest first."""
    return await ApiToken.filter(revoked_at=None).order_by("id")


async def revoke_token(token_id: int, now: datetime) -> None:
    """End a token. Raises NotFound when there is none, or it ended before."""
    async with in_transaction():
        if not await ApiToken.filter(id=token_id, revoked_at=None).update(revoked_at=now):
            raise NotFound()
        await audit.record("token.revoke", f"token:{token_id}", principal.SYSTEM, now)


async def of_token(token: str) -> Bearer | None:
    row = await lookups.one(ApiToken, token_hash=security.token_hash(token))
    return Bearer(row.id, row.name, row.role) if row and row.revoked_at is None else None
