"""Checks a pack's graphs before ONNX Runtime opens them: only operators and sizes that the trainer exports are allowed.

A graph is a program, parts of which ONNX Runtime runs while it opens it. So its protobuf (onnx.proto, IR version 10) is
read here field by field. Anything that is not on a list is refused; loops, branches, functions and references to other
files are not allowed; and no number may request more memory than a few seconds of speech need. How much time and memory
a graph really takes is measured when a pack is first run, in a separate process (`engine.recognition.verify`).
"""

import math
import re
from collections.abc import Iterator
from typing import NoReturn

from desktop_app.errors import PackError

OPERATORS = frozenset(
    re.findall(
        r"\w+",
        """
        Abs Acos Add And Asin Atan Cast Ceil Clip Cos Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual
        HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or
        PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Sub Sum Tan Tanh Where Xor

        Concat Constant ConstantOfShape Expand EyeLike Flatten Gather GatherElements GatherND NonZero OneHot Pad Range
        Reshape ScatterElements ScatterND Shape Size Slice Split Squeeze Tile Transpose Trilu Unsqueeze

        ArgMax ArgMin CumSum Hardmax LogSoftmax LpNormalization MeanVarianceNormalization ReduceL1 ReduceL2 ReduceLogSum
        ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Softmax TopK

        AveragePool BatchNormalization Conv Einsum GRU Gemm GlobalAveragePool GlobalMaxPool GroupNormalization
        InstanceNormalization LSTM LayerNormalization LpPool MatMul MaxPool

        ConvInteger DequantizeLinear DynamicQuantizeLinear MatMulInteger QuantizeLinear
        """,
    )
)
"""Allowed operators of the standard set: element-wise, shapes and indices, reductions, layers, 8-bit. None of them runs
another graph, and the time of each is bounded by the sizes of its inputs."""

OPSETS = range(13, 24)

MAX_BYTES = 2**31 - 1
"""The largest size of a file; protobuf reads no larger one."""
MAX_NODES = 20_000
MAX_ARGUMENTS = 1_024
"""The most inputs, outputs or attributes of a node."""
MAX_TENSORS = 40_000
MAX_RANK = 8
MAX_NUMBER = 2**22
"""The largest integer that gives a size, index, padding or count. Two minutes of speech, the longest stretch a pack may
accept, have two million samples. Only the start and end of a slice may be any number, since a slice is never larger
than its input; the end is often the largest integer."""
MAX_ATTRIBUTE = 2**16
"""The largest integer in a node's attributes: a kernel size, a stride, an axis."""
MAX_ELEMENTS = 2**26
"""The most elements of a shape given in the graph: 256 MB of floats."""
FEW = 64
"""A constant with at most so many integers may be a shape; a longer one is a table."""

ITEM_BYTES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2}
"""Bytes of one element by TensorProto.DataType: float, (u)int8, (u)int16, int32, int64, bool, float16, double, uint32,
uint64, bfloat16."""
WHOLE = {6: 4, 7: 8}  # int32, int64
TYPED = {4: (1,), 5: (6, 2, 3, 4, 5, 9, 10, 16), 7: (7,), 10: (11,), 11: (12, 13)}
"""The fields that hold a tensor's numbers if raw_data does not, and their types."""

# the names in onnx.proto of the allowed fields; all others are refused
MODEL = {1: "ir_version", 2: "producer", 3: "producer_version", 4: "domain", 5: "model_version", 6: "doc", 7: "graph"}
MODEL |= {8: "opset_import", 14: "metadata"}
GRAPH = {1: "node", 2: "name", 5: "initializer", 10: "doc", 11: "input", 12: "output", 13: "value_info", 16: "metadata"}
NODE = {1: "input", 2: "output", 3: "name", 4: "op_type", 5: "attribute", 6: "doc", 7: "domain", 9: "metadata"}
ATTRIBUTE = {1: "name", 2: "f", 3: "i", 4: "s", 5: "t", 7: "floats", 8: "ints", 9: "strings", 13: "doc", 20: "type"}
TENSOR = {1: "dims", 2: "data_type", 4: "floats", 5: "int32s", 7: "int64s", 8: "name", 9: "raw", 10: "doubles"}
TENSOR |= {11: "uint64s", 12: "doc", 14: "location"}

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class _MalformedError(Exception):
    """The bytes are not a protobuf message of the expected kind."""


