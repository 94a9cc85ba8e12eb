"""One notebook through the sandbox: student cells inside, test cells outside."""
