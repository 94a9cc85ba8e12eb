"""Settings of JupyterLab in the lab, where its own would hinder readers."""

from typing import Any

# All cells stay in the page, where the browser's search and screen readers find them.
TRACKER = {"scrollPastEnd": False, "windowingMode": "none"}
NOTEBOOK = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"
# JupyterLab takes the arrow keys away from sliders, radio buttons and lists.
CONTROLS = ":not([role=slider]):not(input):not(select)"
ARROWS = {
    "ArrowDown": "notebook:move-cursor-down",
    "ArrowLeft": "notebook:move-cursor-heading-above-or-collapse",
    "ArrowRight": "notebook:move-cursor-heading-below-or-expand",
    "ArrowUp": "notebook:move-cursor-up",
}


def lab_settings() -> dict[str, Any]:
    """The overrides, by JupyterLab's name of a part."""
    shortcuts: list[dict[str, Any]] = []
    for key, command in ARROWS.items():
        shortcut = {"command": command, "keys": [key]}
        shortcuts += [
            {**shortcut, "selector": NOTEBOOK, "disabled": True},
            {**shortcut, "selector": NOTEBOOK + CONTROLS},
        ]
    return {
        "@jupyterlab/notebook-extension:tracker": TRACKER,
        "@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": shortcuts},
    }
