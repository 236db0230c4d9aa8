"""Rounds: the audience, letters and reminders, the board, reading what came in."""
