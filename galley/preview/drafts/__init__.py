"""From the form of an open editor to the page that it would make: what is typed, as HTML cut at its regions."""
