"""A pack's graphs are checked before they are opened: only what the trainer writes is accepted."""

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from desktop_app import paths
from desktop_app.engine.pack import graph
from desktop_app.engine.pack.format import Pack
from desktop_app.engine.pack.graph import check_graph
from desktop_app.errors import PackError

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def whole(values: Any, name: str) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def model(nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto] | None = None, **more: Any) -> bytes:
    """A model from x [n] to y [...]."""
    x, y = (helper.make_tensor_value_info(name, FLOAT, None) for name in "xy")
    made = helper.make_model(
        helper.make_graph(nodes, "g", [x], [y], constants or []),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        **more,
    )
    content: bytes = made.SerializeToString()
    return content


def refusal(content: bytes) -> str:
    with pytest.raises(PackError) as error:
        check_graph(content, "encoder.onnx")
    return str(error.value)


def said_of(content: bytes) -> str:
    """Nothing, if it is let in."""
    try:
        check_graph(content, "encoder.onnx")
    except PackError as error:
        return str(error)
    return ""


def branch() -> onnx.GraphProto:
    return helper.make_graph(
        [helper.make_node("Identity", ["x"], ["z"])], "b", [], [helper.make_tensor_value_info("z", FLOAT, None)]
    )


def test_what_the_trainer_writes_is_let_in(tiny_pack: Pack) -> None:
    for folder in (paths.default_pack(), tiny_pack.root):
        for name in ("encoder.onnx", "head.onnx"):
            check_graph((folder / name).read_bytes(), name)


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("If", ["c"], ["y"], then_branch=branch(), else_branch=branch()),
        helper.make_node("Loop", ["n", "", "x"], ["y"], body=branch()),
        helper.make_node("Scan", ["x"], ["y"], body=branch(), num_scan_inputs=1),
        helper.make_node("Add", ["x", "x"], ["y"], body=branch()),  # where a graph has no business
        helper.make_node("RandomNormal", [], ["y"], shape=[1]),
        helper.make_node("Add", ["x", "x"], ["y"], domain="com.microsoft"),
        helper.make_node("Something\u202eElse", ["x"], ["y"]),
    ],
)
def test_an_operator_that_is_not_listed_is_refused(node: onnx.NodeProto) -> None:
    assert "which a pack may not: don't use it" in refusal(model([node]))


def test_functions_and_graphs_to_train_with_are_refused() -> None:
    function = helper.make_function("d", "f", ["x"], ["y"], [], [helper.make_opsetid("", 17)])
    assert "the model" in refusal(model([], functions=[function]))
    made = onnx.load_from_string(model([]))
    made.training_info.add()
    assert "the model" in refusal(made.SerializeToString())


def test_sparse_tensors_and_text_are_refused() -> None:
    made = onnx.load_from_string(model([]))
    made.graph.sparse_initializer.add()
    assert "the graph" in refusal(made.SerializeToString())
    assert "in a tensor" in refusal(model([], [helper.make_tensor("t", TensorProto.STRING, [1], [b"x"])]))


@pytest.mark.parametrize("size", [2**31, 2**40, -(2**40), 2**63 - 1])
@pytest.mark.parametrize("how", ["initializer", "typed", "constant", "value_ints", "attribute"])
def test_a_number_that_asks_for_memory_is_refused(size: int, how: str) -> None:
    node = helper.make_node("Pad", ["x", "pads"], ["y"])
    constants, nodes = [], [node]
    if how == "initializer":
        constants = [whole([size, 0], "pads")]
    elif how == "typed":
        constants = [helper.make_tensor("pads", INT64, [2], [size, 0])]
    elif how == "constant":
        nodes = [helper.make_node("Constant", [], ["pads"], value=whole([size, 0], "")), node]
    elif how == "value_ints":
        nodes = [helper.make_node("Constant", [], ["pads"], value_ints=[size, 0]), node]
    else:
        nodes = [helper.make_node("Conv", ["x", "w"], ["y"], pads=[size, 0])]
    assert f"asks for a size of {size}" in refusal(model(nodes, constants))


def test_a_shape_is_the_product_of_its_numbers() -> None:
    node = helper.make_node("ConstantOfShape", ["shape"], ["y"])
    check_graph(model([node], [whole([2**13, 2**13], "shape")]), "encoder.onnx")
    assert "asks for a shape of 8192x8192x2" in refusal(model([node], [whole([2**13, 2**13, 2], "shape")]))


def test_only_a_slice_may_go_to_the_end() -> None:
    end = whole([2**63 - 1], "end")
    cut = helper.make_node("Slice", ["x", "zero", "end"], ["y"])
    check_graph(model([cut], [whole([0], "zero"), end]), "encoder.onnx")
    elsewhere = helper.make_node("Expand", ["x", "end"], ["z"])
    assert "asks for a size" in refusal(model([cut, elsewhere], [whole([0], "zero"), end]))


