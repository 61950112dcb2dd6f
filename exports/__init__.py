"""Plain data to bytes: workbooks and other files that leave the house."""
