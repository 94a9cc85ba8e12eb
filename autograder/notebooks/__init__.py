"""From text to notebooks: the builder, the student's version and the leak proof.

`content/` holds the only sources, Python scripts in percent format. The road is
source -> validate -> render -> execute -> build, one direction only.
"""
