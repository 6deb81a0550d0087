"""Programs of Python that start warm, so that stories cost what their code costs and not a hundred imports of pandas.

`server` is a process that has imported the packages of the lock and nothing of this project. A program that was lent by
`script` hands it its arguments, folder, variables and streams, and it forks: the child imports the code of the checkout
that PYTHONPATH names and runs it, with the same packages, in the same folder. What is not the same as a cold start is
the start alone; those are run by the tests in end_to_end, and by everything where ARENA_COLD is set.
"""

import atexit
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

WARM = {"ringside": "ringside.cli.main", "dvc": "dvc.cli"}
"""The programs, each with the module whose `main` it runs."""

_CLIENT = """\
#!{base} -SE
import array, json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
said = json.dumps([{module!r}, {program!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
fds = array.array("i", [0, 1, 2])
head = len(said).to_bytes(8, "big")
line.sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
line.sendall(said)
code = line.recv(1)
sys.exit(code[0] if code else 137)
"""

_SERVER = """\
import array, gc, importlib, json, os, signal, socket, sys, time
for name in {packages!r}:
    importlib.import_module(name)
gc.collect()
gc.freeze()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
door = socket.socket(socket.AF_UNIX)
door.bind({address!r})
door.listen(64)
print("ready", flush=True)

def serve(line):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    door.close()
    head, sent, _, _ = line.recvmsg(8, socket.CMSG_SPACE(12))
    fds = array.array("i", sent[0][2])
    size, said = int.from_bytes(head, "big"), b""
    while len(said) < size:
        said += line.recv(size - len(said))
    module, program, words, folder, variables = json.loads(said)
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    place = os.path.dirname(program)
    sys.argv, sys.executable = [program, *words], os.path.join(place, "python")
    sys.prefix = sys.exec_prefix = os.path.dirname(place)
    sys.path[:0] = [path for path in variables.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.stdin, sys.stdout, sys.stderr = (
        open(0, "r", closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False, errors="backslashreplace")
    )
    code = 1
    try:
        code = importlib.import_module(module).main()
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                pass
        line.sendall(bytes([int(code or 0) & 255]))
        os._exit(0)

while True:
    line, _ = door.accept()
    if os.fork() == 0:
        serve(line)
    line.close()
"""

_PACKAGES = (
    "numpy",
    "pandas",
    "pandera.pandas",
    "pyarrow.parquet",
    "pydantic",
    "scipy.stats",
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "skops.io",
    "typer",
    "yaml",
    "dvc.cli",
    "dvc.cli.parser",
    "dvc.repo",
    "dvc.repo.reproduce",
)


@cache
def server() -> str:
    """The address of the process that waits; started once in each worker, and ended with it."""
    folder = tempfile.TemporaryDirectory(prefix="ringside-warm-")
    address = str(Path(folder.name) / "door")
    text = _SERVER.format(packages=_PACKAGES, address=address)
    env = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.Popen([sys.executable, "-c", text], env=env, stdout=subprocess.PIPE, text=True)

    def end() -> None:
        process.kill()
        process.wait()
        folder.cleanup()

    atexit.register(end)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", "the warm server did not start"
    process.stdout.close()
    return address


def script(name: str, place: Path) -> bytes:
    """The text of a program of `WARM`, as it lies in `place`."""
    text = _CLIENT.format(base=sys._base_executable, address=server(), module=WARM[name], program=str(place / name))
    return text.encode()