def check_graph(content: bytes, name: str) -> None:
    """Checks an ONNX file by the rules of this module.

    Args:
        content: The content of the file.
        name: Its name in the pack.

    Raises:
        PackError: Something in it is not allowed, or it is not an ONNX file.
    """
    if len(content) > MAX_BYTES:
        raise PackError(f"{name} in the pack is too large for a graph: don't use it.")
    try:
        _Checker(memoryview(content), name).check()
    except (_MalformedError, IndexError, RecursionError):
        raise PackError(f"{name} in the pack is damaged or no ONNX file: install the pack again.") from None


class _Checker:
    def __init__(self, content: memoryview, name: str) -> None:
        self._content = content
        self._name = name
        self._nodes = self._tensors = 0
        self._shapes: dict[bytes, list[int]] = {}  # constants that may be a size, by name
        self._into_slices: set[bytes] = set()
        self._elsewhere: set[bytes] = set()

    def check(self) -> None:
        graphs = 0
        opsets = []
        for field, value in _fields(self._content):
            kind = self._known(MODEL, field, "the model")
            if kind == "graph":
                graphs += 1
                self._graph(_part(value))
            elif kind == "opset_import":
                opsets.append(self._opset(_part(value)))
        if graphs != 1 or not any(opsets):
            raise _MalformedError
        for constant, numbers in self._shapes.items():
            if constant in self._elsewhere or constant not in self._into_slices:
                self._check_shape(numbers)

    def _opset(self, content: memoryview) -> bool:
        domain, version = b"", 0
        for field, value in _fields(content):
            if field == 1:
                domain = bytes(_part(value))
            elif field == 2:
                version = _number(value)
        if domain not in (b"", b"ai.onnx"):
            return False  # no node may use this operator set
        if version not in OPSETS:
            self._refuse(f"is of ONNX operator set {version}")
        return True

    def _graph(self, content: memoryview) -> None:
        for field, value in _fields(content):
            kind = self._known(GRAPH, field, "the graph")
            if kind == "node":
                self._nodes += 1
                if self._nodes > MAX_NODES:
                    self._refuse("has too many nodes")
                self._node(_part(value))
            elif kind == "initializer":
                self._tensor(_part(value), None)

    def _node(self, content: memoryview) -> None:
        inputs: list[bytes] = []
        outputs: list[bytes] = []
        attributes: list[memoryview] = []
        operator, domain = "", b""
        for field, value in _fields(content):
            kind = self._known(NODE, field, "a node")
            if kind == "input":
                inputs.append(bytes(_part(value)))
            elif kind == "output":
                outputs.append(bytes(_part(value)))
            elif kind == "attribute":
                attributes.append(_part(value))
            elif kind == "op_type":
                operator = bytes(_part(value)).decode("utf-8", "replace")
            elif kind == "domain":
                domain = bytes(_part(value))
        if operator not in OPERATORS or domain not in (b"", b"ai.onnx"):
            self._refuse(f"has the operator {operator[:40]!r}")
        if max(len(inputs), len(outputs), len(attributes)) > MAX_ARGUMENTS:
            self._refuse("has a node of too many parts")
        # a slice's first input is the data, the others give its range
        where = inputs[1:] if operator == "Slice" else []
        self._into_slices.update(where)
        self._elsewhere.update(inputs[: len(inputs) - len(where)])
        for attribute in attributes:
            self._attribute(attribute, outputs[0] if operator == "Constant" and outputs else None)

    def _attribute(self, content: memoryview, constant: bytes | None) -> None:
        """`constant`: the name of a Constant node's output; None for an attribute of another node."""
        numbers: list[int] = []
        for field, value in _fields(content):
            kind = self._known(ATTRIBUTE, field, "an attribute")
            if kind == "t":
                self._tensor(_part(value), constant or b"")
            elif kind == "i":
                numbers.append(_signed(_number(value)))
            elif kind == "ints":
                numbers += [_signed(n) for n in _numbers(value)]
        if constant is None:
            self._check_numbers(numbers, MAX_ATTRIBUTE)
        elif numbers:
            self._shapes[constant] = numbers

    def _tensor(self, content: memoryview, name: bytes | None) -> None:
        self._tensors += 1
        if self._tensors > MAX_TENSORS:
            self._refuse("has too many tensors")
        dims: list[int] = []
        kind = 0
        raw: memoryview | None = None
        typed: list[tuple[int, memoryview | int]] = []
        for field, value in _fields(content):
            what = self._known(TENSOR, field, "a tensor")
            if what == "dims":
                dims += [_signed(n) for n in _numbers(value)]
            elif what == "data_type":
                kind = _number(value)
            elif what == "name" and name is None:
                name = bytes(_part(value))
            elif what == "raw":
                raw = _part(value)
            elif what == "location" and _number(value):
                self._refuse("keeps weights in another file")
            elif field in TYPED:
                typed.append((field, value))
        if kind not in ITEM_BYTES:
            self._refuse(f"has a tensor of type {kind}")
        if len(dims) > MAX_RANK or any(not 0 <= d <= MAX_BYTES for d in dims):
            self._refuse("has a tensor of a size that it may not have")
        count = math.prod(dims)
        if count > MAX_BYTES:
            self._refuse("has a tensor of a size that it may not have")
        if raw is not None:
            if typed or len(raw) != count * ITEM_BYTES[kind]:
                raise _MalformedError
        elif any(kind not in TYPED[field] for field, _ in typed) or self._typed_count(typed, count) != count:
            raise _MalformedError
        if kind in WHOLE and count <= FEW and name is not None:
            self._shapes[name] = self._whole_numbers(kind, raw, typed)

    def _typed_count(self, typed: list[tuple[int, memoryview | int]], most: int) -> int:
        """How many numbers the typed fields hold; stops counting beyond `most`."""
        count = 0
        for field, value in typed:
            if field in (4, 10) and not isinstance(value, int):
                size = 4 if field == 4 else 8
                if len(value) % size:
                    raise _MalformedError
                count += len(value) // size
            elif isinstance(value, int):
                count += 1
            else:
                # a varint's last byte is the only one below 128
                count += sum(byte < 128 for byte in value)
            if count > most:
                raise _MalformedError
        return count

    def _whole_numbers(self, kind: int, raw: memoryview | None, typed: list[tuple[int, memoryview | int]]) -> list[int]:
        if raw is None:
            return [_signed(n) for _, value in typed for n in _numbers(value)]
        size = WHOLE[kind]
        return [int.from_bytes(raw[i : i + size], "little", signed=True) for i in range(0, len(raw), size)]

    def _check_shape(self, numbers: list[int]) -> None:
        self._check_numbers(numbers, MAX_NUMBER)
        if math.prod(n for n in numbers if n > 0) > MAX_ELEMENTS:
            self._refuse(f"asks for a shape of {'x'.join(map(str, numbers[:8]))}")

    def _check_numbers(self, numbers: list[int], most: int) -> None:
        for number in numbers:
            if abs(number) > most:
                self._refuse(f"asks for a size of {number}")

    def _known(self, fields: dict[int, str], field: int, of: str) -> str:
        kind = fields.get(field)
        if kind is None:
            if fields is TENSOR and field == 13:
                self._refuse("keeps weights in another file")
            self._refuse(f"has something in {of} (field {field})")
        return kind

    def _refuse(self, what: str) -> NoReturn:
        raise PackError(f"{self._name} in the pack {what}, which a pack may not: don't use it.")


