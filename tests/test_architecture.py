"""The house rules as tests: what may stand where, so that they are more than good intentions."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from trialport.core.config import Settings

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "trialport"
SLICES = (
    "insight",
    "invitations",
    "matching",
    "inquiries",
    "sponsors",
    "units",
    "terms",
    "vocabulary",
    "notifications",
    "accounts",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef

# Whoever reads the clock hands the time on; these are the edges where a request, a job or a command begins.
CLOCKS = {
    "src/trialport/accounts/guards.py": "who calls is asked before the request's own transaction",
    "src/trialport/core/db.py": "a transaction's `now`",
    "src/trialport/core/health.py": "a door without a transaction of its own",
    "src/trialport/core/jobs/lease.py": "the lease of a job is taken before its transaction",
}
# The embedded server makes its databases; that is the server's business, not a slice's.
SERVER_SQL = {"src/trialport/core/servers/postgres.py"}
# The gate asks who calls before the request's own transaction is opened.
OPENERS = {"src/trialport/accounts/guards.py"}
SQL = re.compile(
    r"^\s*(select\s|with\s+\w+\s+as\s*\(|insert\s+into\s|update\s+\w+(\s+\w+)?\s+set\s|delete\s+from\s)",
    re.IGNORECASE,
)
RUNS_SQL = {"fetch", "fetchrow", "fetchval", "fetchmany", "execute", "executemany", "cursor", "prepare"}


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders or ("src", "workers") for path in (ROOT / folder).rglob("*.py"))


def slice_sources() -> list[Path]:
    return [path for name in SLICES for path in sorted((PACKAGE / name).rglob("*.py"))]


def shelves() -> list[Path]:
    return [path for path in sources("src") if path.name.endswith("queries.py")]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


@cache
def calls(path: Path) -> list[tuple[ast.Call, str]]:
    """Return each call with its dotted name."""
    return [(node, ast.unparse(node.func)) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def docstrings(path: Path) -> set[int]:
    owners = (node for node in ast.walk(tree(path)) if isinstance(node, Function | ast.ClassDef | ast.Module))
    return {
        id(first.value)
        for node in owners
        if node.body and isinstance(first := node.body[0], ast.Expr) and isinstance(first.value, ast.Constant)
    }


@cache
def texts(path: Path) -> list[ast.Constant]:
    """Return each string that is no docstring."""
    spoken = docstrings(path)
    nodes = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Constant))
    return [node for node in nodes if isinstance(node.value, str) and id(node) not in spoken]


def code_lines(function: Function) -> int:
    """Count the lines of a body without its docstring and without the lines of SQL or other long text."""
    body = function.body[1:] if ast.get_docstring(function) and len(function.body) > 1 else function.body
    long_text = {
        line
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno))
    }
    return len(set(range(body[0].lineno, (function.end_lineno or 0) + 1)) - long_text)


def project_files() -> list[Path]:
    """Return every file that is, or is about to be, in version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith(".")]
    return [path for path in found if path.is_file()]


def test_imports_go_down_the_list_only() -> None:
    # A process of its own: the program switches off every logger that exists, and other tests read logs.
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_layers_are_those_of_the_house() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["id"] == "layers")
    names = [layer.strip("()").removeprefix("trialport.") for layer in layers[1:]]
    assert names == [*SLICES, "core"]
    built = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert built <= {*SLICES, "core", "demo"}, "a new package needs its place in the list"


def test_arq_is_behind_one_adapter() -> None:
    importing = {
        name_of(path)
        for path in sources()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "arq")
        or (isinstance(node, ast.Import) and any(one.name.split(".")[0] == "arq" for one in node.names))
    }
    elsewhere = {name for name in importing if not name.startswith("workers/")}
    assert elsewhere == {"src/trialport/core/jobs/doorbell.py"}


def test_sql_stands_on_the_shelves_only() -> None:
    stray = [
        f"{name_of(path)}:{text.lineno}"
        for path in sources()
        if path not in shelves() and name_of(path) not in SERVER_SQL
        for text in texts(path)
        if SQL.match(str(text.value))
    ]
    assert stray == []


def test_statements_are_constants_with_parameters() -> None:
    """The first argument of whatever runs SQL is a plain string, never one put together."""
    built = [
        f"{name_of(path)}:{call.lineno}"
        for path in shelves()
        for call, name in calls(path)
        if name.rpartition(".")[2] in RUNS_SQL and not isinstance(call.args[0], ast.Constant)
    ]
    assert built == []


def test_one_query_is_one_statement() -> None:
    several = [
        f"{name_of(path)}:{function.name}"
        for path in shelves()
        for function in functions(path)
        if sum(
            isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in RUNS_SQL
            for node in ast.walk(function)
        )
        > 1
    ]
    assert several == []


def test_queries_are_named_by_what_they_do() -> None:
    verbs = ("select_", "insert_", "update_", "upsert_", "count_", "claim_", "delete_", "lock_", "_")
    odd = [
        f"{name_of(path)}:{function.name}"
        for path in shelves()
        for function in functions(path)
        if not function.name.startswith(verbs)
    ]
    assert odd == []


def test_columns_are_named() -> None:
    stars = [
        f"{name_of(path)}:{text.lineno}"
        for path in shelves()
        for text in texts(path)
        if re.search(r"(select|,|returning)\s+(\w+\.)?\*", str(text.value), re.IGNORECASE)
    ]
    assert stars == []