def test_a_tensor_is_as_long_as_it_says() -> None:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "t")
    tensor.dims[0] = 2**20
    assert "damaged" in refusal(model([], [tensor]))
    tensor.dims[:] = [2**31, 2**31]
    assert "of a size that it may not have" in refusal(model([], [tensor]))
    typed = helper.make_tensor("t", FLOAT, [3], [1.0, 2.0, 3.0])
    check_graph(model([], [typed]), "encoder.onnx")
    typed.dims[0] = 4
    assert "damaged" in refusal(model([], [typed]))


def test_a_later_or_unknown_set_of_operators_is_refused() -> None:
    made = onnx.load_from_string(model([]))
    made.opset_import[0].version = 99
    assert "operator set 99" in refusal(made.SerializeToString())


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xff" * 40, b"\x3a\xff\xff\xff\xff\x0f", b"\x0b\x0c", b"<html>", b"\x3a\x02\x08\x01"]
)
def test_a_file_that_is_not_a_graph_is_a_clear_error(content: bytes) -> None:
    assert "encoder.onnx in the pack" in refusal(content)


def field(number: int, value: bytes | int) -> bytes:
    """A field of a protobuf message: bytes, or an integer below 128."""
    return varint(number << 3 | 2 * isinstance(value, bytes)) + (
        varint(len(value)) + value if isinstance(value, bytes) else bytes([value])
    )


def varint(number: int) -> bytes:
    return bytes([number & 127 | 128]) + varint(number >> 7) if number > 127 else bytes([number])


OPSET = field(8, field(2, 17))
PLACES = {
    # where the fields of onnx.proto stand that a pack may use: their numbers, and the model around such a field
    "the model": ({1, 2, 3, 4, 5, 6, 7, 8, 14}, lambda one: field(7, b"") + OPSET + one),
    "the graph": ({1, 2, 5, 10, 11, 12, 13, 16}, lambda one: field(7, one) + OPSET),
    "a node": ({1, 2, 3, 4, 5, 6, 7, 9}, lambda one: field(7, field(1, field(4, b"Abs") + one)) + OPSET),
    "an attribute": (
        {1, 2, 3, 4, 5, 7, 8, 9, 13, 20},
        lambda one: field(7, field(1, field(4, b"Abs") + field(5, one))) + OPSET,
    ),
    "a tensor": ({1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 14}, lambda one: field(7, field(5, field(2, 1) + one)) + OPSET),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_other_field_than_those_of_a_plain_graph_is_let_in(place: str) -> None:
    allowed, around = PLACES[place]
    for number in range(1, 32):
        content = around(field(number, b""))
        if number in allowed:  # let in, or wrong in itself: an empty domain is no number
            assert f"in {place} (field" not in said_of(content), number
        elif (place, number) == ("a tensor", 13):
            assert "keeps weights in another file" in refusal(content)
        else:
            assert f"has something in {place} (field {number})" in refusal(content)


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16])
def test_numbers_of_each_kind_are_counted_however_they_are_written(kind: int) -> None:
    size = np.dtype(helper.tensor_dtype_to_np_dtype(kind)).itemsize
    raw = onnx.TensorProto(dims=[3], data_type=kind, raw_data=bytes(3 * size), name="t")
    typed = helper.make_tensor("t", kind, [3], [1, 0, 1])
    for tensor in (raw, typed):
        check_graph(model([], [tensor]), "encoder.onnx")
        for dims in ([2], [4], [3, 2]):
            tensor.dims[:] = dims
            assert "damaged" in refusal(model([], [tensor]))
        tensor.dims[:] = [3]
        tensor.data_type = TensorProto.COMPLEX64
        assert "has a tensor of type 14" in refusal(model([], [tensor]))
    other = onnx.TensorProto(dims=[3], data_type=7 if kind == 1 else 1, name="t")
    for name in ("float_data", "int32_data", "int64_data", "double_data", "uint64_data"):
        getattr(other, name).extend(getattr(typed, name))
    assert "damaged" in refusal(model([], [other])), "numbers of another kind than the tensor's"


