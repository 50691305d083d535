"""`manage.py up`: from a fresh copy to a running site in one command."""

import asyncio
import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from quickstart import address, prepare, processes
from quickstart.failures import explained
from quickstart.lock import only_one
from quickstart.progress import Progress


class Command(BaseCommand):
    """Prepares what is missing, then runs the site and its background worker until it is stopped."""

    help = "Prepares the database, loads the sample site the first time, and runs site and background worker."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address to listen on."""
        parser.add_argument("--port", type=address.port_number, default=8080, help="Default: 8080.")
        parser.add_argument(
            "--host", default="127.0.0.1", help="Default: 127.0.0.1, this machine only. 0.0.0.0 lets your phone in."
        )

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Run until stopped."""
        self.progress = Progress(self.stdout)
        self.progress.report("Looking at what is there …")
        with explained(), only_one(settings.VAR_DIR / "up.lock") as lock, address.listen(host, port) as listener:
            lock.write(address.local_url(listener))
            lock.flush()
            self.prepare(listener)
            self.show_password_once()
            connections.close_all()
            asyncio.run(self.serve(listener))
        self.stdout.write("Galley has stopped. All data is kept; the same command starts it again.")

    def prepare(self, listener: socket.socket) -> None:
        """Do what is missing, and show that it is being done."""
        # The sample site's own address is the one that it is started at for the first time.
        settings.WAGTAILADMIN_BASE_URL = address.local_url(listener).rstrip("/")
        prepare.update_database(self.progress.report)
        self.progress.done("The database is ready.")
        prepare.load_content_once(self.progress.report)
        self.progress.done("The content is ready.")

    def show_password_once(self) -> None:
        """Give the admin a password if none was shown yet. It is stored only after it stands on the screen."""
        if admin := prepare.admin_without_password():
            password = prepare.generate_password()
            admin.set_password(password)
            self.stdout.write(
                f"\nYour account:  {self.style.SUCCESS(admin.get_username())}\n"
                f"Its password:  {self.style.SUCCESS(password)}\n"
                "Keep it: it is shown only this once.\n"
            )
            self.stdout.flush()
            admin.save()

    async def serve(self, listener: socket.socket) -> None:
        """Run the processes, and say where the site is once it answers."""
        self.progress.report("Starting the site …")
        environment = {"DEBUG": "0", **os.environ, "WAGTAILADMIN_BASE_URL": settings.WAGTAILADMIN_BASE_URL}
        await processes.serve(listener, environment, lambda _: self.announce(listener), self.progress.done)

    def announce(self, listener: socket.socket) -> None:
        """Say where everything is."""
        url = address.local_url(listener)
        self.progress.done("Galley is running.\n")
        self.stdout.write(f"  Site    {url}")
        self.stdout.write(f"  Admin   {url}admin/")
        for other in address.network_urls(listener):
            self.stdout.write(f"  On your phone, in the same network: {other}")
        self.stdout.write(
            f"  Log in as {prepare.ADMIN}. A new password: uv run manage.py changepassword {prepare.ADMIN}"
        )
        self.stdout.write("\nStop it with Ctrl-C.")
        self.stdout.flush()
