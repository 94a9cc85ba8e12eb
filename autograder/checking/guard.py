"""Switches the guard on in a kernel: which modules a notebook's cells may see."""

from __future__ import annotations

from pathlib import PurePath

from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.errors import CourseError
from autograder.execution.plan import is_test
from autograder.execution.release import DEFAULT_ALLOW
from autograder.sandbox.errors import PolicyError
from autograder.sandbox.view import nnlib_view

_INSIDE = "autograder.checking.inside"


def allowed_modules(notebook: NotebookNode) -> tuple[str, ...]:
    """Return what an assignment may import of `nnlib`, as grading decides it."""
    own = notebook.metadata.get("nncourse")
    allow = own.get("allow") if isinstance(own, dict) else None
    if isinstance(allow, list) and all(isinstance(name, str) for name in allow):
        return tuple(allow)
    return DEFAULT_ALLOW


def is_python(notebook: NotebookNode) -> bool:
    """Tell whether the cells of a notebook are Python, as grading decides it."""
    language = notebook.metadata.get("kernelspec", {}).get("language") or "python"
    return language.lower() in ("python", "python3", "ipython")


async def guard_kernel(client: NotebookClient, notebook: NotebookNode) -> None:
    """Guard the kernel of a client, which has just started.

    nbclient's stand-in for the output widget is switched off as well: it can stall for
    the whole time limit, because it sends to the kernel while a reply is awaited.
    """
    client.widget_registry = {}
    kernel = client.kc
    assert kernel is not None
    request = kernel.execute(_request(notebook), silent=True, store_history=False)
    reply = await client.async_wait_for_reply(request)
    content = reply["content"] if reply else {"status": "timeout"}
    if content["status"] != "ok":
        reason = content.get("evalue") or "no answer"
        raise CourseError(
            f"the kernel {client.kernel_name!r} can't check imports ({reason}); choose "
            "the kernel of the Python in which nncourse is installed"
        )


def _request(notebook: NotebookNode) -> str:
    """Return an expression: whatever runs in the kernel must leave no names behind."""
    allow = allowed_modules(notebook)
    tests = [cell.source for cell in notebook.cells if is_test(cell)]
    arguments = f"{allow!r}, {_shown_modules(allow)!r}, {tests!r}"
    return f"__import__({_INSIDE!r}, fromlist=['install']).install({arguments})"


def _shown_modules(allow: tuple[str, ...]) -> list[str]:
    """Return the names of the modules that the sandbox would show."""
    try:
        files = nnlib_view(allow)
    except PolicyError as error:
        raise CourseError(
            f"{error}; is the notebook from another version of the course?"
        ) from error
    paths = [PurePath(file).with_suffix("") for file in files if file.endswith(".py")]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]
