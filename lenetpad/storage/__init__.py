"""What lies on the disk: atomic files, runs, the last sheet, what ships."""
