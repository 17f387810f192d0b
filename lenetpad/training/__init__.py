"""What needs autograd or a GPU: the trainable network and all that is done with it."""
