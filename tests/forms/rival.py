"""A process of its own that stores messages as fast as it can, whenever its parent says so."""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from forms.models import ContactMessage, ContactPage
    from forms.submissions import store_message

    settings.CONTACT_RATE_SPAN = 10**9
    page = ContactPage.objects.get()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        task = json.loads(line)
        settings.CONTACT_MESSAGES_PER_SENDER = task["limit"]
        results = []
        for number in range(task["messages"]):
            text = task.get("text", f"Message {number} of {task['name']}")
            message = ContactMessage(page=page, name="Ada", email="ada@example.org", text=text)
            token = task.get("token", task["name"])
            results.append(store_message(message, token=token, client_ip="192.0.2.1", is_spam=False).name)
        sys.stdout.write(f"{json.dumps(results)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
