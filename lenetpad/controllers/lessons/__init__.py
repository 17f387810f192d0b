"""Runs lessons in the window, and what goes with them."""
