"""Small TensorFlow Lite models, operator by operator, and what the reference kernels make of their inputs.

    case = Case("relu")
    x = case.input([2, 3])
    case.output(case.op("RELU", [x]))
    case.write(folder)

writes `relu.zip`: the model, its inputs and outputs as .npy files, and `case.json` with names and tolerances.
"""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path

import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

TYPES = {
    "float32": "FLOAT32",
    "float16": "FLOAT16",
    "float64": "FLOAT64",
    "int8": "INT8",
    "uint8": "UINT8",
    "int16": "INT16",
    "uint16": "UINT16",
    "int32": "INT32",
    "uint32": "UINT32",
    "int64": "INT64",
    "uint64": "UINT64",
    "bool": "BOOL",
    "complex64": "COMPLEX64",
    "complex128": "COMPLEX128",
    "string": "STRING",
    "resource": "RESOURCE",
    "int4": "INT4",
}


class Tensor:
    """A tensor of a subgraph."""

    def __init__(self, graph: "Graph", index: int, dtype: str, quantization):
        self.graph, self.index, self.dtype, self.quantization = graph, index, dtype, quantization


class Graph:
    """A subgraph under construction."""

    def __init__(self, case: "Case", name: str):
        self.case = case
        self.proto = schema.SubGraphT()
        self.proto.name = name
        self.proto.tensors, self.proto.operators = [], []
        self.proto.inputs, self.proto.outputs = [], []

    def tensor(self, shape, dtype="float32", q=None, data=None, name=None, variable=False, signature=None, raw=None):
        """A tensor. `q` is (scale, zero point), or (scales, zero points, axis)."""
        proto = schema.TensorT()
        proto.shape = [int(extent) for extent in shape]
        proto.hasRank = True
        proto.type = getattr(schema.TensorType, TYPES[dtype])
        proto.name = name or f"{self.proto.name}_{len(self.proto.tensors)}"
        proto.buffer = 0
        if raw is None and data is not None:
            raw = _bytes(data, dtype)
        if raw is not None:
            proto.buffer = self.case.buffer(raw)
        proto.isVariable = variable
        if signature is not None:
            proto.shapeSignature = list(signature)
        if q is not None:
            parameters = schema.QuantizationParametersT()
            parameters.scale = [float(scale) for scale in numpy.atleast_1d(q[0])]
            parameters.zeroPoint = [int(point) for point in numpy.atleast_1d(q[1])]
            parameters.quantizedDimension = q[2] if len(q) > 2 else 0
            proto.quantization = parameters
        self.proto.tensors.append(proto)
        return Tensor(self, len(self.proto.tensors) - 1, dtype, q)

    def constant(self, data, dtype=None, q=None, raw=None, shape=None):
        """A constant; Python integers are of 32 bits, floats too."""
        array = numpy.asarray(data)
        if dtype is None:
            dtype = {"int64": "int32", "float64": "float32"}.get(str(array.dtype), str(array.dtype))
        if dtype not in ("string", "int4"):
            array = array.astype(dtype)
        return self.tensor(array.shape if shape is None else shape, dtype, q, data=array, raw=raw)

    def argument(self, shape, dtype="float32", **more):
        """An input of a subgraph that an operator refers to."""
        tensor = self.tensor(shape, dtype, **more)
        self.proto.inputs.append(tensor.index)
        return tensor

    def result(self, tensor):
        """An output of it."""
        self.proto.outputs.append(tensor.index)

    def op(self, name, inputs, options=None, outputs=1, dtype=None, q=None, custom=None, between=(), **fields):
        """An operator; its outputs are of `dtype` (a list if they differ), else of the first input's."""
        proto = schema.OperatorT()
        proto.opcodeIndex = self.case.code(name, custom is not None)
        proto.inputs = [-1 if tensor is None else tensor.index for tensor in inputs]
        if between:
            proto.intermediates = [tensor.index for tensor in between]
        if custom:
            proto.customOptions = numpy.frombuffer(custom, numpy.uint8)
        if options is not None:
            union = schema.BuiltinOptions if hasattr(schema.BuiltinOptions, options) else schema.BuiltinOptions2
            table = getattr(schema, options + "T")()
            for key, value in fields.items():
                assert hasattr(table, key), key
                setattr(table, key, value)
            if union is schema.BuiltinOptions:
                proto.builtinOptionsType, proto.builtinOptions = getattr(union, options), table
            else:
                proto.builtinOptions2Type, proto.builtinOptions2 = getattr(union, options), table
        first = next((tensor for tensor in inputs if tensor is not None), None)
        results = []
        for index in range(outputs):
            own = dtype[index] if isinstance(dtype, (list, tuple)) else dtype
            quantization = q[index] if isinstance(q, list) else q
            own = own or first.dtype
            if quantization is None and own == (first.dtype if first else None):
                quantization = first.quantization if len(first.quantization or ()) < 3 else None
            result = self.tensor([], own, quantization)
            results.append(result)
        proto.outputs = [result.index for result in results]
        self.proto.operators.append(proto)
        return results[0] if outputs == 1 else results


