"""A typed answer as a person reads it: figures and dates the Vietnamese way, labels for choices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

from forms.values import Typed, number_text


def show_number(number: Decimal | int) -> str:
    """1035 -> 1.035; 51.8 -> 51,8."""
    whole, _, fraction = number_text(number).partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    if whole.startswith("-") and not grouped.startswith("-"):
        grouped = f"-{grouped}"
    return f"{grouped},{fraction}" if fraction else grouped


def show(typed: Typed, labels: Callable[[str], str] | None = None) -> str:
    """The value as a person reads it; `labels` gives a choice's label by its name."""
    if typed is None:
        return ""
    if isinstance(typed, int | Decimal):
        return show_number(typed)
    if isinstance(typed, datetime):
        return f"{typed:%d/%m/%Y %H:%M}"
    if isinstance(typed, date):
        return f"{typed:%d/%m/%Y}"
    if isinstance(typed, time):
        return f"{typed:%H:%M}"
    if isinstance(typed, tuple):
        return ", ".join(labels(name) if labels else name for name in typed)
    return labels(typed) if labels else typed


def show_point(text: str) -> str:
    """20.8449 106.6881 0 0 -> 20,8449° B, 106,6881° Đ: the letters of Vietnamese maps (Bắc, Nam,
    Đông, Tây), then the altitude and the accuracy where they were measured."""
    latitude, longitude, altitude, accuracy = (Decimal(part) for part in text.split())
    north, east = "N" if latitude < 0 else "B", "T" if longitude < 0 else "Đ"
    parts = [f"{show_number(abs(latitude))}° {north}", f"{show_number(abs(longitude))}° {east}"]
    if altitude:
        parts.append(f"{show_number(altitude)} m")
    if accuracy:
        parts.append(f"±{show_number(accuracy)} m")
    return ", ".join(parts)
