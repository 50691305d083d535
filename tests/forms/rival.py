"""A process of its own that stores messages as fast as it can, at the moment its parent says so."""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from forms.models import ContactMessage, ContactPage
    from forms.submissions import store_message

    task = json.loads(sys.argv[1])
    settings.CONTACT_MESSAGES_PER_SENDER = task["limit"]
    settings.CONTACT_RATE_SPAN = 10**9
    page = ContactPage.objects.get()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for number in range(task["messages"]):
        text = task.get("text", f"Message {number} of {task['name']}")
        message = ContactMessage(page=page, name="Ada", email="ada@example.org", text=text)
        token = task.get("token", task["name"])
        result = store_message(message, token=token, client_ip="192.0.2.1", is_spam=False)
        sys.stdout.write(f"{result.name}\n")


if __name__ == "__main__":
    main()
