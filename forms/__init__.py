"""Survey forms: reading, evaluating and consolidating them. Pure: no I/O, no clock."""
