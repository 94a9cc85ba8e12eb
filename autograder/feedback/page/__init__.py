"""The page that a student reads: what was graded, what failed, what to think about.

formulas   TeX to MathML, which a browser shows without a script or a network
text       Markdown and source code to HTML
model      what the page says, read from a graded notebook
exporter   the page as nbgrader's `generate_feedback` asks for it, and as Markdown
"""
