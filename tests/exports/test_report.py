from dataclasses import replace

import pytest

from exports.report import CampaignReport


def test_a_time_without_zone_is_refused(july: CampaignReport) -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(july, as_of=july.as_of.replace(tzinfo=None))


def test_a_unit_may_not_stand_twice(july: CampaignReport) -> None:
    with pytest.raises(ValueError, match="twice"):
        replace(july, units=(*july.units, july.units[0]))


def test_answers_that_no_row_would_show_are_refused(july: CampaignReport) -> None:
    with pytest.raises(ValueError, match="99999"):
        replace(july, answers={"99999": {}})
