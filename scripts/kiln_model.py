"""Runs compiled models from Python, through their C interface (crates/runtime/c/kiln.h) with ctypes.

    model = Model("model.so")
    outputs = model.run({"x": array}, threads=2)
"""

import ctypes
from dataclasses import dataclass
from pathlib import Path

import numpy

ABI_VERSION = 1
_INPUT, _OUTPUT = 0, 1
_MAXIMUM_RANK = 64

# kiln_element_type, where numpy has the type; bfloat16 and float8 come as their bits, strings as objects of str.
ELEMENT_TYPES = {
    1: numpy.dtype("float32"),
    2: numpy.dtype("uint8"),
    3: numpy.dtype("int8"),
    4: numpy.dtype("uint16"),
    5: numpy.dtype("int16"),
    6: numpy.dtype("int32"),
    7: numpy.dtype("int64"),
    8: numpy.dtype(object),
    9: numpy.dtype("bool"),
    10: numpy.dtype("float16"),
    11: numpy.dtype("float64"),
    12: numpy.dtype("uint32"),
    13: numpy.dtype("uint64"),
    14: numpy.dtype("complex64"),
    15: numpy.dtype("complex128"),
    16: numpy.dtype("uint16"),
    17: numpy.dtype("uint8"),
    18: numpy.dtype("uint8"),
    19: numpy.dtype("uint8"),
    20: numpy.dtype("uint8"),
    21: numpy.dtype("uint8"),
    22: numpy.dtype("int8"),
}


class KilnError(RuntimeError):
    """A call of a compiled model failed; the text names the status and says why."""


class _Error(ctypes.Structure):
    _fields_ = [("message", ctypes.c_char * 512)]


class _Input(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("size", ctypes.c_uint64),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("rank", ctypes.c_int32),
        ("element_type", ctypes.c_int32),
    ]


