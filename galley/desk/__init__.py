"""The editor's desk: the dashboard, help, e-mails about notes, and who may manage people. README.md describes it."""
