"""The lab in the site: JupyterLite runs the notebooks in the reader's browser."""
