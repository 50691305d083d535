"""`manage.py up` prepares and runs the site."""

import asyncio
import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from galley.tasks.mail import describe_mail, is_mail_sent
from quickstart import address, prepare, processes
from quickstart.console import Progress, explaining_errors


class Command(BaseCommand):
    """Prepares the site, then runs it and its background worker until a signal comes."""

    help = "Runs the site and its background worker. The first run creates the database and loads the sample site."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the address to listen on."""
        parser.add_argument("--port", type=address.port_number, default=8080, help="Default: 8080.")
        parser.add_argument(
            "--host", default="127.0.0.1", help="Default: 127.0.0.1, for this machine only. For your phone: 0.0.0.0."
        )

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        """Run until stopped."""
        self.progress = Progress(self.stdout)
        self.progress.report("Checking the data …")
        with (
            explaining_errors(),
            address.lock_data(settings.VAR_DIR / "up.lock") as lock,
            address.listen(host, port) as listener,
        ):
            lock.write(address.local_url(listener))
            lock.flush()
            self.prepare(listener)
            self.show_password_once()
            connections.close_all()
            asyncio.run(self.serve(listener))
        self.stdout.write("Galley has stopped. Your data is saved. The same command starts it again.")

    def prepare(self, listener: socket.socket) -> None:
        """Prepare the database and the content."""
        # The first start stores this address in the sample site.
        settings.WAGTAILADMIN_BASE_URL = address.local_url(listener).rstrip("/")
        prepare.update_database(self.progress.report)
        self.progress.done("The database is ready.")
        prepare.load_content_once(self.progress.report)
        self.progress.done("The content is ready.")

    def show_password_once(self) -> None:
        """Print a password for the admin, if none was printed before. It is saved after it was printed."""
        if admin := prepare.admin_without_password():
            password = prepare.generate_password()
            admin.set_password(password)
            self.stdout.write(
                f"\nYour account:  {self.style.SUCCESS(admin.get_username())}\n"
                f"Its password:  {self.style.SUCCESS(password)}\n"
                "Write it down. It isn't shown again.\n"
            )
            self.stdout.flush()
            admin.save()

    async def serve(self, listener: socket.socket) -> None:
        """Run the processes, and print the URLs when the site answers."""
        self.progress.report("Starting the site …")
        environment = {"DEBUG": "0", **os.environ, "WAGTAILADMIN_BASE_URL": settings.WAGTAILADMIN_BASE_URL}
        await processes.serve(listener, environment, lambda _: self.announce(listener), self.progress.done)

    def announce(self, listener: socket.socket) -> None:
        """Print the URLs of the site."""
        url = address.local_url(listener)
        self.progress.done("Galley is running.\n")
        self.stdout.write(f"  Site    {url}")
        self.stdout.write(f"  Admin   {url}admin/")
        for other in address.network_urls(listener):
            self.stdout.write(f"  On your phone, in the same network: {other}")
        self.stdout.write(
            f"  Log in as {prepare.ADMIN}. To change the password: uv run manage.py changepassword {prepare.ADMIN}"
        )
        if not is_mail_sent():
            self.stdout.write(f"  {describe_mail()}")
        self.stdout.write("\nStop it with Ctrl-C.")
        self.stdout.flush()
