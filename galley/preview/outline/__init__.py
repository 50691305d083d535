"""What a draft is made of and what its author should look at, told while they write."""
