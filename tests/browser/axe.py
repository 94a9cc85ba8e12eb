"""What axe-core finds wrong with the accessibility of a page."""


def violations(page, only=()):
    """Run axe-core in an open page; one line a violation, empty if all is well.

    Args:
        page: of Playwright.
        only: names of the rules to run; all if there are none.
    """
    from axe_playwright_python.sync_playwright import Axe

    # Preloading asks for style sheets again, at the wrong places.
    options = {"preload": False} | ({"runOnly": list(only)} if only else {})
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]}"
        for rule in found
    ]
