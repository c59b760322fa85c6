"""Operators that no other script has: older versions, fused ones, random numbers."""

import numpy as np
import tensorflow as tf

from tf_model import case, first_version, graph, normal, raw, rng, whole, without_second_version

v1 = tf.compat.v1


@case
def copies():
    def build(x):
        results = [raw("PreventGradient", input=x), raw("CheckNumerics", tensor=x, message="m"), raw("Snapshot", input=x), raw("DeepCopy", x=x), *raw("IdentityN", input=[x, x * 2]), raw("OnesLike", x=tf.cast(x, tf.int32)), raw("Rank", input=x), *raw("ShapeN", input=[x, x[0]]), raw("EnsureShape", input=x, shape=[2, 3]), raw("StopGradient", input=x), raw("Copy", input=x), raw("CopyHost", input=x)]
        return results + [raw("LinSpace", start=-1.0, stop=x[0, 0], num=4), raw("LinSpace", start=x[0, 0], stop=2.0, num=1), tf.clip_by_value(x, -0.3, x[1]), raw("ClipByValue", t=x, clip_value_min=-0.5, clip_value_max=0.25), raw("ApproximateEqual", x=x, y=x + 1e-4, tolerance=1e-3), raw("Empty", shape=[2, 3], dtype=tf.float32, init=True)]
    graph("copies", build, [normal(2, 3)])


@case
def copies_printed():
    """What prints and what checks."""

    def build(x):
        printed = v1.Print(x, [x], "value")
        with tf.control_dependencies([v1.assert_less(tf.reduce_min(x), 100.0), tf.print("shape", tf.shape(x))]):
            return [printed * 2, tf.identity(x)]

    without_second_version(lambda: first_version("copies_printed", build, [normal(2, 3)], shapes=[(None, 3)]))


@case
def older_products():
    def build(a, b):
        return [raw("BatchMatMul", x=a, y=b, adj_x=True), raw("BatchMatMulV3", x=tf.cast(a, tf.int8), y=tf.cast(b, tf.int8), Tout=tf.int32, adj_y=False, adj_x=True), raw("BatchMatMulV3", x=a, y=b, Tout=tf.float32, adj_x=True)]
    graph("older_products", build, [normal(2, 4, 3) * 3, normal(2, 4, 5, seed=1) * 3], atol=1e-4)


@case
def older_movement():
    def build(x, i):
        results = [raw("Concat", concat_dim=1, values=[x, x]), raw("ParallelConcat", values=[x[:1], x[1:2]], shape=[2, 4, 6]), raw("Gather", params=x, indices=i), raw("Reverse", tensor=x, dims=[True, False, True]), raw("SpaceToBatch", input=x[..., None], paddings=[[0, 0], [0, 0]], block_size=2), raw("BatchToSpace", input=tf.reshape(x, [4, 1, 2, 6]), crops=[[0, 0], [1, 1]], block_size=2),
                   raw("DataFormatVecPermute", x=[10, 20, 30, 40], src_format="NHWC", dst_format="NCHW"), raw("DataFormatDimMap", x=[0, -1, 2], src_format="NHWC", dst_format="NCHW"), raw("ParallelDynamicStitch", indices=[[0, 3], [1, 2]], data=[x[0, :2], x[1, :2]]),
                   raw("TensorStridedSliceUpdate", input=x, begin=[0, 1, 0], end=[2, 3, 6], strides=[1, 1, 2], value=normal(2, 2, 3, seed=4)), raw("TensorStridedSliceUpdate", input=x, begin=[1, 0, 0], end=[2, 0, 0], strides=[1, 1, 1], value=normal(4, 6, seed=5), shrink_axis_mask=1, begin_mask=6, end_mask=6), tf.tensor_scatter_nd_min(x, [[0], [1]], x * 0.5),
                   raw("BiasAddV1", value=x, bias=normal(6, seed=2))]
        return results
    graph("older_movement", build, [normal(2, 4, 6), np.array([1, 0, 1], np.int32)])


