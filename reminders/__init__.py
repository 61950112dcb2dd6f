"""Calendar, reminder plan, outbox and mail. Imports nothing of the other rooms."""
