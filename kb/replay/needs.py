"""What a transcript needs, prepared once outside the sandbox, kept in the cache folder, bound read-only.

Each folder of the cache is named by a hash of what it holds, made beside under a lock, renamed into place.
"""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import platform
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb import place
from kb.entry.model import Entry
from kb.entry.rules import NEEDS, is_need
from kb.replay import isolation
from kb.replay.compare import printable
from kb.replay.isolation import MEMORY, Setting


class UnpreparedError(Exception):
    """What is needed cannot be had here; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Prepared:
    setting: Setting
    versions: tuple[tuple[str, str], ...]
    """What it runs on, by name."""


@functools.lru_cache(maxsize=256)
def prepare(needs: tuple[str, ...]) -> Prepared:
    """What a shell with these needs is started with. Takes seconds to minutes the first time.

    Raises UnpreparedError for a need that is unknown or cannot be had on this machine.
    """
    unknown = [need for need in needs if not is_need(need)]
    if unknown:
        raise UnpreparedError(f"`needs` has {', '.join(unknown)}, which is not of a form: {', '.join(NEEDS)}")
    kinds: dict[str, list[str]] = {}
    for need in needs:
        kind, _, rest = need.partition(":")
        if kind.startswith("python=="):
            kind, rest = "python", kind.removeprefix("python==")
        kinds.setdefault(kind, []).append(rest)
    for name in kinds.get("apt", []):
        _apt(name)

    binds: list[tuple[str, str]] = []
    copies: list[tuple[str, str]] = []
    path: list[str] = []
    env: dict[str, str] = {}
    versions = {"bash": _version("bash", "--version")}
    if "python" in kinds or "pypi" in kinds:
        wanted = max(kinds.get("python", [""]), key=lambda version: int(version.partition(".")[2] or 0))
        interpreter = _python(wanted)
        versions["python"] = _version(interpreter, "--version")
        binds += _own_home(interpreter)
        binds.append((str(_venv(interpreter, tuple(sorted(kinds.get("pypi", []))))), "/venv"))
        path.append("/venv/bin")
    elif "debian-python" in kinds:
        versions["python"] = _version("/usr/bin/python3", "--version")
    if "npm" in kinds:
        packages = tuple(sorted(kinds["npm"]))
        modules = _node_modules(packages)
        binds.append((str(modules), "/node_modules"))
        path.append("/node_modules/.bin")
        versions["node"] = _version("node", "--version")
    if "wheels" in kinds or "sdist" in kinds:
        wheels, sources = (tuple(sorted(kinds.get(kind, []))) for kind in ("wheels", "sdist"))
        binds.append((str(_wheels(wheels, sources)), "/wheels"))
        env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if "npm-cache" in kinds:
        binds.append((str(_npm_cache(tuple(sorted(kinds["npm-cache"])))), "/npm-cache"))
        copies.append(("/npm-cache", "/home/user/.npm"))
        env |= {"npm_config_offline": "true", "npm_config_registry": _registry()}
        versions["npm"] = _version("npm", "--version")
    if "postgresql" in kinds:
        server = _postgresql()
        path.append(str(server))
        versions["postgresql"] = _version(str(server / "postgres"), "--version")
    if "redis" in kinds:
        versions["redis"] = _version(_program("redis-server", "redis-server"), "--version")
    if "rust" in kinds:
        toolchain = Path(_said([_program("rustc", "rustc"), "--print", "sysroot"]))
        versions["rust"] = _version(str(toolchain / "bin" / "rustc"), "--version")
        env["CARGO_NET_OFFLINE"] = "true"
        if not toolchain.is_relative_to("/usr"):
            binds.append((str(toolchain), "/rust"))
            path.append("/rust/bin")
        else:
            _program("cargo", "cargo")
    if "go" in kinds:
        root = Path(_said([_program("go", "golang-go"), "env", "GOROOT"]))
        versions["go"] = _version(str(root / "bin" / "go"), "version")
        env |= {"GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false"}
        if not root.is_relative_to("/usr"):
            binds.append((str(root), "/go"))
            root = Path("/go")
        path.append(str(root / "bin"))
    if "root" in kinds and os.geteuid():
        raise UnpreparedError("`root` needs two users: replay it as root")
    if "memory" in kinds and not isolation.has_cgroups():
        raise UnpreparedError("`memory` needs a cgroup: replay it as root, where /sys/fs/cgroup can be written")
    lifted = tuple(sorted({"namespaces", "ptrace"} & kinds.keys()))
    memory = min((_bytes(text) for text in kinds.get("memory", [])), default=MEMORY)
    for kind in ("pypi", "npm", "wheels", "sdist", "npm-cache"):
        for package in kinds.get(kind, []):
            name, version = re.split(r"==|(?<=.)@", package)
            versions[name] = version
    setting = Setting(tuple(binds), tuple(copies), tuple(path), env, "root" in kinds, memory, lifted)
    return Prepared(setting, tuple(sorted(versions.items())))


_TOOLS = {"cmake", "curl", "dash", "g++", "gcc", "git", "jq", "make", "node", "npm", "openssl", "sqlite3"}


def tool_versions(entry: Entry) -> tuple[tuple[str, str], ...]:
    """The versions of the system's tools that an entry's commands name, but for those that `needs` names."""
    sections = [s for s in (entry.symptom, *entry.options, entry.not_helping) if s]
    words = {w for s in sections for t in s.transcripts for c in t.commands for w in c.text.split()}
    words -= {re.split(r"(?<=.)[@=]", need.partition(":")[2])[0] for need in entry.needs}
    return tuple((tool, _version(tool, "--version")) for tool in sorted(words & _TOOLS) if shutil.which(tool))


def _bytes(text: str) -> int:
    return int(text[:-1]) << {"M": 20, "G": 30}[text[-1]]


def _said(argv: Sequence[str]) -> str:
    """Run a tool and return what it prints. Raises UnpreparedError with the end of what it said."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            check=False,
        )
    except OSError as error:
        raise UnpreparedError(f"{argv[0]}: {error.strerror}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise UnpreparedError(
            f"`{' '.join(argv)}` failed: " + " / ".join(printable(line.strip()) for line in said[-3:])
        )
    return done.stdout.decode(errors="replace").strip()


