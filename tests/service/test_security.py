"""Links, tokens and passwords: what opens a door, and what only looks like it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import security
from service.flow import accounts
from service.models import ApiToken, Attempts, SetupLink, StaffSession
from tests.conftest import House

KEY, OTHER = b"k" * 32, b"o" * 32
IDS = st.integers(1, 999_999_999)


@given(IDS, st.integers(1, 10_000))
def test_a_link_opens_itself_and_nothing_else(number: int, generation: int) -> None:
    token = security.link_token(KEY, number, generation)
    assert set(token) <= set(string.ascii_lowercase + string.digits + "-")
    assert security.link_id_of(token) == number
    assert security.link_matches(KEY, token, number, generation)
    assert not security.link_matches(KEY, token, number + 1, generation)
    assert not security.link_matches(KEY, token, number, generation + 1), "raising the generation revokes it"
    assert not security.link_matches(OTHER, token, number, generation)


@given(IDS, st.data())
def test_a_link_altered_by_a_single_character_is_no_link(number: int, data: st.DataObject) -> None:
    token = security.link_token(KEY, number, 1)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda c: c != token[place]))
    altered = token[:place] + other + token[place + 1 :]
    found = security.link_id_of(altered)
    assert found is None or not security.link_matches(KEY, altered, found, 1)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "-",
        "1",
        "1-",
        "x-aaaaaaaaaaaaaaaaaaaaaaaa",
        "-1-aaaaaaaaaaaaaaaaaaaaaaaa",
        "1-aaaaaaaaaaaaaaaaaaaaaaa",
        "1-aaaaaaaaaaaaaaaaaaaaaaaaa",
        "2147483648-aaaaaaaaaaaaaaaaaaaaaaaa",
        "١-aaaaaaaaaaaaaaaaaaaaaaaa",
        "²-aaaaaaaaaaaaaaaaaaaaaaaa",
    ],
)
def test_what_has_not_the_form_of_a_link_names_none(token: str) -> None:
    assert security.link_id_of(token) is None


def test_one_link_has_one_way_of_writing() -> None:
    token = security.link_token(KEY, 7, 1)
    for other in (f"0{token}", token.upper(), f" {token}", f"{token}="):
        found = security.link_id_of(other)
        assert found is None or not security.link_matches(KEY, other, found, 1)


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = {security.derive(KEY, purpose) for purpose in ("contact-link", "csrf", "")}
    assert len(keys) == 3
    assert KEY not in keys
    assert security.csrf_token(KEY, "a") != security.csrf_token(KEY, "b")
    assert security.csrf_token(KEY, "a") != security.csrf_token(OTHER, "a")


def test_tokens_are_random_and_stored_as_hashes() -> None:
    tokens = {security.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43, "256 bits"
    token = tokens.pop()
    assert token not in security.token_hash(token)
    assert len(security.token_hash(token)) == 64
    assert security.same(token, token)
    assert not security.same(token, token[:-1])
    assert not security.same("đ", "d")


def test_a_password_is_kept_by_argon2id_and_never_twice_alike() -> None:
    password = "mưa phùn ở bến Bính"
    first, second = security.hash_password(password), security.hash_password(password)
    assert first.startswith("$argon2id$")
    assert first != second
    assert security.password_matches(first, password)
    assert not security.password_matches(first, password + " ")
    assert not security.password_matches(first, "")


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "plain password"])
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    for password in ("", "x", stored):
        assert not security.password_matches(stored, password)


@pytest.mark.anyio
async def test_no_secret_stands_in_the_database_as_it_is(house: House) -> None:
    staff = await accounts.create("lan", "Trần Thị Lan", "staff", house.clock())
    set_up = await accounts.set_up_link(staff, house.clock())
    session = await accounts.start_session(staff, house.clock())
    api = await accounts.create_token("máy", "viewer", house.clock())
    stored: list[object] = [
        *await SetupLink.all().values_list("token_hash", flat=True),
        *await StaffSession.all().values_list("token_hash", flat=True),
        *await ApiToken.all().values_list("token_hash", flat=True),
    ]
    assert stored == [security.token_hash(token) for token in (set_up, session, api)]


@pytest.mark.anyio
async def test_a_new_set_up_link_and_a_new_password_end_what_was_before(house: House) -> None:
    staff = await accounts.create("lan", "Trần Thị Lan", "staff", house.clock())
    first = await accounts.set_up_link(staff, house.clock())
    second = await accounts.set_up_link(staff, house.clock())
    session = await accounts.start_session(staff, house.clock())
    assert (await house.client.get(f"/setup/{first}")).status_code == 404
    password = "mưa phùn ở bến Bính"
    await accounts.choose_password(second, password, password, house.clock())
    assert await accounts.of_session(session, house.clock()) is None
    assert (await house.client.get(f"/setup/{second}")).status_code == 404
    third = await accounts.set_up_link(staff, house.clock())
    house.clock.forward(accounts.SETUP)
    assert (await house.client.get(f"/setup/{third}")).status_code == 404


@pytest.mark.anyio
async def test_a_person_or_a_token_that_was_stopped_opens_nothing(house: House) -> None:
    staff = await accounts.create("lan", "Trần Thị Lan", "staff", house.clock())
    session = await accounts.start_session(staff, house.clock())
    token = await accounts.create_token("máy", "viewer", house.clock())
    assert await accounts.of_token(token) is not None
    staff.active = False
    await staff.save()
    await ApiToken.all().update(revoked_at=house.clock())
    assert await accounts.of_session(session, house.clock()) is None
    assert await accounts.of_token(token) is None


@pytest.mark.anyio
async def test_tries_are_counted_for_unknown_names_too(house: House) -> None:
    """An answer that came sooner, or a limit that held for real names only, would tell who works here."""
    page = (await house.client.get("/login")).text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    names = ("lan", "không ai", "x" * 5000)
    await accounts.create("lan", "Trần Thị Lan", "staff", house.clock())
    answers = set()
    for name in names:
        typed = {"csrf": csrf, "username": name, "password": "sai"}
        answer = await house.client.post("/login", data=typed)
        answers.add((answer.status_code, "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text))
    assert answers == {(422, True)}
    for name in names:
        assert await Attempts.exists(key__contains=name[:50])
