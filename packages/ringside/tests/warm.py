"""Programs of Python that start warm, so that tests cost what their code costs and not a thousand imports of pandas.

A process waits that has imported the packages of the lock and nothing of this project, whose files it has compiled (a
file of the very same bytes is not compiled again). A program that `lend` put somewhere hands it its arguments, folder,
variables and streams, and it forks: the child imports the code of the checkout that PYTHONPATH names and runs it, with
the same packages, in the same folder. What is not the same as a cold start is the start alone, and how a signal
arrives: a program that is killed takes its child with it, which cannot say a word. Whatever tests these starts cold,
as `end_to_end` does, or all do by ARENA_COLD.
"""

import atexit
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_WARM = {"ringside": "ringside.cli.main", "dvc": "dvc.cli"}
"""The programs, each with the module whose `main` it runs."""

_AT_START = re.compile(r"PYTHON(?!PATH$)\w+|OMP_\w+|LC_\w+|LANG|ARENA_COLD")
"""Variables that Python, OpenMP or the C library reads when a process starts, and not again."""

_CLIENT = """\
#!{base} -SE
import array, json, os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
said = json.dumps([{module!r}, {program!r}, {prefix!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
fds = array.array("i", [0, 1, 2])
head = len(said).to_bytes(8, "big")
line.sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
line.sendall(said)
code = line.recv(1)
sys.exit(code[0] if code else 137)
"""

_PYTHON = """\
#!{base} -SE
import os, sys
words = sys.argv[1:]
if words[:2] == ["-m", "dvc"]:
    os.execv({dvc!r}, ["dvc", *words[2:]])
os.execv({python!r}, [{python!r}, *words])
"""
"""What `sys.executable` is in such a program."""

_SERVER = """\
import _imp, array, gc, importlib, json, os, signal, socket, sys, threading, time
from importlib._bootstrap_external import SourceLoader
for name in {packages!r}:
    importlib.import_module(name)
compiled, compiles = dict(), SourceLoader.source_to_code
for path in {sources!r}:
    with open(path, "rb") as file:
        text = file.read()
    compiled[text] = compile(text, path, "exec", dont_inherit=True)

def source_to_code(self, data, path, **options):
    if (code := compiled.get(bytes(data))) is None:
        return compiles(self, data, path, **options)
    _imp._fix_co_filename(code, path)
    return code

SourceLoader.source_to_code = source_to_code
gc.collect()
gc.freeze()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
door = socket.socket(socket.AF_UNIX)
door.bind({address!r})
door.listen(64)
print("ready", flush=True)

def follow(line):
    # Whoever asked is gone.
    if not line.recv(1):
        os.kill(os.getpid(), signal.SIGKILL)

def serve(line):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    door.close()
    head, sent, _, _ = line.recvmsg(8, socket.CMSG_SPACE(12))
    fds = array.array("i", sent[0][2])
    size, said = int.from_bytes(head, "big"), b""
    while len(said) < size:
        said += line.recv(size - len(said))
    module, program, prefix, words, folder, variables = json.loads(said)
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    sys.argv, sys.executable = [program, *words], os.path.join(os.path.dirname(program), "python-warm")
    sys.prefix = sys.exec_prefix = prefix
    sys.path[:] = filter(None, [*variables.get("PYTHONPATH", "").split(os.pathsep), *sys.path])
    sys.stdin, sys.stdout, sys.stderr = (
        open(0, "r", closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False, errors="backslashreplace")
    )
    threading.Thread(target=follow, args=[line], daemon=True).start()
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
def _server() -> str:
    """The address of the process that waits; started once in each worker, and ended with it."""
    folder = tempfile.TemporaryDirectory(prefix="ringside-warm-")
    address = str(Path(folder.name) / "door")
    sources = [str(path) for path in (Path(__file__).resolve().parents[1] / "src").rglob("*.py")]
    text = _SERVER.format(packages=_PACKAGES, sources=sources, address=address)
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


def lend(place: Path, python: Path, prefix: Path) -> None:
    """Put the programs into a folder.

    Args:
        place: the folder.
        python: what runs whatever is no warm program.
        prefix: the environment that the programs are in.
    """
    base = sys._base_executable
    texts = {
        name: _CLIENT.format(base=base, address=_server(), module=module, program=str(place / name), prefix=str(prefix))
        for name, module in _WARM.items()
    }
    texts["python-warm"] = _PYTHON.format(base=base, dvc=str(place / "dvc"), python=str(python))
    for name, text in texts.items():
        # Never through a link, whose end is a program of this environment.
        (place / name).unlink(missing_ok=True)
        (place / name).write_text(text, encoding="utf-8")
        (place / name).chmod(0o755)


def is_cold(variables: Mapping[str, str]) -> bool:
    """Whether variables that somebody sets want a process of its own."""
    return "ARENA_COLD" in os.environ or any(_AT_START.fullmatch(name) for name in variables)


@cache
def folder() -> Path:
    """Where the programs of this interpreter's environment lie, warm."""
    made = tempfile.TemporaryDirectory(prefix="ringside-warm-bin-")
    atexit.register(made.cleanup)
    place = Path(made.name)
    lend(place, Path(sys.executable), Path(sys.prefix))
    return place
