"""Pillow on the library in processes that end, fork, unshare namespaces or run in a sandbox."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

import child
import interposition
from interposition import ROOT

OPERATIONS = {
    "resize": "im.resize((999, 999))",
    "copy": "im.copy()",
    "convert": "im.convert('L')",
    "blur": "im.filter(ImageFilter.GaussianBlur(3))",
    "rotate": "im.rotate(30, expand=True)",
    "encode": "im.save(io.BytesIO(), 'PNG', compress_level=1)",
    "decode": "Image.open(io.BytesIO(jpeg)).load()",
}
"""Operations that release the GIL: with and without workers, and the wheel's codecs, which call ImagingSection."""

FEW, MANY = 3, int(os.environ.get("IMAGING_PROCESSES", "0"))
"""The number of processes that end in the middle of each operation: IMAGING_PROCESSES."""

DAEMONS = """
import io, sys, time
from threading import Thread
from PIL import Image, ImageFilter
im = Image.effect_noise((1500, 1000), 50).convert("RGB")
im.save(stream := io.BytesIO(), "JPEG"); jpeg = stream.getvalue()
def work():
    while True:
        {call}
for _ in range({threads}): Thread(target=work, daemon=True).start()
time.sleep({delay})
"""


def pythons() -> dict[str, Path]:
    """Returns this interpreter and the others of this machine."""
    found = {f"3.{sys.version_info.minor}": Path(sys.executable)}
    versions = sorted(Path(os.environ.get("PYENV_ROOT", "/nowhere")).glob("versions/3.*/bin/python"))
    for minor in range(11, 15):
        name = f"3.{minor}"
        other = next((path for path in versions if path.parts[-3].startswith(name + ".")), which(f"python{name}"))
        if other:
            found.setdefault(name, Path(other))
    return found


