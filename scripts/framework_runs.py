"""Runs models in their own frameworks, for references: see `framework_models.py --references`."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy

from framework_models import FOLDER

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def run(model, steps: list[dict[str, numpy.ndarray]]) -> dict[str, numpy.ndarray]:
    """The outputs of the last of some runs, by the names that Kiln has for them."""
    kinds = {"tflite": _tflite, "saved-model": _saved_model, "graph": _graph, "checkpoint": _checkpoint}
    kinds |= {"keras": _keras, "keras-weights": _keras}
    return kinds[model.reference["kind"]](model, steps)


def _tflite(model, steps):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    # Integer models must equal the reference kernels; those of floats are compared with the usual ones.
    resolver = OpResolverType.BUILTIN_REF if model.tolerance == 0 else OpResolverType.AUTO
    running = Interpreter(str(model.path), experimental_op_resolver_type=resolver)
    signatures = running.get_signature_list()
    if signatures:
        runner = running.get_signature_runner(model.reference.get("signature") or next(iter(signatures)))
        return [runner(**arrays) for arrays in steps][-1]
    details = {detail["name"]: detail for detail in running.get_input_details()}
    for name, array in steps[0].items():
        running.resize_tensor_input(details[name]["index"], array.shape)
    running.allocate_tensors()
    for arrays in steps:
        for name, array in arrays.items():
            running.set_tensor(details[name]["index"], array)
        running.invoke()
    return {detail["name"]: running.get_tensor(detail["index"]) for detail in running.get_output_details()}


def _saved_model(model, steps):
    # The loader of TensorFlow 1 reads also what was saved with optimizers that are gone.
    import tensorflow.compat.v1 as tensorflow

    with tensorflow.Graph().as_default() as graph:
        session = tensorflow.Session(graph=graph)
        meta = tensorflow.saved_model.load(session, ["serve"], str(model.path))
        signature = meta.signature_def[model.reference.get("signature", "serving_default")]
        results = {}
        for arrays in steps:
            fed = {signature.inputs[name].name: array for name, array in arrays.items()}
            results = session.run({name: tensor.name for name, tensor in signature.outputs.items()}, fed)
        return results


def _graph(model, steps):
    import tensorflow.compat.v1 as tensorflow

    definition = tensorflow.GraphDef()
    definition.ParseFromString(model.path.read_bytes())
    with tensorflow.Graph().as_default() as graph:
        tensorflow.import_graph_def(definition, name="")
        return _run_session(tensorflow, tensorflow.Session(graph=graph), model, steps)


def _checkpoint(model, steps):
    import tensorflow.compat.v1 as tensorflow

    meta = tensorflow.MetaGraphDef()
    meta.ParseFromString(model.path.read_bytes())
    # What a newer version of TensorFlow finds wrong about gradients.
    for node in meta.graph_def.node:
        node.attr.pop("_output_shapes", None)
    with tensorflow.Graph().as_default() as graph:
        saver = tensorflow.train.import_meta_graph(meta, clear_devices=True)
        session = tensorflow.Session(graph=graph)
        saver.restore(session, str(model.path).removesuffix(".meta"))
        return _run_session(tensorflow, session, model, steps)


def _run_session(_, session, model, steps):
    tensor = lambda name: name if ":" in name else f"{name}:0"
    results = {}
    constants = {tensor(name): value for name, value in model.reference.get("constants", {}).items()}
    for arrays in steps:
        fed = {tensor(name): array for name, array in arrays.items()} | constants
        names = model.reference["outputs"]
        results = dict(zip(names, session.run([tensor(name) for name in names], fed)))
    return results


def _keras(model, steps):
    import keras

    if "architecture" in model.reference:
        architecture = FOLDER / "architectures" / model.reference["architecture"]
        loaded = keras.models.model_from_json(architecture.read_text())
        loaded.load_weights(str(model.path))
    else:
        loaded = _load_keras(keras, model.path)
    inputs = list(steps[-1].values())
    outputs = loaded(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    names = model.reference.get("outputs") or [output.name for output in loaded.outputs]
    return {name: numpy.asarray(output) for name, output in zip(names, outputs)}


def _load_keras(keras, path):
    """A whole model; an argument of layers that Keras 3 has no more, and that says what it does now, is left out."""
    import h5py

    with h5py.File(path) as file:
        config = file.attrs["model_config"]
        config = config if isinstance(config, str) else config.decode()
    if '"time_major": false' not in config:
        return keras.models.load_model(str(path), compile=False)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "model.h5"
        shutil.copy(path, copy)
        with h5py.File(copy, "r+") as file:
            file.attrs["model_config"] = config.replace('"time_major": false, ', "").replace(', "time_major": false', "")
        return keras.models.load_model(str(copy), compile=False)
