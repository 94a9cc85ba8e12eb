"""A JupyterHub for this course, explained in docs/jupyterhub.md.

Copy it to a place that only the administrator can write to, as /etc/jupyterhub/.
"""

import os
from pathlib import Path

# What you change ----------------------------------------------------------------------
INSTRUCTORS = {"instructor"}
STUDENTS_GROUP = "nncourse"  # its members may log in: a group of this machine
COURSE = Path("/srv/nncourse")  # the repository, which only instructors may read
COURSE_PYTHON = COURSE / ".venv" / "bin" / "python"
STUDENTS = Path("/opt/nncourse")  # the students' environment, with the course's wheel
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
        python = COURSE_PYTHON
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
