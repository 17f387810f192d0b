"""One controller for each page: the engine below it, the page beside it."""
