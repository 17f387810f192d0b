"""What the Draw page shows of the hand that is learnt from the user's drawings."""
