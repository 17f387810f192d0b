"""What lies on the disk: atomic writes, runs, what ships, and the facts of the machine."""
