"""The code that runs inside the sandbox: the zygote and a submission's session.

Nothing here is trusted once student code has run beside it, and nothing here may
import from the rest of the package, except ``wire``: inside, there is nothing else.
"""