@case
def older_diagonals():
    def build(x):
        row = x[:, 0, :3]
        return [raw("MatrixDiag", diagonal=row), raw("MatrixDiagV2", diagonal=row, k=0, num_rows=-1, num_cols=-1, padding_value=0.0), raw("MatrixDiagPart", input=x), raw("MatrixDiagPartV2", input=x, k=0, padding_value=0.0), raw("MatrixSetDiag", input=x, diagonal=row), raw("MatrixSetDiagV2", input=x, diagonal=row, k=0)]
    graph("older_diagonals", build, [normal(2, 3, 4)])


@case
def older_searches():
    def build(x):
        differing = raw("ListDiff", x=[1, 5, 2, 8, 5], y=[5, 2])
        unique = raw("UniqueV2", x=tf.cast(x[0] * 2, tf.int32), axis=tf.constant([], tf.int64))
        counted = raw("UniqueWithCountsV2", x=tf.cast(x[0] * 2, tf.int32), axis=tf.constant([], tf.int64))
        return [*differing, *unique, *counted, raw("InTopK", predictions=x, targets=[1, 0, 3], k=2), raw("Bincount", arr=[1, 2, 1, 5], size=4, weights=tf.constant([], tf.float32)), raw("Bincount", arr=[1, 2, 1, 5], size=4, weights=[0.5, 1.0, 2.0, 3.0])]
    graph("older_searches", build, [normal(3, 5)])