class Case(Graph):
    """A model of one graph, or of a main graph and those that it refers to."""

    def __init__(self, name: str, rtol=1e-5, atol=1e-6, steps=1, resolver="BUILTIN_REF"):
        self.name, self.rtol, self.atol, self.steps, self.resolver = name, rtol, atol, steps, resolver
        self.random = numpy.random.default_rng(zlib.crc32(name.encode()))
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.operatorCodes, self.model.subgraphs, self.model.buffers = [], [], []
        self.model.description = ""
        self.codes, self.data, self.options = {}, [], {}
        self.buffer(b"")
        super().__init__(self, "t")
        self.model.subgraphs.append(self.proto)

    def subgraph(self, name):
        """Another graph, and its number."""
        graph = Graph(self, name)
        self.model.subgraphs.append(graph.proto)
        return graph, len(self.model.subgraphs) - 1

    def buffer(self, content: bytes) -> int:
        proto = schema.BufferT()
        proto.data = numpy.frombuffer(content, numpy.uint8) if content else None
        self.model.buffers.append(proto)
        return len(self.model.buffers) - 1

    def code(self, name: str, custom=False) -> int:
        if name not in self.codes:
            proto = schema.OperatorCodeT()
            code = schema.BuiltinOperator.CUSTOM if custom else getattr(schema.BuiltinOperator, name)
            proto.builtinCode, proto.deprecatedBuiltinCode = code, min(code, 127)
            proto.version = 1
            proto.customCode = name if custom else None
            self.codes[name] = len(self.model.operatorCodes)
            self.model.operatorCodes.append(proto)
        return self.codes[name]

    def input(self, shape, dtype="float32", q=None, data=None, low=None, high=None, signature=None):
        """An input of random elements, or of `data`; a list of it has one for each step."""
        tensor = self.argument(shape, dtype, q=q, signature=signature)
        draw = lambda: self.draw(shape, dtype, low, high)
        values = data if isinstance(data, list) else [draw() if data is None else data for _ in range(self.steps)]
        cast = lambda value: numpy.asarray(value, object if dtype == "string" else dtype)
        self.data.append([cast(value) for value in values])
        return tensor

    def draw(self, shape, dtype="float32", low=None, high=None):
        """Random elements."""
        kind = numpy.dtype(dtype)
        if kind == bool:
            return self.random.random(shape) < 0.5
        if kind.kind == "c":
            return (self.random.normal(size=shape) + 1j * self.random.normal(size=shape)).astype(kind)
        if kind.kind == "f":
            if low is not None:
                return self.random.uniform(low, high, shape).astype(kind)
            return self.random.normal(size=shape).astype(kind)
        bounds = numpy.iinfo(kind)
        least = (bounds.min if kind.itemsize < 4 else -100) if low is None else low
        most = (bounds.max if kind.itemsize < 4 else 100) if high is None else high
        if kind.kind == "u" and low is None and kind.itemsize >= 4:
            least = 0
        return self.random.integers(least, most, shape, dtype=kind, endpoint=True)

    def weights(self, shape, dtype="float32", q=None, low=None, high=None):
        """A constant of random elements."""
        return self.constant(self.draw(shape, dtype, low, high), dtype, q)

    def output(self, *tensors):
        """Outputs of the model."""
        for tensor in tensors:
            self.result(tensor)

    def serialize(self) -> bytes:
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _interpreter(self):
        """An interpreter of the model; operators that came with a later version say so."""
        kind = getattr(OpResolverType, self.resolver)
        while True:
            try:
                return Interpreter(model_content=self.serialize(), experimental_op_resolver_type=kind)
            except ValueError as error:
                missing = re.search(r"builtin opcode '(\w+)' version '(\d+)'", str(error))
                if missing is None or int(missing[2]) > 11:
                    raise
                self.model.operatorCodes[self.codes[missing[1]]].version += 1

    def run(self):
        """The model, with the shapes that the interpreter finds, and the outputs of each step."""
        interpreter = self._interpreter()
        interpreter.allocate_tensors()
        steps = []
        for step in range(self.steps):
            for detail, values in zip(interpreter.get_input_details(), self.data, strict=True):
                interpreter.set_tensor(detail["index"], values[step])
            interpreter.invoke()
            steps.append([interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()])
        for detail in interpreter.get_tensor_details():
            if detail["index"] < len(self.proto.tensors):
                proto = self.proto.tensors[detail["index"]]
                if proto.buffer == 0 and proto.shapeSignature is None:
                    proto.shape = [int(extent) for extent in detail["shape"]]
        return self.serialize(), steps

    def write(self, folder: Path):
        """The archive."""
        content, steps = self.run()
        names = lambda indices: [self.proto.tensors[index].name for index in indices]
        case = {
            "model": "model/model.tflite",
            "inputs": names(self.proto.inputs),
            "outputs": names(self.proto.outputs),
            "rtol": self.rtol,
            "atol": self.atol,
        }
        if self.steps != 1:
            case["steps"] = self.steps
        if self.options:
            case["options"] = self.options
        files = {"case.json": json.dumps(case).encode(), "model/model.tflite": content}
        for step in range(self.steps):
            for index, values in enumerate(self.data):
                files[f"in/{step}/{index}.npy"] = _npy(values[step])
            for index, value in enumerate(steps[step]):
                files[f"out/{step}/{index}.npy"] = _npy(value)
        with zipfile.ZipFile(folder / f"{self.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, data)


class ReferenceCase(Case):
    """A model of operators that the interpreter lacks: what they give is computed by functions of the model's inputs."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.functions = []

    def expect(self, tensor, function):
        """An output, and the function that gives it."""
        self.output(tensor)
        self.functions.append(function)

    def run(self):
        steps = []
        for step in range(self.steps):
            values = [data[step] for data in self.data]
            steps.append([function(*values) for function in self.functions])
        for index, value in zip(self.proto.outputs, steps[0], strict=True):
            self.proto.tensors[index].shape = list(value.shape)
        return self.serialize(), steps


def _npy(array) -> bytes:
    file = io.BytesIO()
    array = numpy.asarray(array)
    if array.dtype == object:
        array = numpy.array([value if isinstance(value, bytes) else str(value).encode() for value in array.ravel()])\
            .reshape(array.shape)
    numpy.save(file, array)
    return file.getvalue()


def _bytes(array, dtype) -> bytes:
    if dtype == "string":
        strings = [value if isinstance(value, bytes) else str(value).encode() for value in numpy.ravel(array)]
        offsets = numpy.cumsum([0] + [len(string) for string in strings]) + 4 * (len(strings) + 2)
        return numpy.array([len(strings), *offsets], numpy.int32).tobytes() + b"".join(strings)
    if dtype == "int4":
        nibbles = [int(value) & 15 for value in numpy.ravel(array)]
        nibbles += [0] * (len(nibbles) % 2)
        return bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2]))
    return numpy.ascontiguousarray(array).tobytes()
