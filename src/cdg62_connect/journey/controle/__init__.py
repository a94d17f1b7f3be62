"""Is everything ready? One line per check, nothing sent."""
