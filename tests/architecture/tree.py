"""The source tree as the architecture tests see it: rooms, modules, and what is wrong with one of them."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("contracts", "api_client", "chassis", "services", "gateway", "portal", "openrecp")
FILES_OF_A_SERVICE = frozenset(
    "__init__ app api schemas domain models queries notices use_cases reactions projections".split()  # noqa: SIM905
) | {"timers", "loops", "imports", "pack"}
SPLIT_BY_AGGREGATE = frozenset({"api", "domain", "queries", "schemas"})
NO_NAMES_OF_FILES = frozenset({"service", "utils", "util", "helpers", "helper", "common", "misc", "base", "repository"})
ASKING = frozenset(
    "datetime.now datetime.utcnow date.today uuid.uuid4 uuid4 uuid7 new_id open print input".split()  # noqa: SIM905
)
LINES_OF_A_MODULE = 400
LINES_OF_A_FUNCTION = 40
DERIVED = frozenset({Path("api_client/models.py"), Path("api_client/operations.py")})
"""Written from the OpenAPI document, and as long as that."""


@dataclass(frozen=True)
class Module:
    """A module: where it stands, and what is written there."""

    path: Path
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    @property
    def imported(self) -> set[str]:
        """The modules it imports, wherever in it."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                found |= {node.module}
        return found


def services(root: Path) -> list[Path]:
    """The folder of every service."""
    return sorted(path for path in (root / "services").iterdir() if path.is_dir() and path.name != "__pycache__")


def modules(root: Path, *rooms: str) -> Iterator[Module]:
    """Every module of these rooms (of all, if none is named), without generated migrations."""
    for room in rooms or ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if "versions" not in path.parts:
                yield Module(path.relative_to(root), path.read_text(encoding="utf-8"))


def unknown_files(service: Path) -> Iterator[str]:
    """Files of a service that its flat folder does not know, and those it cannot do without."""
    for needed in ("app.py", "models.py", "migrations/versions"):
        if not (service / needed).exists():
            yield f"{service.name}/{needed} is missing"
    for path in sorted(service.iterdir()):
        if path.name == "__pycache__" or (path.is_dir() and path.name == "migrations"):
            continue
        known = path.stem in (SPLIT_BY_AGGREGATE if path.is_dir() else FILES_OF_A_SERVICE)
        if not known or path.suffix not in ("", ".py"):
            yield f"{service.name}/{path.name} is no file of a service"


def forbidden_names(module: Module) -> Iterator[str]:
    """Names that say nothing: of files, and of classes."""
    path = module.path
    if path.stem in NO_NAMES_OF_FILES and (path.parts[0], path.stem) != ("chassis", "service"):
        yield f"{path}: a file of that name collects what has no place"
    for node in module.nodes:
        if isinstance(node, ast.ClassDef) and re.search("(Manager|Helper|Processor|Impl)$|^_*Base[A-Z]", node.name):
            yield f"{path}: {node.name} does not say what it is"


def too_long(module: Module) -> Iterator[str]:
    """Modules and functions that should be cut."""
    lines = len(module.text.splitlines())
    if lines >= LINES_OF_A_MODULE and module.path not in DERIVED:
        yield f"{module.path}: {lines} lines"
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length >= LINES_OF_A_FUNCTION:
                yield f"{module.path}: {node.name} has {length} lines"


def swallowed(module: Module) -> Iterator[str]:
    """Failures of any kind that are caught and told to nobody; `suppress(Exception)` needs its reason beside it."""
    lines = module.text.splitlines()
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and all(map(_does_nothing, node.body)):
            yield f"{module.path}:{node.lineno}: a failure is swallowed"
        if _suppresses_all(node) and "#" not in lines[getattr(node, "lineno", 1) - 1]:
            yield f"{module.path}:{getattr(node, 'lineno', 1)}: a failure is swallowed without a reason"


def _suppresses_all(node: ast.AST) -> bool:
    is_suppress = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress")
    return is_suppress and any(map(_catches_all, getattr(node, "args", ())))


def _catches_all(kind: ast.expr | None) -> bool:
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(each is None or ast.unparse(each) in ("Exception", "BaseException") for each in names)


def _does_nothing(statement: ast.stmt) -> bool:
    is_words = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_words or isinstance(statement, ast.Pass | ast.Continue)


def beyond_its_arguments(module: Module) -> Iterator[str]:
    """Calls by which a rule would learn more than it was told: the time, a random id, a file."""
    for node in module.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ASKING:
            yield f"{module.path}:{node.lineno}: a rule asks {ast.unparse(node.func)}"


def strangers(module: Module) -> Iterator[str]:
    """Packages that the contracts may not stand on: everything but themselves, pydantic and Python's own."""
    for name in sorted(module.imported):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "contracts", "pydantic"}:
            yield f"{module.path}: {name}"


def talkative(module: Module) -> Iterator[str]:
    """A module whose docstring is not one line."""
    words = ast.get_docstring(ast.parse(module.text), clean=False)
    if words is None or "\n" in words.strip():
        yield f"{module.path}: say in one line what it is"