def test_a_graph_is_as_large_as_it_may_be() -> None:
    """Each of the limits, and one more."""
    node, tensor = field(1, field(4, b"Abs")), field(5, field(1, 0) + field(2, 1))

    def graph(content: bytes) -> bytes:
        return field(7, content) + OPSET

    def pad(numbers: list[int]) -> bytes:
        return model([helper.make_node("Pad", ["x", "pads"], ["y"])], [whole(numbers, "pads")])

    def strided(stride: int) -> bytes:
        return model([helper.make_node("Conv", ["x", "w"], ["y"], strides=[stride])])

    def ranked(rank: int) -> bytes:
        return model([], [numpy_helper.from_array(np.zeros((1,) * rank, np.float32), "t")])

    def wide(part: int, n: int) -> bytes:
        return graph(field(1, field(4, b"Abs") + field(part, b"") * n))

    for most, more, sentence in (
        (graph(node * 20_000), graph(node * 20_001), "too many nodes"),
        (graph(tensor * 40_000), graph(tensor * 40_001), "too many tensors"),
        (wide(1, 1_024), wide(1, 1_025), "a node of too many parts"),
        (wide(2, 1_024), wide(2, 1_025), "a node of too many parts"),
        (wide(5, 1_024), wide(5, 1_025), "a node of too many parts"),
        (pad([2**22]), pad([2**22 + 1]), "asks for a size of 4194305"),
        (pad([-(2**22)]), pad([-(2**22) - 1]), "asks for a size of -4194305"),
        (strided(2**16), strided(2**16 + 1), "asks for a size of 65537"),
        (pad([2**23] * 65), pad([2**23] * 64), "asks for a size of 8388608"),  # longer: a table, and no shape
        (ranked(8), ranked(9), "of a size that it may not have"),
    ):
        check_graph(most, "encoder.onnx")
        assert sentence in refusal(more)


@pytest.mark.parametrize("version", [12, 13, 23, 24])
def test_the_sets_of_operators_are_those_that_were_looked_through(version: int) -> None:
    content = field(7, b"") + field(8, field(1, b"ai.onnx") + field(2, version))
    if version in (13, 23):
        check_graph(content, "encoder.onnx")
    else:
        assert f"is of ONNX operator set {version}" in refusal(content)
    assert "damaged" in refusal(field(7, b"") + field(8, field(1, b"com.microsoft") + field(2, 17)))
    assert "damaged" in refusal(field(7, b"") * 2 + OPSET)


def test_cut_or_changed_bytes_never_cause_more_than_a_clear_error(tiny_pack: Pack) -> None:
    content = (tiny_pack.root / "head.onnx").read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(3_000):
        changed = bytearray(content[: rng.integers(1, len(content) + 1)] if rng.random() < 0.3 else content)
        for _ in range(int(rng.integers(1, 5))):
            changed[rng.integers(len(changed))] = rng.integers(256)
        try:
            check_graph(bytes(changed), "head.onnx")
        except PackError:
            continue


@pytest.mark.parametrize(
    ("content", "number", "end"),
    [
        (b"\x00", 0, 1),
        (b"\x7f", 127, 1),
        (b"\x80\x01", 128, 2),
        (b"\xac\x02", 300, 2),  # the example of protobuf's documentation
        (b"\x80\x00", 0, 2),  # longer than it need be
        (b"\xff" * 9 + b"\x01", 2**64 - 1, 10),
        (b"\xff" * 9 + b"\x7f", 2**64 - 1, 10),  # bits beyond 64 are nobody's
        (b"\x80" * 9 + b"\x02", 0, 10),
    ],
)
def test_numbers_are_read_as_protobuf_writes_them(content: bytes, number: int, end: int) -> None:
    assert graph._varint(memoryview(content), 0) == (number, end)
    assert graph._varint(memoryview(b"x" + content + b"x"), 1) == (number, end + 1)
    with pytest.raises(IndexError):
        graph._varint(memoryview(content[:-1]), 0)


def test_a_number_has_ten_bytes_at_most() -> None:
    with pytest.raises(graph._MalformedError):
        graph._varint(memoryview(b"\x80" * 10 + b"\x01"), 0)


def test_numbers_above_the_half_are_below_nothing() -> None:
    for number, signed in ((0, 0), (2**63 - 1, 2**63 - 1), (2**63, -(2**63)), (2**64 - 1, -1)):
        assert graph._signed(number) == signed


