"""Frozen messages and values of each subject; numpy and ink at most."""
