"""The systems that are measured, a module each.

A module has `VERSION` and `prepare(task)`, which loads a model and returns how to run it: see `base`. It says what its
system cannot do by raising; the message becomes the reason for an empty cell. Modules import their system at the top, so
they are imported only in the processes that measure (bench/worker.py).
"""

# In the order of the table's columns. Each is a module and the precision that it is asked for.
ENGINES = {
    "kiln": ("kiln", "f32"),
    "onnxruntime": ("onnxruntime", "f32"),
    "openvino": ("openvino", "f32"),
    "mnn": ("mnn", "f32"),
    "ncnn": ("ncnn", "f32"),
    "tract": ("tract", "f32"),
    "litert": ("litert", "f32"),
    "tvm": ("tvm", "f32"),
    "iree": ("iree", "f32"),
    "torch": ("torch", "f32"),
    "kiln-bf16": ("kiln", "bf16"),
    "openvino-bf16": ("openvino", "bf16"),
}
