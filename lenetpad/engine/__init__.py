"""What runs in the background: the recognition thread and its mailbox."""
