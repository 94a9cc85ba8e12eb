"""What can go wrong with a sandbox, as exceptions."""


class SandboxError(RuntimeError):
    """Something in or around the sandbox failed."""


class SandboxUnavailable(SandboxError):
    """This machine cannot give the protection that was asked for."""


class PolicyError(SandboxError):
    """A policy asks for what does not exist."""


class SessionDied(SandboxError):
    """The submission's process is gone; its state is lost."""

    def __init__(self, reason: str, *, memory: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.memory = memory


class CallTimeout(SandboxError):
    """A call took too long and was interrupted; the session goes on living."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