def test_forty_thousand_numbers_may_be_packed_together() -> None:
    assert graph._numbers(memoryview(b"\x01\x80\x01")) == [1, 128]
    assert graph._numbers(7) == [7]
    assert len(graph._numbers(memoryview(bytes(40_000)))) == 40_000
    with pytest.raises(graph._MalformedError):
        graph._numbers(memoryview(bytes(40_001)))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"\x08\x96\x01", [(1, 150)]),  # the examples of protobuf's documentation
        (b"\x12\x07testing", [(2, b"testing")]),
        (b"\x12\x00\x08\x01", [(2, b""), (1, 1)]),
        (b"\x0d\x01\x02\x03\x04", [(1, b"\x01\x02\x03\x04")]),
        (b"\x09\x01\x02\x03\x04\x05\x06\x07\x08", [(1, b"\x01\x02\x03\x04\x05\x06\x07\x08")]),
        (varint((2**29 - 1) << 3) + b"\x05", [(2**29 - 1, 5)]),
        (varint(2**29 << 3) + b"\x05", None),
        (b"\x00\x05", None),
        (b"\x12\x08testing", None),
        (b"\x0d\x01\x02\x03", None),
        (b"\x09\x01\x02\x03\x04\x05\x06\x07", None),
        *((bytes([1 << 3 | wire]) + bytes(9), None) for wire in (3, 4, 6, 7)),
    ],
)
def test_fields_are_read_as_protobuf_writes_them(content: bytes, found: list[tuple[int, Any]] | None) -> None:
    def read() -> list[tuple[int, Any]]:
        return [(n, one if isinstance(one, int) else bytes(one)) for n, one in graph._fields(memoryview(content))]

    if found is None:
        with pytest.raises(graph._MalformedError):
            read()
    else:
        assert read() == found


@pytest.mark.parametrize(
    ("dims", "says"),
    [
        ([], "damaged"),  # one number, which is not there
        ([0], ""),
        ([2**31 - 1, 0], ""),
        ([2**31, 0], "of a size that it may not have"),
        ([-1, 0], "of a size that it may not have"),
        ([2**31 - 1], "damaged"),
        ([2**16, 2**15], "of a size that it may not have"),
        ([0] * 8, ""),
        ([0] * 9, "of a size that it may not have"),
    ],
)
def test_how_large_a_tensor_may_say_that_it_is(dims: list[int], says: str) -> None:
    said = said_of(model([], [onnx.TensorProto(dims=dims, data_type=FLOAT, name="t")]))
    assert says in said
    assert bool(said) == bool(says)


@pytest.mark.parametrize(
    ("field_number", "numbers", "dims", "taken"),
    [
        (4, bytes(12), 3, True),
        (4, bytes(13), 3, False),
        (4, bytes(8), 3, False),
        (4, bytes(16), 3, False),
        (7, b"\x01\x80\x01\x02", 3, True),
        (7, b"\x01\x02", 3, False),
        (7, b"\x01\x02\x03\x04", 3, False),
        (10, bytes(24), 3, True),
        (10, bytes(12), 3, False),
        (10, bytes(28), 3, False),
    ],
)
def test_packed_numbers_are_counted(field_number: int, numbers: bytes, dims: int, taken: bool) -> None:
    kind = {4: 1, 7: 7, 10: 11}[field_number]
    tensor = field(1, dims) + field(2, kind) + field(8, b"t") + field(field_number, numbers)
    said = said_of(field(7, field(5, tensor)) + OPSET)
    assert ("damaged" in said) == (not taken)
    both = said_of(field(7, field(5, tensor + field(9, bytes(12)))) + OPSET)
    assert "damaged" in both, "raw as well as typed"


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ([2**14, 2**12], ""),
        ([2**14, 0, 2**13], "asks for a shape of 16384x0x8192"),
        ([-1, 2**14, 2**13], "asks for a shape of -1x16384x8192"),
        ([2**14, -1, 1], ""),
        ([8] * 9, "asks for a shape of 8x8x8x8x8x8x8x8,"),
        ([2**22], ""),
        ([2**22 + 1], "asks for a size of 4194305"),
    ],
)
def test_of_a_shape_the_known_sizes_count(shape: list[int], says: str) -> None:
    node = helper.make_node("Reshape", ["x", "shape"], ["y"])
    inside = [helper.make_node("Constant", [], ["shape"], value_ints=shape), node]
    for content in (model([node], [whole(shape, "shape")]), model(inside)):
        said = said_of(content)
        assert says in said
        assert bool(said) == bool(says)


def test_an_operators_name_is_told_as_far_as_40_letters() -> None:
    assert f"has the operator {'x' * 40!r}, which" in refusal(model([helper.make_node("x" * 50, ["x"], ["y"])]))


def test_the_data_of_a_slice_may_not_be_any_number() -> None:
    """Only where it begins and ends: the first input, or another node's, is held to the bounds."""
    many = whole([2**40], "many")
    good = helper.make_node("Slice", ["x", "many", "many", "many", "many"], ["y"])
    assert said_of(model([good], [many])) == ""
    assert "asks for a size" in said_of(model([helper.make_node("Slice", ["many", "x", "x"], ["y"])], [many]))
    assert "asks for a size" in said_of(model([good, helper.make_node("Slice", ["many", "x"], ["z"])], [many]))
    assert "asks for a size" in said_of(model([], [many])), "of no node either"
