"""The inspector: where a unit's value comes from, with the numbers of this moment."""
