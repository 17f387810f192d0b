"""The time line of a drawing: what the network made of it while it was written."""
