"""What is on screen. It knows the network only by the messages it is sent."""