def _fields(content: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """The fields of a protobuf message: the field's number, and its bytes or integer; fixed-size values as bytes."""
    at, end = 0, len(content)
    while at < end:
        key, at = _varint(content, at)
        field, wire = key >> 3, key & 7
        if not 0 < field < 2**29:
            raise _MalformedError
        if wire == VARINT:
            number, at = _varint(content, at)
            yield field, number
            continue
        if wire == BYTES:
            size, at = _varint(content, at)
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
        else:
            raise _MalformedError
        if size > end - at:
            raise _MalformedError
        yield field, content[at : at + size]
        at += size


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """A varint of at most ten bytes, and the offset after it; bits beyond 64 are ignored."""
    number = 0
    for shift in range(0, 70, 7):
        byte = content[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number & (2**64 - 1), at
    raise _MalformedError


def _numbers(value: memoryview | int) -> list[int]:
    """The integers of a repeated field, single or packed."""
    if isinstance(value, int):
        return [value]
    numbers, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        numbers.append(number)
        if len(numbers) > MAX_TENSORS:
            raise _MalformedError
    return numbers


def _number(value: memoryview | int) -> int:
    if not isinstance(value, int):
        raise _MalformedError
    return value


def _part(value: memoryview | int) -> memoryview:
    if isinstance(value, int):
        raise _MalformedError
    return value


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number