@functools.cache
def _version(*argv: str) -> str:
    found = re.search(r"(?<!\d)\d+\.\d+(\.\d+)*", _said(argv))
    return found[0] if found else "unknown"


def _program(name: str, package: str) -> str:
    """The path of a program, installed from Debian's packages where it is missing and we are root."""
    found = shutil.which(name)
    if not found:
        _apt(package)
        found = shutil.which(name)
    if not found:
        raise UnpreparedError(f"{name} is missing: apt-get install {package}")
    return found


@functools.cache
def _apt(name: str) -> None:
    """See that a Debian package is installed."""
    if not shutil.which("dpkg-query"):
        raise UnpreparedError(f"`apt:{name}` needs a Debian system: dpkg-query is missing")
    if _installed(name):
        return
    if os.geteuid():
        raise UnpreparedError(f"the Debian package {name} is missing: sudo apt-get install {name}")
    with _locked("apt"):
        if _installed(name):
            return
        try:
            _install(name)
        except UnpreparedError:
            _said(["apt-get", "update", "-qq"])
            _install(name)


def _install(name: str) -> None:
    """Raises UnpreparedError unless a package has exactly this name: apt removes `jq-`, and takes `jq.` for many."""
    named = subprocess.run(["apt-cache", "pkgnames", name], capture_output=True, text=True, check=False).stdout
    if name not in named.split():
        raise UnpreparedError(f"apt:{name}: there is no package of that name")
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    _said([*quiet, name])


def _installed(name: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status}", name]
    return "installed" in subprocess.run(query, capture_output=True, text=True, check=False).stdout.split()


def _postgresql() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not folders:
        _apt("postgresql")
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent


def _python(version: str) -> str:
    """The interpreter of a version, or the system's."""
    if not version:
        found = shutil.which("python3", path="/usr/bin:/usr/local/bin")
        if not found:
            raise UnpreparedError("the system has no Python: apt-get install python3 python3-venv")
        if subprocess.run([found, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode:
            _apt("python3-venv")
        return found
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    own = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), key=lambda p: int(p.parts[-3].split(".")[2]))
    found = str(own[-1]) if own else shutil.which(f"python{version}", path="/usr/bin:/usr/local/bin")
    if not found:
        raise UnpreparedError(
            f"Python {version} is missing: pyenv install {version}, or a package python{version}-venv"
        )
    return found


def _own_home(interpreter: str) -> list[tuple[str, str]]:
    """A Python outside /usr keeps its path inside: it finds its library by it."""
    prefix = Path(interpreter).resolve().parent.parent
    return [] if prefix.is_relative_to("/usr") else [(str(prefix), str(prefix))]