@case
def older_pools():
    def build(x):
        return [raw("MaxPoolV2", input=x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"), raw("DepthwiseConv2dNativeBackpropInput", input_sizes=[1, 5, 6, 3], filter=normal(2, 3, 3, 2, seed=5), out_backprop=normal(1, 3, 3, 6, seed=6), strides=[1, 2, 2, 1], padding="SAME"),
                raw("Conv", input=x, filter=normal(3, 3, 3, 4, seed=7), strides=[1, 1, 1, 1], padding="SAME")]
    graph("older_pools", build, [normal(1, 5, 6, 3)], atol=1e-4)


@case
def segments():
    def build(x, i):
        rows = [0, 0, 1, 3]
        results = [raw("SegmentMin", data=x, segment_ids=rows), raw("SegmentProd", data=x, segment_ids=rows), tf.math.unsorted_segment_min(x, i, 5), tf.math.unsorted_segment_prod(x, i, 5)]
        for name in ("Sum", "Mean", "SqrtN"):
            results.append(raw(f"SparseSegment{name}", data=x, indices=[3, 0, 1, 3, 2], segment_ids=[0, 0, 1, 3, 3]))
        return results + [tf.histogram_fixed_width(x, [-1.0, 1.5], 6), tf.histogram_fixed_width(tf.cast(x * 9, tf.int32), [-4, 8], 3, tf.int64), *tf.dynamic_partition(x, i % 3, 3), *tf.dynamic_partition(x, i[:, None] % tf.constant([[2, 3, 2]]), 3), tf.unravel_index(i + 3, [3, 4]), tf.unravel_index(tf.constant(17, tf.int64), tf.constant([2, 3, 4], tf.int64))]
    graph("segments", build, [normal(4, 3), np.array([1, 4, 1, 0], np.int32)])


@case
def sparse():
    def build(v, b):
        places = tf.constant([[0, 1], [0, 3], [2, 0], [1, 2]], tf.int64)
        shape = tf.constant([3, 4], tf.int64)
        results = [raw("SparseTensorDenseMatMul", a_indices=places, a_values=v, a_shape=shape, b=b), raw("SparseTensorDenseMatMul", a_indices=places, a_values=v, a_shape=shape, b=b[:3], adjoint_a=True), raw("SparseTensorDenseMatMul", a_indices=places, a_values=v, a_shape=shape, b=tf.transpose(b), adjoint_b=True)]
        results += raw("SparseReshape", input_indices=places, input_shape=shape, new_shape=tf.constant([2, -1], tf.int64))
        return results + [*raw("SparseReshape", input_indices=places, input_shape=shape, new_shape=tf.constant([2, 3, 2], tf.int64))]
    graph("sparse", build, [normal(4), normal(4, 2, seed=1)])


@case
def ragged():
    def build(x, lengths, i, words):
        rows = tf.RaggedTensor.from_row_lengths(x, lengths, validate=False)
        gathered = tf.gather(rows, i)
        counted = tf.ragged.range([2, 5, 0], [5, 5, -5], [1, 1, -2])
        halves = tf.ragged.range(tf.constant([0.0, 1.0]), tf.constant([1.0, 3.0]), 0.5, row_splits_dtype=tf.int32)
        results = [gathered.values, gathered.row_splits, rows.to_tensor(), rows.to_tensor(-1.0, shape=[None, 2]), counted.values, counted.row_splits, halves.values, halves.row_splits]
        pieces = tf.strings.split(words)
        return results + [pieces.to_tensor("-"), pieces.values, tf.strings.split(words, ",").to_tensor(shape=[None, 3])]
    words = np.array(["one two", "", "a,b c,d,e", "last"], object)
    graph("ragged", build, [normal(6), np.array([2, 0, 3, 1], np.int64), np.array([2, 0, 2, 1], np.int32), words], shapes=[(None,), (None,), (None,), (None,)], more=[[normal(2), np.array([0, 2], np.int64), np.array([1], np.int32), np.array(["x"], object)]])


@case
def decoded_classes():
    def build(x, lengths):
        results = []
        for given in ({"merge_repeated": True}, {"merge_repeated": False}, {"merge_repeated": True, "blank_index": 0}):
            results += raw("CTCGreedyDecoder", inputs=x, sequence_length=lengths, **given)
        return results
    graph("decoded_classes", build, [normal(7, 3, 4), np.array([7, 4, 5], np.int32)], shapes=[(None, None, 4), (None,)], more=[[normal(3, 1, 4, seed=5), np.array([2], np.int32)]])


@case
def sampled_pictures():
    def build(x):
        results = [raw("ResizeArea", images=x, size=[3, 5]), raw("ResizeArea", images=x, size=[9, 4], align_corners=True), raw("ResizeArea", images=tf.cast(x, tf.uint8), size=[4, 11])]
        for method in ("lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
            results.append(tf.image.resize(x, [4, 13], method))
        for kernel in ("lanczos1", "box", "triangle", "keyscubic"):
            results.append(raw("ScaleAndTranslate", images=x, size=[5, 6], scale=[0.7, 1.3], translation=[0.5, -1.5], kernel_type=kernel, antialias=kernel != "box"))
        w = normal(3, 3, 2, 4, seed=3)
        return results + [tf.image.resize(x, [3, 3], "bilinear", antialias=True), raw("FusedResizeAndPadConv2D", input=x, size=[5, 6], paddings=[[0, 0], [1, 1], [2, 0], [0, 0]], filter=w, mode="REFLECT", strides=[1, 1, 1, 1], padding="VALID"), raw("FusedPadConv2D", input=x, paddings=[[0, 0], [1, 1], [2, 0], [0, 0]], filter=w, mode="SYMMETRIC", strides=[1, 2, 2, 1], padding="SAME")]
    graph("sampled_pictures", build, [rng(0).uniform(0, 255, (1, 6, 8, 2)).astype(np.float32)], rtol=1e-4, atol=2e-3)


@case
def sounds():
    def build(x):
        power = raw("AudioSpectrogram", input=x, window_size=40, stride=20, magnitude_squared=True)
        size = raw("AudioSpectrogram", input=x, window_size=64, stride=30)
        return [power, size, raw("Mfcc", spectrogram=power, sample_rate=8000, filterbank_channel_count=8, dct_coefficient_count=5, lower_frequency_limit=100, upper_frequency_limit=3500), raw("Mfcc", spectrogram=size, sample_rate=16000, filterbank_channel_count=6, dct_coefficient_count=4)]
    graph("sounds", build, [normal(200, 2)], shapes=[(None, 2)], rtol=1e-3, atol=1e-3, more=[[normal(131, 2, seed=1)]])


@case
def quantized():
    def build(x):
        results = []
        for element in (tf.quint8, tf.qint8):
            for mode in ("MIN_COMBINED", "MIN_FIRST", "SCALED"):
                if mode == "MIN_FIRST" and element == tf.qint8:
                    continue
                low = 0.0 if element == tf.quint8 and mode == "SCALED" else -1.2
                values, low, high = tf.quantization.quantize(x, low, 2.0, element, mode=mode)
                results += [low, high, tf.quantization.dequantize(values, low, high, mode)]
        low, high = tf.constant([-1.0, -0.5, 0.0, -2.0, -1.5]), tf.constant([1.0, 2.0, 1.5, 0.5, 1.0])
        for mode in ("MIN_COMBINED", "SCALED"):
            values, least, most = tf.quantization.quantize(x, low, high, tf.qint8, mode=mode, axis=1)
            results += [least, most, tf.quantization.dequantize(values, least, most, mode, axis=1)]
        even = tf.quantization.quantize(x, -1.5, 2.0, tf.qint8, mode="SCALED", round_mode="HALF_TO_EVEN", narrow_range=True)
        results += [tf.quantization.dequantize(even[0], even[1], even[2], "SCALED", narrow_range=True)]
        return results + [raw("QuantizeAndDequantizeV2", input=x, input_min=-1.0, input_max=2.0, range_given=True, num_bits=5), raw("QuantizeAndDequantizeV3", input=x, input_min=-1.0, input_max=1.0, num_bits=6, range_given=False)]
    graph("quantized", build, [normal(4, 5)], atol=1e-5)


@case
def spectra_of_three_axes():
    def build(x):
        z = tf.complex(x, x * 0.5)
        results = [raw("FFT3D", input=z), raw("IFFT3D", input=z), raw("RFFT3D", input=x, fft_length=[2, 4, 6])]
        return [part for result in results for part in (tf.math.real(result), tf.math.imag(result))] + [raw("IRFFT3D", input=results[2], fft_length=[2, 4, 6])]
    graph("spectra_of_three_axes", build, [normal(2, 4, 6)], atol=1e-4)


@case
def branches_of_the_first_kind():
    """Conditionals and loops that keep their state, so that they are not the stateless ones."""

    def build(x, k):
        def loud(y):
            tf.debugging.assert_all_finite(y, "finite")
            tf.print("here", output_stream="file:///dev/null")
            return y
        chosen = tf.cond(k > 0, lambda: loud(x * 2), lambda: x - 1)
        switched = tf.switch_case(k, [lambda: loud(x), lambda: x + 1, lambda: x * 3])
        _, looped = tf.while_loop(lambda i, _: i < k, lambda i, y: (i + 1, loud(y) * 2), [0, x])
        return [chosen, switched, looped]
    graph("branches_of_the_first_kind", build, [normal(2, 3), np.int32(0)], more=[[normal(2, 3), np.int32(1)], [normal(2, 3), np.int32(2)]])


@case
def random_numbers():
    """Numbers are others than TensorFlow's: what is compared is what all have in common."""

    def build(x):
        n = tf.shape(x)[0]
        shape = tf.stack([n, 50])
        seed = [1, 2]
        key, counter = raw("StatelessRandomGetKeyCounter", seed=seed)
        algorithm = raw("StatelessRandomGetAlg")
        also, counts, alg = raw("StatelessRandomGetKeyCounterAlg", seed=seed)
        numbers = [raw("RandomUniform", shape=shape, dtype=tf.float32, seed=1), raw("StatelessRandomUniform", shape=shape, seed=seed), raw("StatelessRandomUniformV2", shape=shape, key=key, counter=counter, alg=algorithm), raw("StatelessRandomUniformV2", shape=shape, key=also, counter=counts, alg=alg)]
        results = [tf.reduce_all((y >= 0) & (y < 1)) for y in numbers]
        normals = [raw("RandomStandardNormal", shape=shape, dtype=tf.float32, seed=1), raw("TruncatedNormal", shape=shape, dtype=tf.float32, seed=1), raw("StatelessRandomNormal", shape=shape, seed=seed), raw("StatelessRandomNormalV2", shape=shape, key=key, counter=counter, alg=algorithm), raw("StatelessTruncatedNormal", shape=shape, seed=seed), raw("StatelessTruncatedNormalV2", shape=shape, key=key, counter=counter, alg=algorithm)]
        results += [tf.reduce_all(tf.abs(y) < 12) for y in normals] + [tf.shape(y) for y in normals]
        wholes = [raw("RandomUniformInt", shape=shape, minval=3, maxval=8, seed=1), raw("StatelessRandomUniformInt", shape=shape, seed=seed, minval=3, maxval=8), raw("StatelessRandomUniformIntV2", shape=shape, key=key, counter=counter, alg=algorithm, minval=3, maxval=8)]
        return results + [tf.reduce_all((y >= 3) & (y < 8)) for y in wholes]
    graph("random_numbers", build, [normal(2, 3)], shapes=[(None, 3)])


@case
def fused():
    """What the graph optimizer of TensorFlow makes of a product or a convolution and what follows it."""

    def build(x, a):
        def op(name, inputs, **attributes):
            made = tf.compat.v1.get_default_graph().create_op(name, inputs, [tf.float32], name=name.strip("_"), attrs={key: attribute(value) for key, value in attributes.items()})
            return made.outputs[0]
        def attribute(value):
            if isinstance(value, list) and isinstance(value[0], str):
                return v1.AttrValue(list=v1.AttrValue.ListValue(s=[text.encode() for text in value]))
            if isinstance(value, list) and isinstance(value[0], int):
                return v1.AttrValue(list=v1.AttrValue.ListValue(i=value))
            if isinstance(value, str):
                return v1.AttrValue(s=value.encode())
            if isinstance(value, list):
                return v1.AttrValue(list=v1.AttrValue.ListValue(type=[dtype.as_datatype_enum for dtype in value]))
            if isinstance(value, bool):
                return v1.AttrValue(b=value)
            if isinstance(value, int):
                return v1.AttrValue(i=value)
            if isinstance(value, float):
                return v1.AttrValue(f=value)
            return v1.AttrValue(type=tf.as_dtype(value).as_datatype_enum)
        constant = tf.constant
        w, bias = constant(normal(3, 3, 3, 4, seed=1)), constant(normal(4, seed=2))
        norm = [constant(np.abs(normal(4, seed=seed)) + 0.5) for seed in range(3, 7)]
        conv = {"T": tf.float32, "num_host_args": 0, "strides": [1, 1, 1, 1], "padding": "SAME", "epsilon": 0.01}
        results = [op("_FusedConv2D", [x, w, bias], num_args=1, TArgs=[tf.float32], fused_ops=["BiasAdd"], **conv), op("_FusedConv2D", [x, w, bias], num_args=1, TArgs=[tf.float32], fused_ops=["BiasAdd", "Relu"], **conv), op("_FusedConv2D", [x, w, *norm], num_args=4, TArgs=[tf.float32] * 4, fused_ops=["FusedBatchNorm", "Relu6"], **conv)]
        results += [op("_FusedMatMul", [a, constant(normal(5, 4, seed=8)), bias], T=tf.float32, transpose_a=False, transpose_b=False, num_args=1, fused_ops=["BiasAdd", name]) for name in ("Relu", "Tanh")]
        return results

    without_second_version(lambda: first_version("fused", build, [normal(1, 5, 6, 3), normal(2, 5, seed=9)], atol=1e-4))
