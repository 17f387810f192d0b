"""What a hand drew: strokes, their image, and the files they live in."""
