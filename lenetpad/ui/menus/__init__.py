"""The menus: a table of actions for each."""
