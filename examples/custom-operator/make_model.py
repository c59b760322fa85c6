"""Writes swish.onnx: a model with an operator that only its authors know."""

from onnx import TensorProto, helper, save

node = helper.make_node("Swish", ["x"], ["y"], name="/act/Swish", domain="com.example", beta=1.5)
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 8])
y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 8])
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)]
save(helper.make_model(helper.make_graph([node], "swish", [x], [y]), opset_imports=opsets), "swish.onnx")
