"""What axe-core finds wrong with the accessibility of a page."""


def violations(page):
    """Run axe-core in an open page; one line a violation, empty if all is well."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]}"
        for rule in found
    ]
