"""Which days are working days, and the hours of the office."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant


class CalendarDay(Model):
    """A public holiday or make-up working day, with where it is from and how sure it is."""

    date = fields.DateField(primary_key=True)
    kind = fields.CharField(max_length=10)  # nghi, lam_bu
    name = fields.CharField(max_length=200)
    source = fields.CharField(max_length=200)
    status = fields.CharField(max_length=20)  # quyet_dinh, du_kien, can_xac_minh


class CalendarChange(Model):
    """What one change did to the calendar, so that it can be told and undone.

    `changes`: day (ISO), or "hours" for the office hours -> [before, after], null where there was nothing; a day is
    an object of the columns of CalendarDay. `touched`: ids of the campaigns that ran then and would have come out
    otherwise. `undoes` is the change that this one took back.
    """

    id = fields.IntField(primary_key=True)
    at = Instant()
    by = fields.CharField(max_length=60)
    reason = fields.CharField(max_length=500)
    changes: dict[str, list[Any]] = fields.JSONField()
    touched: list[int] = fields.JSONField()
    undoes = fields.IntField(null=True, unique=True)


class OfficeHours(Model):
    """The office hours in force, one row with id 1 at most, none: those of reminders.calendar.Office."""

    id = fields.IntField(primary_key=True, generated=False)
    hours = fields.CharField(max_length=40)
