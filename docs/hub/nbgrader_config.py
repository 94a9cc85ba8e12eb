"""nbgrader's settings for students of a JupyterHub: /opt/nncourse/settings/.

The exchange is the one that the course's own nbgrader_config.py names.
"""

import os

c = get_config()  # noqa: F821  (the one of the application that reads this file)
c.CourseDirectory.course_id = "nncourse"
c.CourseDirectory.student_id = os.environ["JUPYTERHUB_USER"]
c.Exchange.root = "/srv/nncourse-exchange"
