"""Pure planning of imports: rows of a messy table -> what would be added, changed and refused, and why."""
