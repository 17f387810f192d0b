"""Taking panels, numbers and replays away: what can be taken, how it looks, and the dialog."""
