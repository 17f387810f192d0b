"""Two readings beside each other, in the place of the maps."""