class _Output(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("capacity", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("shape_capacity", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("element_type", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
    ]


class _RunOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint64),
        ("threads", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
        ("workspace", ctypes.c_void_p),
        ("workspace_size", ctypes.c_uint64),
        ("parallel_for", ctypes.c_void_p),
        ("parallel_for_data", ctypes.c_void_p),
    ]


@dataclass
class Tensor:
    """What the model says of one input or output."""

    name: str
    element_type: numpy.dtype
    shape: list[int | str]  # an axis that is not fixed is given as text


class Model:
    """A compiled model, loaded."""

    def __init__(self, path: str | Path):
        self._library = ctypes.CDLL(str(Path(path).resolve()))
        self._declare()
        version = self._library.kiln_abi_version()
        if version != ABI_VERSION:
            raise KilnError(f"{path} has version {version} of the interface, not {ABI_VERSION}")
        self.name = self._library.kiln_model_name().decode()
        self.weight_size = self._library.kiln_model_weight_size()
        self.inputs = self._tensors(_INPUT)
        self.outputs = self._tensors(_OUTPUT)

    def run(self, inputs: dict[str, numpy.ndarray], threads: int = 0) -> dict[str, numpy.ndarray]:
        """The outputs for these inputs; 0 threads means one for each processor."""
        return self.prepare(inputs, threads)()

    def prepare(self, inputs: dict[str, numpy.ndarray], threads: int = 0) -> "Run":
        """Allocates the outputs for these inputs; calling what it returns runs the model, without copying."""
        return Run(self, inputs, threads)

    def release(self) -> None:
        """Ends the model's threads and frees the memory it keeps."""
        self._library.kiln_release()

    def check(self, status: int, error: _Error) -> None:
        """Raises what a failed call says."""
        if status != 0:
            name = self._library.kiln_status_name(status).decode()
            raise KilnError(f"{name}: {error.message.decode(errors='replace')}")

    def _declare(self) -> None:
        text, number, integer = ctypes.c_char_p, ctypes.c_int32, ctypes.c_int64
        signatures = {
            "kiln_abi_version": (ctypes.c_uint32, []),
            "kiln_model_name": (text, []),
            "kiln_model_weight_size": (ctypes.c_uint64, []),
            "kiln_tensor_count": (number, [number]),
            "kiln_tensor_name": (text, [number, number]),
            "kiln_tensor_element_type": (number, [number, number]),
            "kiln_tensor_rank": (number, [number, number]),
            "kiln_tensor_extent": (integer, [number, number, number]),
            "kiln_tensor_extent_text": (text, [number, number, number]),
            "kiln_status_name": (text, [number]),
            "kiln_output_shapes": (number, [ctypes.c_void_p, number, ctypes.c_void_p, number, ctypes.c_void_p]),
            "kiln_run": (number, [ctypes.c_void_p, number, ctypes.c_void_p, number, ctypes.c_void_p, ctypes.c_void_p]),
            "kiln_release": (None, []),
        }
        for name, (result, arguments) in signatures.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments

    def _tensors(self, port: int) -> list[Tensor]:
        library, tensors = self._library, []
        for index in range(library.kiln_tensor_count(port)):
            axes = range(library.kiln_tensor_rank(port, index))
            texts = [library.kiln_tensor_extent_text(port, index, axis) for axis in axes]
            extents = [library.kiln_tensor_extent(port, index, axis) for axis in axes]
            shape = [text.decode() if text else extent for text, extent in zip(texts, extents)]
            element_type = ELEMENT_TYPES[library.kiln_tensor_element_type(port, index)]
            tensors.append(Tensor(library.kiln_tensor_name(port, index).decode(), element_type, shape))
        return tensors


class Run:
    """A model with its buffers bound: each call runs it once more on what the input arrays then hold."""

    def __init__(self, model: Model, inputs: dict[str, numpy.ndarray], threads: int):
        missing = [tensor.name for tensor in model.inputs if tensor.name not in inputs]
        if missing:
            raise KilnError(f"no array is given for the inputs {', '.join(missing)}")
        self._model = model
        self._library = model._library
        self._arrays = [numpy.asarray(inputs[t.name], dtype=t.element_type, order="C") for t in model.inputs]
        self._texts = [_addresses(array) for array in self._arrays]
        self._inputs = (_Input * len(self._arrays))(*(self._input(k, a) for k, (a, _) in enumerate(self._texts)))
        self._outputs = (_Output * len(model.outputs))()
        self._shapes = [(ctypes.c_int64 * _MAXIMUM_RANK)() for _ in model.outputs]
        self._options = _RunOptions(struct_size=ctypes.sizeof(_RunOptions), threads=threads)
        self._error = _Error()
        for output, shape in zip(self._outputs, self._shapes):
            output.shape, output.shape_capacity = shape, _MAXIMUM_RANK
        counts = len(self._inputs), len(self._outputs)
        status = self._library.kiln_output_shapes(
            self._inputs, counts[0], self._outputs, counts[1], ctypes.byref(self._error)
        )
        model.check(status, self._error)
        self._results = [
            numpy.empty(self._shape(k), dtype=numpy.uint64 if tensor.element_type == object else tensor.element_type)
            for k, tensor in enumerate(model.outputs)
        ]
        for output, result in zip(self._outputs, self._results):
            output.data, output.capacity = result.ctypes.data, result.nbytes
        self._arguments = (self._inputs, counts[0], self._outputs, counts[1])
        self._pointers = (ctypes.byref(self._options), ctypes.byref(self._error))

    def __call__(self) -> dict[str, numpy.ndarray]:
        """Runs the model; the arrays returned are overwritten by the next call."""
        self.execute()
        results = {}
        for index, (tensor, result) in enumerate(zip(self._model.outputs, self._results)):
            shape = self._shape(index)  # an extent that depends on the data may be below its bound
            count = int(numpy.prod(shape))
            result = result.reshape(-1)[:count].reshape(shape)
            results[tensor.name] = _strings(result) if tensor.element_type == object else result
        return results

    def execute(self) -> None:
        """Runs the model and leaves the outputs where they are."""
        status = self._library.kiln_run(*self._arguments, *self._pointers)
        if status != 0:
            self._model.check(status, self._error)

    def _input(self, index: int, array: numpy.ndarray) -> _Input:
        shape = (ctypes.c_int64 * max(array.ndim, 1))(*array.shape)
        element_type = self._library.kiln_tensor_element_type(_INPUT, index)
        return _Input(array.ctypes.data, array.nbytes, shape, array.ndim, element_type)

    def _shape(self, index: int) -> tuple[int, ...]:
        return tuple(self._shapes[index][: self._outputs[index].rank])


def _addresses(array: numpy.ndarray) -> tuple[numpy.ndarray, list[ctypes.c_char_p]]:
    """What the model reads: the array, or addresses of strings; and what must stay for that."""
    if array.dtype != object:
        return array, []
    texts = [ctypes.c_char_p(str(text).encode()) for text in array.ravel()]
    addresses = [ctypes.cast(text, ctypes.c_void_p).value for text in texts]
    return numpy.array(addresses, dtype=numpy.uint64).reshape(array.shape), texts


def _strings(addresses: numpy.ndarray) -> numpy.ndarray:
    """The strings that addresses are of, which the model may free in its next run."""
    texts = numpy.empty(addresses.shape, dtype=object)
    for place, address in numpy.ndenumerate(addresses):
        texts[place] = ctypes.string_at(int(address)).decode(errors="replace") if address else ""
    return texts
