"""What axe-core says against a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BAD = ("serious", "critical")


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules it breaks that are serious or critical, each with the first elements that do."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found if one["impact"] in BAD]
