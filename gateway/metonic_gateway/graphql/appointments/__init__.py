"""Appointments: what they are, how they are asked for and changed, and what became of their copies."""