def _venv(interpreter: str, packages: tuple[str, ...]) -> Path:
    def make(folder: Path) -> None:
        if packages:
            # A copy takes a tenth of the time of a new one.
            shutil.copytree(_venv(interpreter, ()), folder, symlinks=True, dirs_exist_ok=True)
            _pip(folder / "bin" / "python", "install", "--only-binary=:all:", *packages)
        else:
            _said([interpreter, "-I", "-m", "venv", str(folder)])
        for script in (folder / "bin").iterdir():
            if script.is_file() and not script.is_symlink():
                script.write_bytes(script.read_bytes().replace(str(folder).encode(), b"/venv"))

    return _made("venv", [_version(interpreter, "--version"), str(Path(interpreter).resolve()), *packages], make)


def _pip(python: Path, command: str, *arguments: str) -> None:
    # `-I`: what PYTHONPATH and the user's folder hold would count as installed.
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check"]
    _said([str(python), "-I", "-m", "pip", command, *quiet, *arguments])


def _node_modules(packages: tuple[str, ...]) -> Path:
    npm = _program("npm", "npm")
    processor = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())

    def make(folder: Path) -> None:
        (folder / "package.json").write_text("{}")
        # `node` fetches this one by a script, and scripts of packages are not run.
        names = [
            name.replace("node@", f"node-linux-{processor}@") if name[:5] == "node@" else name for name in packages
        ]
        _said([npm, "install", "--prefix", str(folder), *_NPM, "--", *names])

    return _made("node", [_version("node", "--version"), *packages], make) / "node_modules"


_NPM = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def _wheels(packages: tuple[str, ...], sources: tuple[str, ...]) -> Path:
    interpreter = _python("")

    def make(folder: Path) -> None:
        for package in packages:  # one by one: they need not go together
            python = _venv(interpreter, ()) / "bin" / "python"
            _pip(python, "download", "--only-binary=:all:", "--dest", str(folder), package)
        for package in sources:
            _sdist(package, folder)

    contents = [_version(interpreter, "--version"), *packages, *(f"sdist:{package}" for package in sources)]
    return _made("wheels", contents, make)


def _sdist(package: str, folder: Path) -> None:
    """Fetch a source package from the index by its JSON: pip would run its `setup.py`, outside the sandbox."""
    from urllib.parse import urljoin
    from urllib.request import Request, urlopen

    name, version = package.split("==")
    file_name = f"{name}-{version}.tar.gz"
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    page = f"{index}/{re.sub('[-_.]+', '-', name).lower()}/"

    def fetched(url: str, accept: str) -> bytes:
        with urlopen(Request(url, headers={"Accept": accept}), timeout=60) as answer:  # noqa: S310 - the user's index
            return bytes(answer.read(_LARGEST))

    try:
        files = json.loads(fetched(page, "application/vnd.pypi.simple.v1+json"))["files"]
        (file,) = (f for f in files if re.sub("[-_.]+", "-", f["filename"]) == re.sub("[-_.]+", "-", file_name))
        data = fetched(urljoin(page, file["url"]), "*/*")
        if hashlib.sha256(data).hexdigest() != file["hashes"]["sha256"]:
            raise ValueError("its SHA-256 is another")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnpreparedError(
            f"{page} does not give {file_name} (JSON as of PEP 691): {printable(str(error))}"
        ) from error
    (folder / file_name).write_bytes(data)


_LARGEST = 200 << 20


def _npm_cache(packages: tuple[str, ...]) -> Path:
    npm = _program("npm", "npm")

    def make(folder: Path) -> None:
        for number, package in enumerate(packages):  # one by one: they need not go together
            project = folder / f"project{number}"
            project.mkdir()
            (project / "package.json").write_text("{}")
            into = ["--prefix", str(project), "--cache", str(folder)]
            _said([npm, "install", *into, *_NPM, "--", package])
            shutil.rmtree(project)
        shutil.rmtree(folder / "_logs", ignore_errors=True)

    return _made("npm-cache", [_version(npm, "--version"), _registry(), *packages], make)


@functools.cache
def _registry() -> str:
    return _said([_program("npm", "npm"), "config", "get", "registry"])


def _made(kind: str, contents: Sequence[str], make: Callable[[Path], None]) -> Path:
    """The folder with these contents; `make` fills it when it is not there yet."""
    text = json.dumps([platform.machine(), *contents])
    name = f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    folder = Path(place.cache_folder()) / "needs" / name
    if folder.is_dir():
        return folder
    with _locked(name):
        if folder.is_dir():
            return folder
        for stale in folder.parent.glob(f".{name}.*"):  # of a process that was killed
            shutil.rmtree(stale, ignore_errors=True)
        beside = folder.with_name(f".{name}.{secrets.token_hex(4)}")
        beside.mkdir()
        try:
            make(beside)
            beside.chmod(0o755)
            beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return folder


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    folder = Path(place.cache_folder()) / "needs"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
