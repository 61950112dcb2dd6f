"""Composes forms, reminders and exports into the running service."""
