"""The command line: the parser, one file for each group of commands, the display."""
