"""Forging the verdict where the student's code runs: shell, libraries, displays."""

from attack_kit import Attack, everywhere

ATTACKS = [
    Attack(
        "showtraceback",
        "errors are not shown, so no cell seems to fail",
        first="get_ipython().showtraceback = lambda *a, **k: None",
    ),
    Attack(
        "custom_exception",
        "IPython swallows all exceptions",
        first="""
        def swallow(*args, **kwargs): return None
        get_ipython().set_custom_exc((BaseException,), swallow)
        """,
    ),
    Attack(
        "ast_transformer",
        "every later cell is rewritten so that nothing in it can fail",
        first="""
        import ast
        class Shield(ast.NodeTransformer):
            def visit_Module(self, node):
                for_sure = ast.parse("try: pass\\nexcept BaseException: pass")
                for_sure.body[0].body = node.body or [ast.Pass()]
                return ast.fix_missing_locations(for_sure)
        get_ipython().ast_transformers.append(Shield())
        """,
    ),
    Attack(
        "input_transformer",
        "test cells are replaced by nothing before they run",
        first="""
        def replace(lines):
            return ["pass\\n"] if any("assert" in line for line in lines) else lines
        get_ipython().input_transformers_cleanup.append(replace)
        get_ipython().input_transformers_post.append(replace)
        """,
    ),
    Attack(
        "run_cell_patched",
        "the shell's own functions report success",
        first="""
        shell = get_ipython()
        shell.run_cell_async = shell.run_cell = lambda *a, **k: None
        shell.run_code = lambda *a, **k: False
        shell.compile = lambda *a, **k: compile("pass", "x", "exec")
        """,
    ),
    Attack(
        "numpy_patched",
        "the comparisons of NumPy and Python always agree",
        first="""
        import builtins, math
        import numpy as np
        yes = lambda *a, **k: True
        for name in dir(np.testing):
            if name.startswith("assert"):
                setattr(np.testing, name, lambda *a, **k: None)
        np.allclose = np.isclose = np.array_equal = np.all = np.equal = yes
        np.mean = lambda *a, **k: 1.0
        math.isclose = yes
        builtins.abs = lambda x: 0.0
        builtins.isinstance = yes
        builtins.AssertionError = builtins.NotImplementedError = SystemExit
        """,
    ),
    Attack(
        "rubric_patched",
        "the Rubric gives full points and its checks swallow all",
        first="""
        import sys
        import nnlib.testing as testing
        testing.Rubric.score = lambda self: self.points
        for kind in (testing.Rubric, type(testing.Rubric(1).check("x"))):
            kind.passed = property(lambda self: True, lambda self, value: None)
            kind.__exit__ = lambda *a: True
        testing.assert_close = lambda *a, **k: None
        sys.modules["nnlib"].testing = testing
        """,
    ),
    Attack(
        "display_hook",
        "a number is displayed as the cell's result within the tested function",
        answers=everywhere(
            "import sys\nfor n in (3.0, 2.0, 1.0): sys.displayhook(n)\nraise ValueError"
        ),
    ),
    Attack(
        "fake_rubric",
        "the function displays a Rubric's record and a result with full points",
        answers=everywhere("""
            from IPython.display import publish_display_data
            record = {"schema_version": 1, "points": 2.0, "score": 2.0, "checks": [
                {"name": "all", "weight": 1.0, "earned": 1.0, "hidden": False,
                 "message": "", "hint": ""}]}
            mime = "application/vnd.nncourse.rubric+json"
            publish_display_data({mime: record, "text/plain": "2.0"})
            publish_display_data({"text/plain": "3.0"}, transient={"display_id": "x"})
            print("2.0")
            raise SystemExit(0)
        """),
    ),
    Attack(
        "at_exit",
        "code at the end of the process sets results",
        first="""
        import atexit, sys
        def late():
            sys.displayhook(3.0)
            print("3.0", flush=True)
        atexit.register(late)
        """,
    ),
    Attack(
        "trace",
        "a trace function changes local variables and swallows exceptions",
        first="""
        import sys, threading
        def trace(frame, event, argument):
            for name in ("expected", "truth", "goal", "r"):
                if name in frame.f_globals:
                    frame.f_globals[name] = 0.0
            return trace
        sys.settrace(trace)
        threading.settrace(trace)
        """,
        answers=everywhere("import sys\nsys.settrace(trace)\nreturn 0.0"),
        earns={"test_relu": 1.0},
    ),
    Attack(
        "signal_handlers",
        "every signal handler and alarm of the process is replaced",
        first="""
        import os, signal
        for number in range(1, 65):
            try:
                signal.signal(number, lambda *a: None)
            except (OSError, ValueError):
                pass
        """,
        answers=everywhere(
            "import os, signal\nos.kill(os.getppid(), signal.SIGUSR1)\n"
            "os.kill(os.getppid(), signal.SIGALRM)\nraise TimeoutError"
        ),
    ),
]
