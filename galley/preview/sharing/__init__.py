"""Links to a draft for people without an account: made, listed, opened, stopped."""
