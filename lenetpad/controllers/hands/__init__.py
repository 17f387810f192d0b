"""The hands that networks learn: which one is on, what is taught it, and what comes of that."""
