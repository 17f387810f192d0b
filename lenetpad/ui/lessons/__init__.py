"""What a lecturer shows besides the pages: lessons step by step, handouts, and the drill."""
