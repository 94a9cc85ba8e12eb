"""What axe-core finds wrong with the accessibility of a page."""


def violations(page, only=(), leave_out=()):
    """Run axe-core in an open page; one line a violation, empty if all is well.

    Args:
        page: of Playwright.
        only: names of the rules to run; all if there are none.
        leave_out: selectors of parts that are not examined.
    """
    from axe_playwright_python.sync_playwright import Axe

    # Preloading asks for style sheets again, at the wrong places.
    options = {"preload": False, "resultTypes": ["violations"]}
    options |= {"runOnly": list(only)} if only else {}
    context = {"exclude": [[part] for part in leave_out]} if leave_out else None
    found = Axe().run(page, context, options).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]}"
        for rule in found
    ]
