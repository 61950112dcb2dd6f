"""The morning digest, word for word."""

from dataclasses import replace
from datetime import date, datetime

from service.digestwords import CampaignNews, News, subject, text
from service.life import Rate
from service.words import ZONE

SINCE = datetime(2025, 7, 18, 7, 30, tzinfo=ZONE)
AT = datetime(2025, 7, 21, 7, 30, tzinfo=ZONE)
RATE = Rate(AT, 114, 59, 1, 2, 1, 51, 51, 0, {})
QUIET = CampaignNews(
    id=3,
    title="Khảo sát {Nghị định} 132",
    rate=RATE,
    due_at=datetime(2025, 7, 18, 17, 0, tzinfo=ZONE),
    left="đã quá hạn 1 ngày làm việc",
    due_today=False,
    came=(),
    promised=(),
    overdue=0,
    failed=0,
)
BUSY = replace(
    QUIET,
    came=("Xã An Lão", "Xã Vĩnh Bảo"),
    promised=(("Phường Đồ Sơn", date(2025, 7, 20)), ("Xã An Hưng", date(2025, 7, 21))),
    overdue=55,
    failed=2,
)
NEWS = News(SINCE, AT, [BUSY], [("vhxh@xa.example", "Xã Kiến Thụy"), ("cu@xa.example", "")])


def test_what_is_new_and_whom_to_call() -> None:
    assert subject(NEWS) == "Bản tin 21/7/2025: 59/114 đã gửi, 2 đơn vị cần gọi"
    assert text(NEWS, "Trần Thị Lan", "https://phieu.example") == (
        "Kính gửi anh/chị Trần Thị Lan,\n"
        "\n"
        "Những gì mới từ 07:30 ngày 18/7/2025 đến 07:30 ngày 21/7/2025.\n"
        "\n"
        "KHẢO SÁT {NGHỊ ĐỊNH} 132\n"
        "59/114 đơn vị đã gửi (51,8%), trong đó 1 không phát sinh, 2 đã nhận văn bản chưa nhập số liệu; "
        "1 đang chỉnh sửa.\n"
        "Hạn gửi: 17:00 thứ Sáu, 18/7/2025 (đã quá hạn 1 ngày làm việc).\n"
        "Mới gửi (2): Xã An Lão, Xã Vĩnh Bảo.\n"
        "Cần gọi hôm nay, đã đến hoặc quá ngày hẹn (2): Phường Đồ Sơn (hẹn 20/7/2025), Xã An Hưng (hẹn 21/7/2025).\n"
        "55 đơn vị quá hạn chưa gửi.\n"
        "2 thư không gửi được.\n"
        "Theo dõi: https://phieu.example/campaigns/3\n"
        "Gọi điện: https://phieu.example/campaigns/3/calls\n"
        "\n"
        "Địa chỉ thư không có người nhận (2):\n"
        "- vhxh@xa.example (Xã Kiến Thụy)\n"
        "- cu@xa.example\n"
        "https://phieu.example/received\n"
        "\n"
        "Thư gửi theo đăng ký của anh/chị. Bỏ đăng ký: https://phieu.example/account\n"
    )


def test_with_nothing_new_there_is_nothing_to_tell() -> None:
    quiet = replace(NEWS, campaigns=[replace(QUIET, overdue=55)], dead=[])
    assert not quiet.tells
    assert not replace(quiet, campaigns=[]).tells
    for change in (
        {"came": ("Xã A",)},
        {"failed": 1},
        {"due_today": True},
        {"promised": (("Xã A", date(2025, 7, 1)),)},
    ):
        assert replace(quiet, campaigns=[replace(QUIET, **change)]).tells, change  # type: ignore[arg-type]
    assert replace(quiet, dead=[("a@b.example", "")]).tells


def test_several_campaigns_are_told_one_after_the_other() -> None:
    both = replace(NEWS, campaigns=[BUSY, replace(QUIET, id=4, rate=replace(RATE, nil=0, received=0, returned=0))])
    assert subject(both) == "Bản tin 21/7/2025: 2 đợt khảo sát đang chạy, 2 đơn vị cần gọi"
    found = text(both, "Lan", "https://phieu.example")
    assert "59/114 đơn vị đã gửi (51,8%).\nHạn gửi" in found
    assert subject(replace(NEWS, campaigns=[])) == "Bản tin 21/7/2025"
