"""Who is due, what is sent, and what became of it. Imports nothing of ours."""
