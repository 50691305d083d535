"""Publishes what is scheduled, and says what couldn't be published."""
