"""What drives the real window: demo, self-test, benchmarks, the synthetic pen."""
