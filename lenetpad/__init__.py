"""A drawing pad that shows LeNet-5 thinking."""

__version__ = "0.1.0"
