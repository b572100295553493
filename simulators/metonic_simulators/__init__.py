"""The outside world for tests and trials: providers as they really behave, with a switch for each oddity.

It knows nothing of the plugins: a simulator that shared their code would share their mistakes.
"""
