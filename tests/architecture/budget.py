"""The rules of the house that import-linter has no word for, read off the syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_LINES = 40
FILE_LINES = 300
KERNEL_DECORATORS = {"compiled", "jit", "njit", "guvectorize", "vectorize"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A Python file: where it stands in the project, and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def functions(self) -> Iterator[tuple[ast.AST, Function]]:
        """Each function, methods and nested ones too, with the node that holds it."""
        for holder in ast.walk(self.tree):
            for child in ast.iter_child_nodes(holder):
                if isinstance(child, Function):
                    yield holder, child


def sources(*folders: str) -> list[Source]:
    """The Python files below these folders, without those that Django writes."""
    found = [
        Source(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    assert found, f"nothing to judge in {folders}"
    return found


def is_kernel(source: Source, function: Function) -> bool:
    """Numeric kernels may run long: a call costs what the kernel is there to save."""
    decorators = (ast.unparse(each).partition("(")[0] for each in function.decorator_list)
    names = {decorator.rpartition(".")[2] for decorator in decorators}
    return source.path.startswith("xsell/engine/") and bool(names & KERNEL_DECORATORS)


def long_functions(source: Source) -> Iterator[str]:
    for _, function in source.functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES and not is_kernel(source, function):
            yield f"{source.path}:{function.lineno} {function.name}: {lines} lines"


def long_files(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield f"{source.path}: {lines} lines"


def unannotated_returns(source: Source) -> Iterator[str]:
    for _, function in source.functions():
        if function.returns is None:
            yield f"{source.path}:{function.lineno} {function.name}"


def deferred_imports(source: Source) -> Iterator[str]:
    """Imports of xsell inside a function, spelt as a statement or by name."""
    package = source.path.partition("/")[0]
    for holder, function in source.functions():
        if is_app_ready(holder, function):
            continue
        for node in ast.walk(function):
            if any(is_own(name, package) for name in imported_names(node)):
                yield f"{source.path}:{node.lineno} in {function.name}"


def is_app_ready(holder: ast.AST, function: Function) -> bool:
    """Django completes its registry of models only when it calls this method."""
    return (
        function.name == "ready"
        and isinstance(holder, ast.ClassDef)
        and any(ast.unparse(base).endswith("AppConfig") for base in holder.bases)
    )


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
        ("import_module", "import_string", "__import__")
    ):
        return [arg.value for arg in node.args[:1] if is_text(arg)]
    return []


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_own(name: str, package: str) -> bool:
    return name.startswith(".") or name.partition(".")[0] == package
