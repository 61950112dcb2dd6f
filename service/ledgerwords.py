"""Words about recommendations, for staff and units: their states, and who answers them."""

from service.words import N_, _

STATES = {
    "open": N_("Chưa trả lời"),
    "answered": N_("Đã trả lời"),
    "closed": N_("Kết thúc theo dõi"),
    "withdrawn": N_("Đơn vị không nêu nữa"),
}
# Who answers; "" while nobody was named.
LEVELS = {"department": N_("Sở"), "city": N_("Thành phố"), "ministry": N_("Bộ, ngành trung ương")}
NOBODY = N_("chưa phân công")


def level(code: str) -> str:
    """Who answers; "chưa phân công" while nobody does."""
    return _(LEVELS[code]) if code in LEVELS else _(NOBODY)


def state(code: str) -> str:
    return _(STATES[code])