def test_one_slice_writes_each_table() -> None:
    writers: dict[str, set[str]] = defaultdict(set)
    written = re.compile(r"\b(?:insert\s+into|delete\s+from|update)\s+(\w+)", re.IGNORECASE)
    tables = set(re.findall(r"create table (\w+)", "".join(p.read_text() for p in ROOT.glob("migrations/*.sql"))))
    for path in shelves():
        room = path.relative_to(PACKAGE).parts[0]
        if room == "demo":  # Loads the demonstration into an empty database.
            continue
        for text in texts(path):
            for table in written.findall(str(text.value)):
                writers[table].add(room)
    doubled = {table: rooms for table, rooms in writers.items() if table in tables and len(rooms) > 1}
    assert doubled == {}
    assert len(writers.keys() & tables) > 10


def test_the_edge_opens_and_commits() -> None:
    opening = [
        f"{name_of(path)}:{call.lineno} {name}"
        for path in slice_sources()
        if name_of(path) not in OPENERS
        for call, name in calls(path)
        if name.rpartition(".")[2] in ("transaction", "acquire", "commit", "rollback", "create_pool", "open_pool")
    ]
    assert opening == []


def test_nothing_below_the_door_reads_the_clock() -> None:
    read = re.compile(r"(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
    below = [*slice_sources(), *(PACKAGE / "core").glob("*.py"), *(PACKAGE / "core" / "jobs").glob("*.py")]
    reading = {name_of(path) for path in below for _, name in calls(path) if read.search(name)}
    assert reading == CLOCKS.keys()


def test_statements_take_the_time_as_a_parameter() -> None:
    clock = re.compile(r"\b(now\s*\(|current_(date|timestamp|time)\b|clock_timestamp|localtimestamp)", re.IGNORECASE)
    reading = [
        f"{name_of(path)}:{text.lineno}" for path in shelves() for text in texts(path) if clock.search(str(text.value))
    ]
    assert reading == []


def test_no_time_is_without_its_zone() -> None:
    naive = [
        f"{name_of(path)}:{call.lineno}"
        for path in sources("src", "workers", "tests", "bench")
        for call, name in calls(path)
        if name.endswith(("datetime.utcnow", "datetime.utcfromtimestamp", "datetime.today"))
        or (name.endswith(("datetime.now", "datetime.fromtimestamp")) and not (call.args[-1:] or call.keywords))
        or (name in ("datetime", "datetime.datetime") and "tzinfo" not in {one.arg for one in call.keywords})
    ]
    columns = [
        f"{path.name}: {line.strip()}"
        for path in ROOT.glob("migrations/*.sql")
        for line in path.read_text().splitlines()
        if re.search(r"\btimestamp\b(?!tz)", line)
    ]
    assert (naive, columns) == ([], [])


def test_names_say_what_a_thing_is() -> None:
    empty = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?)(_|$)")
    modules = [name_of(path) for path in sources() if any(empty.search(p) for p in (*path.parent.parts, path.stem))]
    classes = [
        f"{name_of(path)}:{node.name}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Util|Helper|Manager)s?$", node.name)
    ]
    verbs = [
        f"{name_of(path)}:{function.name}"
        for path in slice_sources()
        for function in functions(path)
        if re.match(r"_?(process|handle|manage)_", function.name)
    ]
    assert (modules, classes, verbs) == ([], [], [])


def test_modules_are_short() -> None:
    lengths = {
        name_of(path): len(path.read_text().splitlines()) for path in sources("src", "workers", "tests", "bench")
    }
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_functions_are_short() -> None:
    long = {
        f"{name_of(path)}:{function.name}": lines
        for path in sources()
        for function in functions(path)
        if (lines := code_lines(function)) > 40
    }
    assert long == {}


def test_jobs_are_short() -> None:
    lengths = {one.name: code_lines(one) for one in functions(ROOT / "workers" / "jobs.py")}
    assert len(lengths) >= 3
    assert {name: lines for name, lines in lengths.items() if lines > 15} == {}


def test_the_readme_lists_every_setting() -> None:
    """The table in README.md names each setting with its meaning and its default, in the order of the struct."""
    rows = re.findall(
        r"^\| `(TRIALPORT_\w+)` +\| +(\S.*?) +\| `?(.*?)`? *\|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    fields = msgspec.structs.fields(Settings)
    assert [name for name, _, _ in rows] == [f"TRIALPORT_{field.name.upper()}" for field in fields]
    told = [default for _, _, default in rows]
    wanted = ["needed" if field.required else field.default for field in fields]
    read = [
        value if default == "needed" else msgspec.convert(value, type(default), strict=False)
        for value, default in zip(told, wanted, strict=True)
    ]
    assert read == wanted


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b|NotImplemented[E]rror")
    unfinished = [
        f"{name_of(path)}:{number}"
        for path in project_files()
        if path.suffix in (".py", ".sql", ".toml", ".yaml", ".yml", ".md", ".sh")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert unfinished == []


def test_no_file_names_a_registry_or_this_machine() -> None:
    """Package addresses and folders of the machine at hand differ elsewhere, so no file may hold one."""
    registry = re.compile(
        r"https?://[\w.@:-]*(pypi|pythonhosted|npmjs|artifactory|nexus|registry)[\w.-]*", re.IGNORECASE
    )
    here = re.compile(r"(?<![\w/.-])(" + re.escape(str(ROOT)) + r"|/home/[a-z]|/Users/[A-Za-z])")
    found = [
        f"{name_of(path)}:{number}"
        for path in project_files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if registry.search(line) or here.search(line)
    ]
    assert found == []
