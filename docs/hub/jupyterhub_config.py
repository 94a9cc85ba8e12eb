"""A JupyterHub for this course, explained in docs/jupyterhub.md.

jupyterhub -f docs/hub/jupyterhub_config.py
"""

import os
import sys
from pathlib import Path

# What you change ----------------------------------------------------------------------
INSTRUCTORS = {"instructor"}
STUDENTS_GROUP = "nncourse"  # whose members may log in, a group of this machine
COURSE = Path(__file__).resolve().parents[2]  # this repository: for instructors only
STUDENTS = Path("/opt/nncourse")  # the students' environment, with nncourse[lab]
# --------------------------------------------------------------------------------------

c = get_config()  # noqa: F821  (the one of the application that reads this file)

c.Authenticator.allowed_users = set(INSTRUCTORS)
c.LocalAuthenticator.allowed_groups = {STUDENTS_GROUP}
c.Spawner.default_url = "/lab"
c.Spawner.environment = {"OPENBLAS_NUM_THREADS": "1"}  # many people share the cores

# JupyterHub forbids pages in pages. Formgrader is one, in the instructor's JupyterLab.
OWN_FRAMES = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}


def choose_environment(spawner):
    """Give instructors the course and its formgrader, students what students need."""
    if spawner.user.name in INSTRUCTORS:
        python = Path(sys.executable)
        options = [f"--ServerApp.tornado_settings={OWN_FRAMES}"]
        settings = [COURSE]  # nbgrader_config.py lies there
        spawner.notebook_dir = str(COURSE)
    else:
        python, options = STUDENTS / "bin" / "python", []
        settings = [STUDENTS / "settings", STUDENTS / "share/jupyter/nncourse/student"]
    spawner.cmd = [str(python), "-m", "jupyterhub.singleuser", *options]
    spawner.environment = {
        **spawner.environment,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, settings)),
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
    }


c.Spawner.pre_spawn_hook = choose_environment
