"""Networks judged on labelled images."""
