"""Settings: `base` holds what every environment shares, the others only what differs."""
