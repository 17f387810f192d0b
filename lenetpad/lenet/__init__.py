"""LeNet-5: the network of 1998 and two relatives, their training, weights and readings."""
