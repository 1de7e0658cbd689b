"""The faults that can be put into a module: one small change of one expression or statement each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

LARGE = 16
"""From here on a whole number is a tuned size, and one more or less is no fault: it is doubled or halved."""

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
EXCHANGED = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
    "argmin": "argmax",
    "argmax": "argmin",
    "floor": "ceil",
    "ceil": "floor",
    "mean": "sum",
    "append": "extend",
    "lower": "upper",
    "startswith": "endswith",
    "endswith": "startswith",
}
NOTHING_TO_NOTICE = ("log", "logging", "warnings")
"""What is called on these tells nobody but a log."""


NOT_TRIED = ("dtype", "strict", "encoding", "copy", "ignore_errors", "name", "daemon", "exist_ok", "thread_name_prefix")
"""Keywords that are there for the reader, the type checker, another system or a bug elsewhere."""


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        line, last_line: Of the statement's part that changes, counted from 1.
        what: The change, for a person: "old  ->  new".
        text: The whole module with it.
    """

    line: int
    last_line: int
    what: str
    text: str


def mutants(text: str) -> list[Mutant]:
    """Every mutant of a module's text, in the order of its lines."""
    lines = text.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    whole = text.encode()
    found = []
    seen = {whole}
    for node, new in _changes(ast.parse(text)):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        mutated = whole[:begin] + new.encode() + whole[end:]
        if mutated in seen:
            continue
        seen.add(mutated)
        old = " ".join(whole[begin:end].decode().split())
        found.append(Mutant(node.lineno, node.end_lineno or 0, f"{old}  ->  {new}", mutated.decode()))
    return sorted(found, key=lambda m: m.line)


Place = ast.expr | ast.stmt


def _changes(tree: ast.Module) -> Iterator[tuple[Place, str]]:
    """(what is replaced, by what text)."""
    for node in _changeable(tree):
        if isinstance(node, ast.stmt):
            yield from ((node, new) for new in _of_statement(node))
        elif isinstance(node, ast.expr):
            yield from ((node, new) for new in _of_expression(node))
        if isinstance(node, ast.If | ast.While | ast.IfExp) and not _has_opposite(node.test):
            yield node.test, f"(not ({ast.unparse(node.test)}))"
        if isinstance(node, ast.comprehension):
            for condition in node.ifs:
                yield condition, "True"
                if not _has_opposite(condition):
                    yield condition, f"(not ({ast.unparse(condition)}))"


def _has_opposite(test: ast.expr) -> bool:
    """Whether its opposite is among the changes of the expression itself."""
    return (isinstance(test, ast.Compare) and len(test.ops) == 1) or (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    )


def _changeable(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something: no annotations, messages, docstrings or log lines, nothing for type checkers."""
    for name, field in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for child in field if isinstance(field, list) else [field]:
            if not isinstance(child, ast.AST) or _is_idle(child):
                continue
            yield child
            yield from _changeable(child)


def _is_idle(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.keyword) and node.arg in NOT_TRIED:
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("__"):
        return True
    if isinstance(node, ast.Assign) and _is_type(node.value):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).split(".")[0] in NOTHING_TO_NOTICE
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("cast", "TypeVar", "logging.getLogger")


def _is_type(value: ast.expr) -> bool:
    """Whether a name is given to a type: Floats = npt.NDArray[np.float32]."""
    text = ast.unparse(value)
    return text.startswith(("npt.NDArray", "NDArray", "Callable[", "Mapping[", "Sequence[", "Literal[")) or (
        isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr) and text.replace(" | ", "").isidentifier()
    )


def _of_statement(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield "return None"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield "pass"
        case ast.AugAssign(target=target, op=op, value=value):
            if type(op) in COMPUTED:
                changed = ast.AugAssign(target, COMPUTED[type(op)](), value)
                yield ast.unparse(ast.fix_missing_locations(changed))
            yield f"{ast.unparse(target)} = {ast.unparse(value)}"
        case ast.Break():
            yield "continue"
        case ast.Continue():
            yield "break"


def _of_expression(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for i, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield _bracketed(ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], comparators))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in COMPUTED and not (_is_text(left, right)):
            yield _bracketed(ast.BinOp(left, COMPUTED[type(op)](), right))
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert(), operand=operand):
            yield _bracketed(operand)
        case ast.BoolOp(op=op, values=values):
            yield _bracketed(ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value)):
            yield from (str(value + 1), str(value - 1)) if value < LARGE else (str(2 * value), str(value // 2))
        case ast.Constant(value=float(value)):
            yield from (repr(10 * value), repr(value / 10)) if value else ("1.0",)
        case ast.Call(func=func, args=args, keywords=keywords):
            name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
            if name in EXCHANGED:
                other = EXCHANGED[name]
                new = ast.Attribute(func.value, other) if isinstance(func, ast.Attribute) else ast.Name(other)
                yield ast.unparse(ast.Call(new, args, keywords))
            for i, keyword in enumerate(keywords):
                if keyword.arg is not None and keyword.arg not in NOT_TRIED:
                    yield ast.unparse(ast.Call(func, args, [*keywords[:i], *keywords[i + 1 :]]))
        case ast.Slice(lower=lower, upper=upper, step=step) if node.lineno:
            if lower is not None:
                yield ast.unparse(ast.Slice(None, upper, step))
            if upper is not None:
                yield ast.unparse(ast.Slice(lower, None, step))


def _bracketed(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def _is_text(*nodes: ast.expr) -> bool:
    """Whether one is a string or a list: no arithmetic."""
    texts = ast.JoinedStr | ast.List | ast.Tuple
    return any(isinstance(n, texts) or (isinstance(n, ast.Constant) and isinstance(n.value, str)) for n in nodes)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
