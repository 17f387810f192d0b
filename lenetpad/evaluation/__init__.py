"""Networks evaluated on labelled images, in torch."""
