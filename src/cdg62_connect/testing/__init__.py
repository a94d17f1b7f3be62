"""What a partner's tests use: the simulator as pytest fixtures."""
