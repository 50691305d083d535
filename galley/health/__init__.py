"""Says whether the site is well: to load balancers, to the operator by `manage.py doctor`, and in the admin."""
