"""The stage: the Draw page in front of a hall, on this screen or on another one."""
