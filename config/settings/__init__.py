"""Settings: `base` is for all environments, each other module for one."""
