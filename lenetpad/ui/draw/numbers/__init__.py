"""How a number is read, in place of the maps: the segmentation graph, the sliding network."""
