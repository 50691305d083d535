"""Names of what can be watched. Each begins with the user's id, which the server takes from the login session:
nobody can name a topic of somebody else."""

from preview.sources import SavedPage, Source


def tab_topic(user_id: int, tab: str) -> str:
    """Name the draft in one tab of the user's browser."""
    return f"user-{user_id}:tab-{tab}"


def page_topic(user_id: int, page_id: int) -> str:
    """Name the user's draft of one page, in whichever of their tabs they typed last."""
    return f"user-{user_id}:page-{page_id}"


def newest_topic(user_id: int) -> str:
    """Name whatever the user typed in last."""
    return f"user-{user_id}:newest"


def topics_of_editor(user_id: int, tab: str, source: Source) -> list[str]:
    """Return the topics that an editor's tab shows its draft to."""
    topics = [tab_topic(user_id, tab), newest_topic(user_id)]
    if isinstance(source, SavedPage):
        topics.append(page_topic(user_id, source.page_id))
    return topics
