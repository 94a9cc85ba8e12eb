"""Pages that act on their readers: scripts in everything that is shown.

Each payload would call ``alert('page')``; the tests look for what could run.
"""

from attack_kit import Attack, cell_named, text

SCRIPT = "<script>alert('page')</script>"
PAYLOADS = (
    SCRIPT,
    "<img src=x onerror=\"alert('page')\">",
    "<svg onload=\"alert('page')\"></svg>",
    "<a href=\"javascript:alert('page')\">x</a>",
    "<iframe srcdoc=\"<script>alert('page')</script>\"></iframe>",
    "<math><mtext><img src=x onerror=\"alert('page')\"></mtext></math>",
    "</pre></div><script>alert('page')</script>",
    "<style>@import 'http://example.org/x'; body { display: none }</style>",
    "<form action='/formgrader'><button>x</button></form>",
    "<object data=\"javascript:alert('page')\"></object>",
    "<details open ontoggle=\"alert('page')\">x</details>",
    "<base href='http://example.org/'><meta http-equiv=refresh content='0;url=x'>",
)
ALL = "\n\n".join(PAYLOADS)


def in_markdown(nb):
    cell_named(nb, "why").source = ALL
    nb.cells.append(text("[x](javascript:alert('page')) ![x](data:text/html,x)"))
    nb.cells.append(text("```\n</code></pre>" + SCRIPT + "\n```\n`" + SCRIPT + "`"))
    nb.cells.append(text(f"| a |\n|---|\n| {SCRIPT} |\n\n> {SCRIPT}\n\n# {SCRIPT}"))
    nb.cells.append(text(r"$\href{javascript:alert('page')}{x}$ $$" + SCRIPT + "$$"))


def raw_cell(nb):
    cell = text(ALL)
    cell.cell_type = "raw"
    cell.metadata.format = "text/html"
    nb.cells.append(cell)


ATTACKS = [
    Attack("markdown", "scripts in Markdown answers", edit=in_markdown),
    Attack("raw", "scripts in a raw cell", edit=raw_cell),
    Attack(
        "displays",
        "scripts in displayed HTML, JavaScript, SVG, LaTeX, Markdown and widgets",
        last=f"""
from IPython.display import *
payloads = {PAYLOADS!r}
for payload in payloads:
    display(HTML(payload), Markdown(payload), Latex(payload), SVG(
        data="<svg xmlns='http://www.w3.org/2000/svg'>" + payload + "</svg>"
    ) if payload.endswith("</svg>") else None)
display(Javascript("alert('page')"))
for mime in ("application/javascript", "text/html", "image/svg+xml", "text/x-html",
             "application/vnd.jupyter.widget-view+json", "application/pdf",
             "image/png", "text/latex", "application/xhtml+xml"):
    display({{mime: payloads[0], "text/plain": payloads[0]}}, raw=True)
""",
    ),
    Attack(
        "streams",
        "scripts and control sequences in text, errors and their names",
        first=f"""
print({ALL!r})
print("\\x1b]0;title\\x07\\x1b[31m\\x1b]8;;javascript:alert('page')\\x07x\\x1b]8;;\\x07")
""",
        last=f"""
Bad = type({SCRIPT!r}, (Exception,), {{}})
raise Bad({ALL!r})
""",
    ),
    Attack(
        "in_the_tests",
        "scripts in the errors, texts and names that tests show of the answers",
        answers={
            "softmax": f"def softmax(s):\n    print({ALL!r})\n"
            f"    raise ValueError({ALL!r})",
            "relu": f"def relu(s): return {SCRIPT!r}",
            "momentum": f"class Momentum:\n"
            f"    def __init__(self, *a): raise type({SCRIPT!r}, (ValueError,), {{}})"
            f"({ALL!r})",
            "energy": f"def energy(x): raise KeyError({SCRIPT!r})",
            "minimise": f"minimise = type({SCRIPT!r}, (), {{}})",
        },
    ),
    Attack(
        "metadata_of_displays",
        "scripts in the metadata of pictures",
        last=f"""
from IPython.display import display
import base64, io
import matplotlib.pyplot as plt
stream = io.BytesIO()
plt.figure(figsize=(0.1, 0.1)).savefig(stream, format="png")
pixel = base64.b64encode(stream.getvalue()).decode()
display({{"image/png": pixel}}, raw=True, metadata={{
    "image/png": {{"width": {SCRIPT!r}, "alt": "x\\" onerror=\\"alert('page')"}},
    "filenames": {{"image/png": "x\\" onerror=\\"alert('page')"}},
}})
display({{"image/png": "\\" onerror=\\"alert('page')"}}, raw=True)
""",
    ),
    Attack(
        "slow_markdown",
        "Markdown that takes its renderer quadratic time and worse",
        edit=lambda nb: nb.cells.extend(
            text(piece * (45_000 // len(piece)))
            for piece in ("_*", "[x](", "<!--", "*a_", "![")
        ),
    ),
]
