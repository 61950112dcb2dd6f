"""Words of the call list."""

from service.words import N_

OUTCOMES = {
    "reached": N_("Gọi được"),
    "promised": N_("Hẹn ngày gửi"),
    "no_answer": N_("Không nghe máy"),
    "wrong_number": N_("Sai số"),
}
OUTCOME_HINTS = {
    "reached": N_("đã nói chuyện, đơn vị chưa hẹn ngày"),
    "promised": N_("đơn vị hẹn sẽ gửi trước hoặc trong ngày"),
    "no_answer": N_("máy bận, không ai nghe, hoặc không liên lạc được"),
    "wrong_number": N_("số không đúng người, không đúng đơn vị"),
}
TURNS = {
    "passed": N_("Đã quá ngày hẹn"),
    "today": N_("Hẹn gửi hôm nay"),
    "overdue": N_("Quá hạn"),
    "due": N_("Chưa đến hạn"),
    "promised": N_("Đã hẹn, chưa đến ngày"),
}