@pytest.fixture(scope="session", params=[f"3.{minor}" for minor in range(11, 15)])
def python(request) -> Path:
    """An interpreter with the tested Pillow."""
    interpreter = pythons().get(request.param)
    if interpreter is None:
        pytest.skip(f"there is no Python {request.param} here")
    if interpreter == Path(sys.executable):
        return interpreter
    requirements = ROOT / "target" / "pythons" / "requirements.txt"
    requirements.parent.mkdir(parents=True, exist_ok=True)
    # Several workers of pytest may run this at the same time.
    with open(requirements.parent / f"{request.param}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return environment_of(interpreter, requirements.parent / request.param, requirements)


def environment_of(interpreter: Path, venv: Path, requirements: Path) -> Path:
    """Makes a virtual environment, and returns its interpreter."""
    pinned = (ROOT / "tests" / "python" / "requirements.txt").read_text().splitlines()
    requirements.write_text("\n".join(line for line in pinned if line.startswith("pillow==")) + "\n")
    subprocess.run(
        [ROOT / "scripts" / "python-env.sh", venv, requirements],
        env=os.environ | {"PYTHON": str(interpreter)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return venv / "bin" / "python"


def run(python: Path, code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), "-c", code],
        env=interposition.environment(interposed=True, **env),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_interpreter_ends_while_daemon_threads_work(python, operation):
    """CPython ends them when they take the GIL; their stacks are not unwound through the library."""
    for number in range(max(FEW, MANY)):
        threads = (1, 2, 5)[number % 3]
        code = DAEMONS.format(call=OPERATIONS[operation], threads=threads, delay=0.05 + 0.01 * (number % 7))
        ended = run(python, code, IMAGING_NUM_THREADS=str(threads))
        assert (ended.returncode, ended.stderr) == (0, ""), f"{operation}, {threads} threads"


WORK = """
im = Image.effect_noise((1500, 1000), 50).convert("RGB")
def work(): return im.resize((900, 900)).rotate(10).filter(ImageFilter.GaussianBlur(2)).convert("L")
"""


def test_threads_are_gone_after_use(python):
    """Unsharing a user namespace needs a process of one thread: idle workers end, and a fork ends them at once."""
    ended = run(
        python,
        f"""
import os, time, warnings
warnings.simplefilter("error")
from PIL import Image, ImageFilter
{WORK}
threads = lambda: len(os.listdir("/proc/self/task"))
most = 0
for _ in range(20):
    work(); most = max(most, threads())
    child = os.fork()  # a warning where there are several threads, from Python 3.12 on
    if child == 0:
        work(); os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert threads() == 1
print(most)
work()
time.sleep(1)
assert threads() == 1
if hasattr(os, "unshare"):
    try: os.unshare(os.CLONE_NEWUSER)
    except PermissionError: pass
""",
        IMAGING_NUM_THREADS="4",
    )
    assert (ended.returncode, ended.stderr, int(ended.stdout or 0) > 1) == (0, "", True)


SECCOMP = '''
import ctypes, platform, struct

def refuse(calls, action):
    """Installs a seccomp filter with an action for these system calls."""
    load = [(0x20, 0, 0, 0)]  # the number of the call
    jumps = [(0x15, len(calls) - i, 0, number) for i, number in enumerate(calls)]
    code = load + jumps + [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, action)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
    header = ctypes.create_string_buffer(struct.pack("HP", len(code), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, header, 0, 0) == 0

KILL, NOT_PERMITTED, NO_SUCH_CALL = 0x80000000, 0x00050001, 0x00050026
'''

CALLS = {
    "sched_yield": 24, "madvise": 28, "prctl": 157, "setrlimit": 160, "sched_setaffinity": 203, "sched_getaffinity": 204,
    "ioprio_set": 251, "setpriority": 141, "sched_setparam": 142, "sched_setscheduler": 144, "getcpu": 309,
    "sched_setattr": 314, "membarrier": 324, "prlimit64": 302, "set_mempolicy": 238, "mbind": 237, "move_pages": 279,
    "migrate_pages": 256, "openat": 257, "open": 2, "stat": 4, "newfstatat": 262, "readlink": 89, "readlinkat": 267,
    "getrandom": 318, "gettid": 186, "tgkill": 234, "rt_sigaction": 13, "ioctl": 16, "sysinfo": 99, "uname": 63,
}  # fmt: skip
"""The numbers of system calls on x86-64."""

RESOURCES = "ioprio_set mbind migrate_pages move_pages prlimit64 sched_setaffinity sched_setattr sched_setparam \
sched_setscheduler set_mempolicy setpriority setrlimit"
"""The system calls that systemd's `SystemCallFilter=~@resources` forbids."""

SANDBOXES = {
    "resources": (RESOURCES, "KILL"),
    "scheduling": ("sched_yield getcpu membarrier", "KILL"),
    "processes": ("prctl gettid tgkill rt_sigaction ioctl sysinfo uname getrandom", "KILL"),
    "files": ("openat open stat newfstatat readlink readlinkat", "KILL"),
    "affinity": ("sched_getaffinity", "NOT_PERMITTED"),
    "madvise": ("madvise", "NOT_PERMITTED"),
    "everything, politely": (" ".join(CALLS), "NO_SUCH_CALL"),
}


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
@pytest.mark.parametrize("threads", ["1", "3", ""])
@pytest.mark.parametrize("sandbox", SANDBOXES)
def test_sandboxes(sandbox, threads):
    """The library's system calls are those for memory, threads and locks, which sandboxes allow."""
    names, action = SANDBOXES[sandbox]
    numbers = [CALLS[name] for name in names.split()]
    env = {"IMAGING_NUM_THREADS": threads} if threads else {}
    output = child.run(
        f"""
interposition.require(True)
# Imports that Python would otherwise perform later.
from PIL import Image, ImageColor, ImageFile, ImageFilter, ImagePalette
import os
{SECCOMP}
{WORK}
refuse({numbers}, {action})
work()
for _ in range(200): Image.merge("RGB", im.split())
im.convert("HSV").split(); im.transpose(Image.Transpose.ROTATE_90); im.reduce(3); Image.merge("RGB", im.split())
im.convert("P"); im.crop((5, 5, 900, 900)).tobytes(); Image.new("RGBA", (3000, 2000), "red")
os.write(1, b"done")
os._exit(0)
""",
        interposed=True,
        **env,
    )
    assert output == "done"


def test_without_proc_and_sys():
    """The library needs neither."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom PIL import Image, ImageFilter\n{WORK}\nwork()"
    inner = 'mount -t tmpfs none /proc && mount -t tmpfs none /sys && exec "$0" -c "$1"'
    ended = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", inner, sys.executable, code],
        env=interposition.environment(interposed=True),
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "unshare:" in ended.stderr or "mount:" in ended.stderr:
        pytest.skip(ended.stderr.strip())
    assert (ended.returncode, ended.stderr) == (0, "")


def test_affinity_is_respected():
    """A program that sets its affinity to one processor before its first call gets one thread."""
    output = child.run(
        """
        import os
        library = load()
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(ctypes.CDLL(str(interposition.library_path())).ImagingGetNumThreads())
        """
    )
    assert output == "1\n"
