"""Settings: what stands in the environment becomes one value, or one line that names what is wrong."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service import database
from service.settings import MINIMUM_SECRET, Settings, SettingsError, load
from tests import gate

SECRET = "s" * MINIMUM_SECRET


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PHIEU_DATA_DIR": str(tmp_path / "data"), "PHIEU_SECRET_KEY": SECRET}


def test_a_data_folder_is_all_that_is_needed(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    found = load({"PHIEU_DATA_DIR": str(folder)})
    assert folder.is_dir()
    assert found == Settings(
        database_url=f"sqlite://{folder / 'phieu.sqlite3'}",
        data_dir=folder,
        public_url="http://127.0.0.1:8000",
        smtp_url=None,
        mail_from="Sở Khoa học và Công nghệ <phieu@localhost.localdomain>",
        secret_key=found.secret_key,
    )
    assert found.files_dir == folder / "files"
    assert not found.secure


def test_the_key_is_made_once_and_kept_for_the_owner_alone(tmp_path: Path) -> None:
    environ = {"PHIEU_DATA_DIR": str(tmp_path)}
    first = load(environ)
    assert len(first.secret_key) >= MINIMUM_SECRET
    assert load(environ) == first
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["secret.key"], "nothing is left beside it"
    assert load({"PHIEU_DATA_DIR": str(tmp_path / "b")}).secret_key != first.secret_key


def test_processes_that_start_at_once_find_one_key(tmp_path: Path) -> None:
    environ = {"PHIEU_DATA_DIR": str(tmp_path)}
    with ThreadPoolExecutor(8) as pool:
        keys = {found.secret_key for found in pool.map(load, [environ] * 32)}
    assert len(keys) == 1


def test_all_can_be_set(environ: dict[str, str]) -> None:
    found = load(
        {
            **environ,
            "PHIEU_DATABASE_URL": "postgres://phieu:p%40ss@db.local:5433/phieu",
            "PHIEU_PUBLIC_URL": "https://Phieu.HaiPhong.gov.vn/",
            "PHIEU_SMTP_URL": "smtp+starttls://user:p%2Fw@mail.local:587",
            "PHIEU_MAIL_FROM": "Sở KH&CN <khaosat@haiphong.gov.vn>",
        }
    )
    assert found.database_url == "postgres://phieu:p%40ss@db.local:5433/phieu"
    assert found.public_url == "https://phieu.haiphong.gov.vn", "as browsers write it in Origin"
    assert found.secure
    assert found.smtp_url == "smtp+starttls://user:p%2Fw@mail.local:587"
    assert found.mail_from == "Sở KH&CN <khaosat@haiphong.gov.vn>"
    assert found.secret_key == SECRET.encode()
    credentials = database.config(found.database_url)["connections"]["default"]["credentials"]
    assert (credentials["user"], credentials["password"], credentials["port"]) == ("phieu", "p@ss", 5433)


@pytest.mark.parametrize(
    "name", ["PHIEU_DATABASE_URL", "PHIEU_SMTP_URL", "PHIEU_SECRET_KEY", "PHIEU_MAIL_FROM", "PHIEU_PUBLIC_URL"]
)
def test_each_can_come_from_a_file(environ: dict[str, str], tmp_path: Path, name: str) -> None:
    values = {
        "PHIEU_DATABASE_URL": "postgres://a:b@c/d",
        "PHIEU_SMTP_URL": "smtp://mail.local",
        "PHIEU_SECRET_KEY": "k" * 40,
        "PHIEU_MAIL_FROM": "a@b.vn",
        "PHIEU_PUBLIC_URL": "http://phieu.local:8080",
    }
    file = tmp_path / "secret"
    file.write_text(f"{values[name]}\n", encoding="utf-8")
    environ.pop(name, None)
    found = load({**environ, f"{name}_FILE": str(file)})
    assert values[name] in (str(getattr(found, name.removeprefix("PHIEU_").lower(), "")), found.secret_key.decode())


@pytest.mark.parametrize("value", ["", "   "])
def test_a_setting_left_empty_counts_as_not_set(environ: dict[str, str], value: str) -> None:
    names = ("PHIEU_DATABASE_URL", "PHIEU_SMTP_URL", "PHIEU_PUBLIC_URL", "PHIEU_MAIL_FROM", "PHIEU_SMTP_URL_FILE")
    blank = {name: value if not name.endswith("_FILE") else "" for name in names}
    assert load({**environ, **blank}) == load(environ)


WRONG = [
    ("PHIEU_DATABASE_URL", "mysql://a:b@c/d"),
    ("PHIEU_DATABASE_URL", "phieu.sqlite3"),
    ("PHIEU_DATABASE_URL", "sqlite://phieu.sqlite3"),
    ("PHIEU_DATABASE_URL", "sqlite://"),
    ("PHIEU_DATABASE_URL", "postgres://user:password@host"),
    ("PHIEU_DATABASE_URL", "postgres://user:password@host:port/phieu"),
    ("PHIEU_DATABASE_URL", "postgres://user:pass/word@host/phieu"),
    ("PHIEU_PUBLIC_URL", "phieu.haiphong.gov.vn"),
    ("PHIEU_PUBLIC_URL", "ftp://phieu.haiphong.gov.vn"),
    ("PHIEU_PUBLIC_URL", "https://"),
    ("PHIEU_PUBLIC_URL", "https://phieu.vn:port"),
    ("PHIEU_PUBLIC_URL", "https://phieu.vn/khaosat"),
    ("PHIEU_PUBLIC_URL", "https://phieu.vn?x=1"),
    ("PHIEU_PUBLIC_URL", "https://phieu.vn/#a"),
    ("PHIEU_PUBLIC_URL", "https://user:pw@phieu.vn"),
    ("PHIEU_PUBLIC_URL", "https://phieu .vn"),
    ("PHIEU_SMTP_URL", "mail.local"),
    ("PHIEU_SMTP_URL", "http://mail.local"),
    ("PHIEU_SMTP_URL", "smtp://mail.local:port"),
    ("PHIEU_SMTP_URL", "smtp://user@mail.local"),
    ("PHIEU_SMTP_URL", "smtp://user:topsecret/x@mail.local"),
    ("PHIEU_MAIL_FROM", "khaosat"),
    ("PHIEU_MAIL_FROM", "a@b.vn, c@d.vn"),
    ("PHIEU_MAIL_FROM", "A <a@b.vn>, C <c@d.vn>"),
    ("PHIEU_MAIL_FROM", "Sở <khaosat@b.vn\nBcc: x@y.vn>"),
    ("PHIEU_SECRET_KEY", "short"),
    ("PHIEU_DIGEST_AT", "7h30"),
    ("PHIEU_DIGEST_AT", "24:00"),
    ("PHIEU_EXPORT_KEEP_HOURS", "0"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_in_one_line(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({**environ, name: value})
    line = str(caught.value)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert "topsecret" not in line, "a password is never repeated"


def test_a_file_that_cannot_be_read_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(SettingsError, match=r"^PHIEU_SMTP_URL_FILE: cannot read .*missing"):
        load({**environ, "PHIEU_SMTP_URL_FILE": str(missing)})
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"^PHIEU_SMTP_URL_FILE: cannot read .*binary"):
        load({**environ, "PHIEU_SMTP_URL_FILE": str(binary)})


def test_a_value_and_a_file_for_one_setting_are_refused(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40)
    with pytest.raises(SettingsError, match=r"^PHIEU_SECRET_KEY: set either"):
        load({**environ, "PHIEU_SECRET_KEY_FILE": str(file)})


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match=r"^PHIEU_DATA_DIR: cannot create .*file/data"):
        load({"PHIEU_DATA_DIR": str(file / "data")})
    (tmp_path / "secret.key").mkdir()
    with pytest.raises(SettingsError, match=r"^PHIEU_SECRET_KEY: cannot keep the key in .*secret\.key"):
        load({"PHIEU_DATA_DIR": str(tmp_path)})


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "phiếu #1? 100%"
    found = load({"PHIEU_DATA_DIR": str(folder)})
    credentials = database.config(found.database_url)["connections"]["default"]["credentials"]
    assert credentials["file_path"] == str(folder / "phieu.sqlite3")


def test_a_misspelt_setting_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PHIEU_SMTP_ULR: no such setting"):
        load({"PHIEU_DATA_DIR": str(tmp_path), "PHIEU_SMTP_ULR": "smtp://mail"})


HOOK = {"PHIEU_WEBHOOK_URL": "https://gateway.example/phieu", "PHIEU_WEBHOOK_SECRET": gate.SECRET}


def test_a_webhook_has_an_address_and_a_secret_which_may_stand_in_a_file(
    environ: dict[str, str], tmp_path: Path
) -> None:
    assert load(environ).webhook is None
    found = load({**environ, **HOOK})
    assert str(found.webhook) == "https://gateway.example/phieu"
    assert gate.SECRET[6:] not in repr(found)
    file = tmp_path / "webhook"
    file.write_text(f"{gate.SECRET}\n", encoding="utf-8")
    apart = {"PHIEU_WEBHOOK_URL": HOOK["PHIEU_WEBHOOK_URL"], "PHIEU_WEBHOOK_SECRET_FILE": str(file)}
    assert load({**environ, **apart}).webhook == found.webhook


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"PHIEU_WEBHOOK_URL": ""}, "PHIEU_WEBHOOK_URL"),
        ({"PHIEU_WEBHOOK_SECRET": ""}, "PHIEU_WEBHOOK_SECRET"),
        ({"PHIEU_WEBHOOK_URL": "http://gateway.example/phieu"}, "PHIEU_WEBHOOK_URL"),
        ({"PHIEU_WEBHOOK_SECRET": "topsecret"}, "PHIEU_WEBHOOK_SECRET"),
    ],
)
def test_half_a_webhook_or_a_wrong_one_stops_the_start(
    environ: dict[str, str], change: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{named}: ") as told:
        load({**environ, **HOOK, **change})
    assert "topsecret" not in str(told.value)
