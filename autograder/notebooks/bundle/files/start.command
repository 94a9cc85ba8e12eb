#!/bin/sh
# macOS: a double click sets the course up and opens it.
here=$(cd "$(dirname "$0")" && pwd)
for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" "$here/start.py" "$@"
    fi
done
echo "start: no Python 3.11 or newer was found: install it, then start again" >&2
exit 2
