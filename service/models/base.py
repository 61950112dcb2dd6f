"""Every foreign key is RESTRICT: nothing vanishes because something else did."""

from tortoise.fields import OnDelete

RESTRICT = OnDelete.RESTRICT
