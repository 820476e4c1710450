"""MediaPipe's face mesh with attention, as the npm package @mediapipe/face_mesh 0.4 carries it, made into models/face-mesh.onnx.

    npm pack @mediapipe/face_mesh@0.4.1657299874 && tar xzf mediapipe-face_mesh-*.tgz
    python face/convert_mesh.py package/face_mesh_solution_packed_assets.data

Beside the mesh's own 468 points it looks again, in its own features, at lips and eyes, which gives 10 points of the irises.
Its three custom operators are written out: the rectangle around a region's points, turned with it; that rectangle cut out of the
features; and points of the rectangle put back. In: picture [1, 192, 192, 3] in 0..1. Out: landmarks [478, 3] in pixels of that
picture (the irises with the depth of their eyes' corners), face [1], which is positive for a face.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import tflite
from flatbuffers import flexbuffers
from onnx import TensorProto, helper, numpy_helper

MODEL_BYTES = 2_495_952  # the first file in the package's archive
OUT = Path(__file__).parents[2] / "face-mesh.onnx"
MESH_POINTS, IRIS_POINTS = 468, 5
OPSET = 17
BUILTIN = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}
TYPES = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.INT32: np.int32}


class Converter:
    """One TFLite graph (channels last) to ONNX nodes (channels first)."""

    def __init__(self, model: bytes):
        self.model = tflite.Model.GetRootAsModel(model, 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.halves: dict[int, int] = {}  # tensor -> the half precision constant that it is
        self.regions: list[list[int]] = []

    def name(self, tensor: int) -> str:
        return f"t{tensor}"

    def shape(self, tensor: int) -> list[int]:
        return [int(side) for side in self.graph.Tensors(tensor).ShapeAsNumpy()]

    def values(self, tensor: int) -> np.ndarray:
        tensor = self.halves.get(tensor, tensor)
        data = self.model.Buffers(self.graph.Tensors(tensor).Buffer()).DataAsNumpy()
        return np.frombuffer(data.tobytes(), TYPES[self.graph.Tensors(tensor).Type()]).reshape(self.shape(tensor))

    def add(self, kind: str, inputs: list[str], output: str | None = None, **attributes) -> str:
        output = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, values) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.asarray(values), name)
        return name

    def weights(self, values: np.ndarray) -> str:
        """Kept in half precision, as they came; the runtime folds the cast away."""
        half = np.ascontiguousarray(values, np.float16)
        return self.add("Cast", [self.constant(half)], to=TensorProto.FLOAT)

    def convert(self) -> None:
        for index in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(index)
            code = self.model.OperatorCodes(operator.OpcodeIndex())
            kind = BUILTIN[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            kind = code.CustomCode().decode() if kind == "CUSTOM" else kind
            getattr(self, f"do_{kind.lower()}")(operator, list(operator.InputsAsNumpy()), self.name(operator.Outputs(0)))

    def options(self, operator, kind):
        options = kind()
        options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
        return options

    def do_dequantize(self, operator, inputs, _output):
        self.halves[operator.Outputs(0)] = inputs[0]

    def convolve(self, inputs, output, options, weights, groups):
        self.add(
            "Conv",
            [self.name(inputs[0]), self.weights(weights), self.weights(self.values(inputs[2]))],
            output,
            group=groups,
            strides=[options.StrideH(), options.StrideW()],
            kernel_shape=list(weights.shape[2:]),
            auto_pad="SAME_UPPER" if options.Padding() == tflite.Padding.SAME else "VALID",
        )

    def do_conv_2d(self, operator, inputs, output):
        weights = self.values(inputs[1]).transpose(0, 3, 1, 2)
        self.convolve(inputs, output, self.options(operator, tflite.Conv2DOptions), weights, 1)

    def do_depthwise_conv_2d(self, operator, inputs, output):
        weights = self.values(inputs[1]).transpose(3, 0, 1, 2)
        self.convolve(inputs, output, self.options(operator, tflite.DepthwiseConv2DOptions), weights, weights.shape[0])

    def do_prelu(self, _operator, inputs, output):
        slopes = self.values(inputs[1]).reshape(-1, 1, 1)
        self.add("PRelu", [self.name(inputs[0]), self.weights(slopes)], output)

    def do_add(self, _operator, inputs, output):
        self.add("Add", [self.name(tensor) for tensor in inputs], output)

    def do_max_pool_2d(self, operator, inputs, output):
        options = self.options(operator, tflite.Pool2DOptions)
        kernel, strides = [options.FilterHeight(), options.FilterWidth()], [options.StrideH(), options.StrideW()]
        self.add("MaxPool", [self.name(inputs[0])], output, kernel_shape=kernel, strides=strides, auto_pad="VALID")

    def do_pad(self, _operator, inputs, output):
        pads = self.values(inputs[1])[[0, 3, 1, 2]]
        amounts = np.concatenate([pads[:, 0], pads[:, 1]]).astype(np.int64)
        self.add("Pad", [self.name(inputs[0]), self.constant(amounts)], output)

    def do_reshape(self, operator, inputs, output):
        shape = np.array(self.shape(operator.Outputs(0)), np.int64)
        self.add("Reshape", [self.name(inputs[0]), self.constant(shape)], output)

    def do_strided_slice(self, _operator, inputs, output):
        self.add("Identity", [self.name(inputs[0])], output)

    def do_mul(self, _operator, inputs, output):
        self.add("Mul", [self.name(inputs[0]), self.constant(self.values(inputs[1]).astype(np.float32))], output)

    def do_landmarks2transformmatrix(self, operator, inputs, output):
        """[1, 4, 4]: places in the cut-out (0..16) to places in the features; only its first two rows, columns x, y, 1 count."""
        options = flexbuffers.Loads(bytes(operator.CustomOptionsAsNumpy()))
        points = self.add("Slice", [self.name(inputs[0]), *map(self.constant, ([0], [2], [2]))])
        points = self.add("Squeeze", [points, self.constant([0])])
        pick = lambda index: self.add("Gather", [points, self.constant(np.int64(index))])
        way = self.add("Sub", [pick(options["right_rotation_idx"]), pick(options["left_rotation_idx"])])
        length = self.add("ReduceL2", [way], keepdims=1)
        along = self.add("Div", [way, length])  # cosine and sine of the region's turn
        swap = self.add("Gather", [along, self.constant(np.array([1, 0], np.int64))])
        across = self.add("Mul", [swap, self.constant(np.array([-1, 1], np.float32))])
        axes = self.add("Concat", [self.add("Unsqueeze", [axis, self.constant([0])]) for axis in (along, across)], axis=0)
        region = self.add("Gather", [points, self.constant(np.array(options["subset_idxs"], np.int64))])
        turned = self.add("MatMul", [region, self.add("Transpose", [axes], perm=[1, 0])])
        most, least = (self.add(kind, [turned], axes=[0], keepdims=1) for kind in ("ReduceMax", "ReduceMin"))
        half = self.constant(np.float32(0.5))
        middle = self.add("MatMul", [self.add("Mul", [self.add("Add", [most, least]), half]), axes])
        size = np.array([options["output_width"], options["output_height"]], np.float32)
        grow = np.array([options["scale_x"], options["scale_y"]], np.float32) / size
        scale = self.add("Mul", [self.add("Sub", [most, least]), self.constant(grow)])
        scaled = self.add("Mul", [self.add("Transpose", [axes], perm=[1, 0]), scale])  # [2, 2]
        corner = self.add("MatMul", [self.constant(-size[None] / 2), self.add("Transpose", [scaled], perm=[1, 0])])
        shift = self.add("Transpose", [self.add("Add", [middle, corner])], perm=[1, 0])
        nothing = self.constant(np.zeros((2, 1), np.float32))
        rows = self.add("Concat", [scaled, nothing, shift], axis=1)
        whole = self.add("Concat", [rows, self.constant(np.eye(4, dtype=np.float32)[2:])], axis=0)
        self.add("Unsqueeze", [whole, self.constant([0])], output)
        self.regions.append(list(options["subset_idxs"]))

    def places(self, points: str, matrix: str) -> str:
        """[n, 2] points through a [1, 4, 4] matrix."""
        square = self.add("Squeeze", [matrix, self.constant([0])])
        turn = self.add("Slice", [square, *map(self.constant, ([0, 0], [2, 2], [0, 1]))])
        shift = self.add("Slice", [square, *map(self.constant, ([0, 3], [2, 4], [0, 1]))])
        transposed = [self.add("Transpose", [part], perm=[1, 0]) for part in (turn, shift)]
        return self.add("Add", [self.add("MatMul", [points, transposed[0]]), transposed[1]])

    def do_transformtensorbilinear(self, operator, inputs, output):
        height, width = self.shape(operator.Outputs(0))[1:3]
        _, rows, columns, _ = self.shape(inputs[0])
        y, x = np.mgrid[:height, :width].astype(np.float32) + 0.5
        found = self.places(self.constant(np.stack([x, y], -1).reshape(-1, 2)), self.name(inputs[1]))
        grid = self.add("Mul", [found, self.constant(np.array([2 / columns, 2 / rows], np.float32))])
        grid = self.add("Sub", [grid, self.constant(np.float32(1))])
        grid = self.add("Reshape", [grid, self.constant(np.array([1, height, width, 2], np.int64))])
        self.add("GridSample", [self.name(inputs[0]), grid], output, mode="bilinear", padding_mode="zeros", align_corners=0)

    def do_transformlandmarks(self, operator, inputs, output):
        flat = self.add("Squeeze", [self.name(inputs[0]), self.constant([0])])
        self.add("Unsqueeze", [self.places(flat, self.name(inputs[1])), self.constant([0])], output)


def convert(model: bytes) -> onnx.ModelProto:
    converter = Converter(model)
    add, constant, name = converter.add, converter.constant, converter.name
    picture = converter.graph.Inputs(0)
    add("Transpose", ["picture"], name(picture), perm=[0, 3, 1, 2])
    converter.convert()
    mesh, lips, left_eye, right_eye, left_iris, right_iris, face = converter.graph.OutputsAsNumpy()
    flat = lambda tensor, side: add("Reshape", [name(tensor), constant(np.array([-1, side], np.int64))])
    points = flat(mesh, 3)
    depth_of = lambda corners: add(
        "ReduceMean",
        [add("Slice", [add("Gather", [points, constant(np.array(corners, np.int64))]), *map(constant, ([2], [3], [1]))])],
        axes=[0],
        keepdims=1,
    )
    iris = lambda tensor, corners: add(
        "Concat", [flat(tensor, 2), add("Expand", [depth_of(corners), constant(np.array([IRIS_POINTS, 1], np.int64))])], axis=1
    )
    whole = add("Concat", [points, iris(left_iris, [33, 133]), iris(right_iris, [362, 263])], axis=0)
    for tensor, region in zip((lips, left_eye, right_eye), converter.regions, strict=True):
        where = np.array([[[point, axis] for axis in range(2)] for point in region], np.int64)
        whole = add("ScatterND", [whole, constant(where), flat(tensor, 2)])
    add("Identity", [whole], "landmarks")
    add("Reshape", [name(face), constant(np.array([1], np.int64))], "face")
    side = converter.shape(picture)[1]
    graph = helper.make_graph(
        converter.nodes,
        "face mesh with attention",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, side, side, 3])],
        [
            helper.make_tensor_value_info("landmarks", TensorProto.FLOAT, [MESH_POINTS + 2 * IRIS_POINTS, 3]),
            helper.make_tensor_value_info("face", TensorProto.FLOAT, [1]),
        ],
        [*converter.constants.values()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    return made


if __name__ == "__main__":
    onnx.save(convert(Path(sys.argv[1]).read_bytes()[:MODEL_BYTES]), OUT)
