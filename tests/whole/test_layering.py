"""Who may lean on whom, who may commit, and how large a thing may grow."""

import ast
import sys

import pytest

from tests.whole.source import ROOT, Source, sources

# What a module may import from the house, by the longest prefix of its name; a module
# always may import its own package. Anything from outside is settled below.
MAY_IMPORT = {
    "app.values": (),
    "app.errors": (),
    "app.clock": (),
    "app.types": (),
    "app.extensions": (),
    "app.models": ("app.extensions", "app.types", "app.values"),
    "app.transactions": ("app.extensions",),
    "app.database": ("app.transactions",),
    "app.services": (
        "app.models",
        "app.transactions",
        "app.errors",
        "app.values",
        "app.clock",
        "app.extensions",
        "app.services",
    ),
    "app.views": (
        "app.services",
        "app.models",
        "app.errors",
        "app.values",
        "app.clock",
        "app.extensions",
        "app.views",
    ),
    # Roles are written when they are synced; nowhere else does a view write.
    "app.views.admin.roles": ("app.transactions", "app.models"),
    "app.jobs": ("app.services", "app.models", "app.errors", "app.values", "app.clock"),
    "app.cli": (
        "app.services",
        "app.models",
        "app.errors",
        "app.values",
        "app.clock",
        "app.extensions",
        "app.jobs",
        "app.cli",
        "app.views.admin.roles",
    ),
    "app.serve": ("app.create_app", "app.services", "app.errors", "app.extensions"),
    "app": ("app.cli", "app.database", "app.views", "app.extensions", "app.services"),
}
PURE = ("app.values", "app.errors", "app.clock")
# What belongs to one request stays in the views.
OF_A_REQUEST = {
    "flask.request",
    "flask.session",
    "flask.g",
    "flask.flash",
    "flask.redirect",
    "flask.url_for",
    "flask.abort",
}
LIMITS = {
    "file": 300,
    "models.py": 1600,
    "values.py": 400,
    "function": 40,
    "model": 80,
    "template": 120,
}

every_source = pytest.mark.parametrize("source", sources(), ids=lambda each: each.name)


def rule_for(module: str) -> tuple[str, tuple[str, ...]]:
    prefix = module
    while prefix not in MAY_IMPORT:
        prefix = prefix.rpartition(".")[0]
    return prefix, MAY_IMPORT[prefix]


def within(name: str, allowed: str) -> bool:
    return name == allowed or name.startswith(allowed + ".")


def house_imports(source: Source) -> list[tuple[int, str]]:
    """What a file imports from the house; `from app import clock` is `app.clock`."""
    return [(line, name) for line, name in source.imports() if within(name, "app")]


@every_source
def test_a_module_leans_only_on_those_below_it(source):
    _, allowed = rule_for(source.module)
    wrong = [
        f"{source.name}:{line} imports {name}"
        for line, name in house_imports(source)
        if not any(within(name, each) for each in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("module", PURE)
def test_the_pure_modules_need_the_standard_library_only(module):
    (source,) = (each for each in sources() if each.module == module)
    outside = [
        name
        for _, name in source.imports()
        if name.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert outside == []


@every_source
def test_a_rule_knows_nothing_of_the_request(source):
    if not within(source.module, "app.services"):
        return
    wrong = [
        f"{source.name}:{line} imports {name}"
        for line, name in source.imports()
        if name in OF_A_REQUEST or within(name, "flask_appbuilder")
    ]
    assert wrong == []


def test_services_do_not_lean_on_each_other_in_a_circle():
    graph = {
        source.module: {
            target
            for _, name in house_imports(source)
            for target in (name, name.rpartition(".")[0])
            if target != source.module
        }
        for source in sources("app/services")
    }
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module in done or module not in graph:
            return
        for target in sorted(graph[module] - {"app.services"}):
            # A package gathers its own modules; they may import their siblings.
            if target in graph and not within(module, target):
                walk(target, (*path, module))
        done.add(module)

    for module in graph:
        walk(module, ())


@every_source
def test_one_function_commits(source):
    if source.module == "app.transactions":
        return
    wrong = [
        f"{source.name}:{node.lineno} calls {node.func.attr}()"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]
    assert wrong == []


# Health asks whether the database is there; the back office is generated from it.
MAY_HOLD_THE_DATABASE = ("app.views.health", "app.views.admin")


@every_source
def test_views_send_no_mail_and_hold_no_database(source):
    if not within(source.module, "app.views"):
        return
    may_hold = any(within(source.module, each) for each in MAY_HOLD_THE_DATABASE)
    wrong = [
        f"{source.name}:{line} imports {name}"
        for line, name in source.imports()
        if within(name, "flask_mail")
        or name == "app.extensions.mail"
        or (name == "app.extensions.db" and not may_hold)
    ]
    assert wrong == []


@every_source
def test_the_environment_is_read_in_one_place(source):
    # create_app hands the environment to config.read; the launcher sets up children.
    if source.module in ("app", "app.serve"):
        return
    wrong = [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv", "environb")
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert wrong == []
    assert not any(name.startswith("os.environ") for _, name in source.imports())


@every_source
def test_only_the_clock_reads_the_clock(source):
    if source.module == "app.clock":
        return
    wrong = [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "utcnow", "today")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date")
    ]
    assert wrong == []


@every_source
def test_a_file_and_its_functions_stay_small(source):
    limit = LIMITS.get(source.path.name, LIMITS["file"])
    wrong = []
    lines = len(source.text.splitlines())
    if lines > limit:
        wrong.append(f"{source.name}: {lines} lines, at most {limit}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            wrong += too_long(source, node, LIMITS["function"])
        if isinstance(node, ast.ClassDef) and source.module == "app.models":
            wrong += too_long(source, node, LIMITS["model"])
    assert wrong == []


def too_long(source: Source, node: ast.stmt, limit: int) -> list[str]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines <= limit:
        return []
    return [f"{source.name}:{node.lineno} has {lines} lines, at most {limit}"]


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "app" / "templates").rglob("*.*")),
    ids=lambda path: path.relative_to(ROOT / "app" / "templates").as_posix(),
)
def test_a_template_stays_small(path):
    assert len(path.read_text().splitlines()) <= LIMITS["template"]


@every_source
def test_every_function_is_typed(source):
    wrong = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        own = [*node.args.args, *node.args.kwonlyargs]
        bare = [each.arg for each in own if each.annotation is None]
        bare = [name for name in bare if name not in ("self", "cls")]
        if bare or (node.returns is None and node.name != "__init__"):
            wrong.append(f"{source.name}:{node.lineno} {node.name} {bare}")
    assert wrong == []


VAGUE = {"utils", "util", "helpers", "helper", "manager", "handler", "data", "common"}


@every_source
def test_a_module_is_named_for_its_subject(source):
    assert not VAGUE & set(source.path.stem.split("_"))


@every_source
def test_a_module_says_in_a_sentence_what_it_is(source):
    assert ast.get_docstring(source.tree), f"{source.name} has no docstring"


@pytest.mark.parametrize("source", sources("app/services"), ids=lambda each: each.name)
def test_every_public_function_of_a_service_states_its_rule(source):
    wrong = [
        f"{source.name}:{node.lineno} {node.name}"
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert wrong == []
