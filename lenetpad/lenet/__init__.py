"""LeNet-5 as data and NumPy arithmetic: configuration, layers, forward pass, weights files."""
