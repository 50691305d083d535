"""What `manage.py up` does, one idea a file: one site at a time, the database, the account, the processes."""
