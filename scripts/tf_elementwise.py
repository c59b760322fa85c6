"""Elementwise operators."""

import numpy as np
import tensorflow as tf

from tf_model import case, graph, normal, raw, rng, whole


@case
def elementwise_unary():
    names = "Abs Acos Asin Asinh Atan Atanh Ceil Cos Cosh Erf Erfc Exp Expm1 Floor Log1p Neg Relu Relu6 Rint Round Sigmoid Sign Sin Sinh Softplus Softsign Square Tan Tanh Elu Selu"
    def build(x):
        results = []
        for name in names.split():
            given = {"features" if name in "Relu Relu6 Softplus Softsign Elu Selu".split() else "x": x}
            results.append(raw(name, **given))
        return results
    graph("elementwise_unary", build, [rng(1).uniform(-0.95, 0.95, (3, 5)).astype(np.float32)])


@case
def elementwise_positive():
    def build(x):
        return [raw(name, x=x) for name in "Acosh Log Sqrt Rsqrt Reciprocal Inv IsNan IsInf IsFinite".split()]
    x = rng(2).uniform(1.1, 4, (2, 3)).astype(np.float32)
    special = np.array([[np.inf, 1.5, np.nan], [2, 3, 4]], np.float32)
    graph("elementwise_positive", build, [x], more=[[special]])


@case
def elementwise_binary():
    def build(x, y):
        results = [raw(name, x=x, y=y) for name in "Add AddV2 Sub Mul RealDiv Div FloorDiv FloorMod Maximum Minimum SquaredDifference DivNoNan MulNoNan Xdivy Equal NotEqual Less LessEqual Greater GreaterEqual".split()]
        return results + [tf.math.atan2(x, y), tf.math.truediv(x, y), tf.clip_by_value(x, -0.5, 0.5), tf.add_n([x, x, x]), tf.where(x > 0, x, y[0])]
    graph("elementwise_binary", build, [normal(2, 3, 4), normal(3, 1, seed=1).repeat(4, 1)])


@case
def elementwise_integers():
    def build(x, y):
        results = [raw(name, x=x, y=y) for name in "Add Sub Mul Div FloorDiv FloorMod TruncateDiv TruncateMod Mod Maximum Minimum BitwiseAnd BitwiseOr BitwiseXor SquaredDifference".split()]
        return results + [tf.abs(x), tf.sign(x), -x, tf.bitwise.invert(x), tf.bitwise.left_shift(x, tf.abs(y)), tf.bitwise.right_shift(x, tf.abs(y)), tf.pow(x, tf.abs(y))]
    x, y = whole(-20, 20, 4, 3), whole(1, 5, 4, 3, seed=1) * np.where(whole(0, 2, 4, 3, seed=2) == 0, -1, 1).astype(np.int32)
    graph("elementwise_integers", build, [x, y], rtol=0, atol=0)


@case
def elementwise_logic():
    def build(x, y):
        a, b = x > 0, y > 0
        return [a & b, a | b, ~a, tf.math.logical_xor(a, b), tf.where(a, x, y), raw("Select", condition=a[:, 0], x=x, y=y),
                tf.cast(x, tf.int32), tf.cast(a, tf.float32), tf.cast(x, tf.bool), tf.cast(tf.cast(x * 3, tf.int8), tf.float64),
                tf.cast(x, tf.float16), tf.bitcast(x, tf.int32), tf.zeros_like(x), tf.ones_like(a), tf.math.xlogy(x * x, y * y), tf.math.xlog1py(x, y * y), tf.pow(tf.abs(x), y), tf.nn.leaky_relu(x, 0.3)]
    graph("elementwise_logic", build, [normal(3, 4), normal(3, 4, seed=1)])


@case
def fake_quantization():
    def build(x):
        return [tf.quantization.fake_quant_with_min_max_args(x, -1.3, 2.1), tf.quantization.fake_quant_with_min_max_args(x, -1, 1, 4, True),
                tf.quantization.fake_quant_with_min_max_vars(x, -0.7, 1.9, 8), tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [-1.0, -0.5, -2.0], [1.0, 1.5, 0.5]),
                tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.5, range_given=True), tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0)]
    graph("fake_quantization", build, [normal(4, 3)], atol=1e-5)
