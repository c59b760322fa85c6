"""Cases of operations of keras.ops that stand in functional models."""

import keras
import numpy as np
from keras import layers as L
from keras import ops
from keras_model import case

# What Keras looks for in the wrong module.
keras.src.backend.math.histogram = keras.src.backend.numpy.histogram


@case
def operations():
    x, y = L.Input((3, 4)), L.Input((3, 4))
    ids = L.Input((3,), dtype="int32")
    made = [x + y, x - 2.0, 1.0 / (y + 5.0), x * y, x**2, -x, x @ ops.transpose(y, (0, 2, 1)), abs(x), x > y, ids + 1, ids / 2, 3 - ids]
    made += [x[:, 1], x[:, ::-1, 1:3], x[..., None], x[:, -2:], ops.mean(x, axis=1), ops.sum(x, axis=[1, 2], keepdims=True), ops.max(x, axis=-1)]
    made += [ops.reshape(x, (-1, 12)), ops.concatenate([x, y], axis=-1), ops.stack([x, y], axis=1), ops.expand_dims(x, 1), ops.squeeze(x[:, :1], 1)]
    made += [ops.relu(x), ops.softmax(x, axis=1), ops.gelu(x), ops.gelu(x, approximate=False), ops.sqrt(ops.abs(x)), ops.exp(x), ops.log1p(ops.abs(x))]
    made += [ops.where(x > 0, x, y), ops.where(x > 0, x, 0.0), ops.clip(x, -0.5, 0.5), ops.cast(x, "int32"), ops.cast(ids, "float32"), ops.argmax(x, axis=-1)]
    made += [ops.einsum("bij,bkj->bik", x, y), ops.tile(x, (1, 2, 1)), ops.repeat(x, 2, axis=1), ops.flip(x, axis=1), ops.pad(x, ((0, 0), (1, 2), (0, 1)))]
    made += [ops.cumsum(x, axis=1), ops.one_hot(ids, 6), ops.ones_like(x), ops.zeros_like(ids), ops.minimum(x, 0.25), ops.logical_and(x > 0, y > 0)]
    made += [*ops.split(x, 2, axis=-1), *ops.top_k(x, 2), ops.swapaxes(x, 1, 2), ops.moveaxis(x, 2, 1), ops.std(x, axis=-1), ops.var(x, axis=1)]
    made += [ops.logsumexp(x, axis=-1), ops.tril(x), ops.triu(x, 1), ops.roll(x, 1, axis=1), ops.normalize(x, axis=-1), ops.take(x, ids[0] * 0 + 1, axis=2)]
    made += [ops.log_softmax(x), ops.silu(x), ops.sigmoid(x), ops.any(x > 0, axis=1), ops.floor(x), ops.not_equal(ids, 0), ops.square(x), ops.mod(x, 2.0)]
    return [x, y, ids], made


def floats(*shape, seed=1, low=-2.0, high=2.0):
    return np.random.default_rng(seed).uniform(low, high, shape).astype("float32")


def spoilt(*shape, seed=1):
    """Numbers with some that are none, and infinite ones."""
    array = floats(*shape, seed=seed)
    array.flat[[1, 4]] = np.nan
    array.flat[7] = np.inf
    array.flat[9] = -np.inf
    return array


def with_nan(*shape, seed=1):
    array = floats(*shape, seed=seed)
    array.flat[[1, 4, 7]] = np.nan
    return array


@case
def operations_elementwise():
    x, u, i = L.Input((8,)), L.Input((8,)), L.Input((4,), dtype="int32")
    made = [f(x) for f in [ops.cbrt, ops.deg2rad, ops.rad2deg, ops.exp2, ops.erf, ops.erfc, ops.trunc, ops.signbit, ops.sinc, ops.i0, ops.absolute]]
    made += [f(x) for f in [ops.sin, ops.cos, ops.tan, ops.arctan, ops.sinh, ops.cosh, ops.tanh, ops.arcsinh, ops.expm1, ops.ceil, ops.round, ops.sign]]
    made += [f(u) for f in [ops.erfinv, ops.arcsin, ops.arccos, ops.arctanh, ops.log1p, ops.negative, ops.real, ops.imag, ops.conj, ops.isreal, ops.angle]]
    made += [f(ops.abs(x) + 1.0) for f in [ops.arccosh, ops.log, ops.log2, ops.log10, ops.sqrt, ops.rsqrt, ops.reciprocal]]
    made += [ops.round(x, 2), ops.square(i), ops.fabs(x), ops.fabs(i), ops.sqrt(i + 1), ops.logical_not(i), ops.bitwise_invert(i), ops.bitwise_not(i), ops.round(i)]
    made += [ops.celu(x, 0.5), ops.elu(x, 0.5), ops.hard_shrink(x), ops.soft_shrink(x), ops.hard_sigmoid(x), ops.hard_silu(x), ops.hard_tanh(x)]
    made += [ops.log_sigmoid(x), ops.selu(x), ops.softplus(x), ops.softsign(x), ops.sparse_plus(x), ops.sparse_sigmoid(x), ops.squareplus(x, 3), ops.tanh_shrink(x)]
    made += [ops.threshold(x, 0.5, 7), ops.leaky_relu(x, 0.1), ops.relu6(x), ops.glu(x), ops.sparsemax(x), ops.clip(x, -1, 1), ops.stop_gradient(x), ops.copy(x)]
    made += [ops.clip(i, 1, 3), ops.convert_to_tensor(x), ops.array(x)]
    return [x, u, i], made, [floats(2, 8), floats(2, 8, seed=2, low=-0.99, high=0.99), np.array([[0, 1, 5, -3], [2, 7, 100, -8]], "int32")]


@case
def operations_of_no_numbers():
    x = L.Input((6,))
    made = [ops.isnan(x), ops.isinf(x), ops.isfinite(x), ops.isposinf(x), ops.isneginf(x), ops.nan_to_num(x), ops.nan_to_num(x, 1.5, 2, -3)]
    y, z = L.Input((6,)), L.Input((4,))
    made += [ops.fmax(x, y), ops.fmin(x, y), ops.isclose(z, z, equal_nan=True), ops.isclose(z, y[:, :4]), ops.isclose(y, y + 1e-6, rtol=1e-4)]
    for name in "nanmax nanmin nansum nanprod nanmean nanvar nanstd nanmedian nanargmax nanargmin nancumsum nancumprod".split():
        f = getattr(ops, name)
        made += [f(z, axis=1), f(z)] if "arg" not in name else [f(z, axis=1)]
    made += [ops.nanquantile(z, 0.4, axis=1, method=m) for m in ["lower", "higher", "nearest", "midpoint"]]
    made += [ops.nanmax(z, axis=0, keepdims=True), ops.nanquantile(z, 0.3, axis=1), ops.nanpercentile(z, 70, axis=1), ops.nanargmax(z, axis=1, keepdims=True)]
    return [x, y, z], made, [spoilt(2, 6), floats(2, 6), with_nan(2, 4)]


@case
def operations_of_two():
    x, y, i, j = L.Input((6,)), L.Input((6,)), L.Input((4,), dtype="int32"), L.Input((4,), dtype="int32")
    made = [ops.arctan2(x, y), ops.hypot(x, y), ops.logaddexp(x, y), ops.logaddexp2(x, y), ops.heaviside(x, y), ops.fmod(x, y), ops.mod(x, y), ops.floor_divide(x, y)]
    made += [ops.divide(x, y), ops.true_divide(i, j), ops.divide_no_nan(x, ops.relu(y)), ops.subtract(x, y), ops.multiply(x, 3), ops.power(ops.abs(x), y), ops.ldexp(x, i[:, :1])]
    made += [ops.floor_divide(i, j), ops.mod(i, j), ops.fmod(i, j), ops.gcd(i, j), ops.lcm(i, j), ops.floor_divide(i, 3), ops.add(i, 2), ops.maximum(i, j), ops.minimum(x, y)]
    made += [ops.bitwise_and(i, j), ops.bitwise_or(i, j), ops.bitwise_xor(i, j), ops.bitwise_left_shift(j, 2), ops.left_shift(j, 1), ops.bitwise_right_shift(i, 1), ops.right_shift(i, 2)]
    made += [ops.equal(i, j), ops.not_equal(i, j), ops.greater(x, y), ops.greater_equal(x, y), ops.less(x, y), ops.less_equal(i, j)]
    made += [ops.logical_or(i, j), ops.logical_xor(x > 0, y > 0), ops.logical_and(i, j)]
    made += [ops.where(i > 2, i, 0), ops.where(x > 0, 1.0, y), ops.clip(x, -1, 1)]
    arrays = [floats(2, 6), floats(2, 6, seed=2), np.array([[12, 7, -5, 9], [30, -8, 6, 1]], "int32"), np.array([[8, 3, 2, -4], [12, 6, 4, 5]], "int32")]
    return [x, y, i, j], made, arrays


@case
def operations_reductions():
    x, i = L.Input((3, 4)), L.Input((4,), dtype="int32")
    made = [ops.amax(x, axis=1), ops.amin(x, axis=(1, 2)), ops.min(x, axis=-1, keepdims=True), ops.prod(x, axis=1), ops.all(x > -1, axis=1), ops.any(i, axis=1), ops.sum(i, axis=1)]
    made += [ops.count_nonzero(i, axis=1), ops.count_nonzero(i), ops.ptp(x, axis=1), ops.ptp(x, keepdims=True), *ops.moments(x, axes=[1]), *ops.moments(x, axes=[1, 2], keepdims=True)]
    made += [ops.average(x, axis=1), ops.average(x, axis=2, weights=x + 5), ops.max(x, axis=1, initial=0.5), ops.max(i)]
    made += [ops.norm(x, axis=1), ops.norm(x, ord=1, axis=2), ops.norm(x, ord=3, axis=1), ops.norm(x, ord="fro", axis=(1, 2)), ops.norm(x, ord=np.inf, axis=(1, 2)), ops.norm(x, ord=-1, axis=(1, 2), keepdims=True)]
    made += [ops.norm(x, ord=0, axis=1), ops.norm(x, ord=-np.inf, axis=1), ops.cumsum(x, axis=1), ops.cumsum(x), ops.cumprod(x, axis=2), ops.cumsum(i, axis=1), ops.argmax(x), ops.argmin(x, axis=1, keepdims=True)]
    made += [ops.mean(i, axis=1), ops.std(x, axis=(1, 2)), ops.var(x, keepdims=True), ops.logsumexp(x, axis=1, keepdims=True), ops.trapezoid(x, axis=1), ops.trapezoid(x, dx=0.5)]
    made += [ops.median(x, axis=1), ops.median(x, axis=(1, 2), keepdims=True), ops.median(x), ops.quantile(x, 0.3, axis=2), ops.quantile(x, [0.2, 0.7], axis=1), ops.percentile(x, 25, axis=2)]
    made += [*ops.histogram(x[0, 0], bins=5), *ops.histogram(x[1, 0], bins=4, range=(-1, 1)), ops.corrcoef(x[:, 0])]
    return [x, i], made, [floats(2, 3, 4), np.array([[0, 3, 0, 1], [5, 0, 2, 2]], "int32")]


@case
def operations_shapes():
    x, y, v, i = L.Input((3, 4)), L.Input((3, 4)), L.Input((6,)), L.Input((4,), dtype="int32")
    e = L.Input(batch_shape=(2, 3, 4))
    made = [ops.append(x, y, axis=1), ops.append(v, i), ops.hstack([x, y]), ops.vstack([x, y]), ops.dstack([v, v]), ops.stack([v, v], axis=-1), *ops.unstack(x, axis=1)]
    made += [ops.fliplr(x), ops.flipud(x), ops.flip(x), ops.rot90(x, axes=(1, 2)), ops.rot90(x[..., :3], k=2, axes=(1, 2)), ops.rot90(x, k=-1, axes=(1, 2)), ops.roll(v, 2), ops.roll(x, (1, 2), (1, 2))]
    made += [ops.diff(x, axis=1), ops.diff(x, n=2), ops.repeat(x, [1, 0, 2], axis=1), ops.repeat(v, 2), ops.tile(v, 2), ops.tile(v, (2, 2)), ops.broadcast_to(v[:1, :], (3, 6)), ops.ravel(x)]
    made += [*ops.array_split(v, 4, axis=1), *ops.hsplit(x, 3), *ops.dsplit(x, 2), *ops.split(v, [1, 4], axis=1)]
    made += [ops.moveaxis(x, (1, 2), (2, 1)), ops.swapaxes(x, -1, -2), ops.transpose(x), ops.expand_dims(v, (0, -1)), ops.squeeze(x[:, :1]), ops.reshape(x, (-1, 2, 6))]
    made += [ops.pad(x, ((0, 0), (1, 1), (2, 0)), "reflect"), ops.pad(x, ((0, 0), (1, 1), (2, 1)), "symmetric"), ops.pad(v, ((1, 1), (1, 1)), constant_values=2), ops.pad(v, ((0, 0), (1, 2)))]
    made += [ops.concatenate([v, i], axis=1), ops.rearrange(e, "b h w -> b (h w)"), ops.rearrange(e, "b h (w k) -> (b k) w h", k=2)]
    made += [ops.view(x, "int32")]
    return [x, y, v, i, e], made, [floats(2, 3, 4), floats(2, 3, 4, seed=2), floats(2, 6), np.array([[0, 3, 0, 1], [5, 0, 2, 2]], "int32"), floats(2, 3, 4, seed=3)]


@case
def operations_arrays():
    x, i, s = L.Input((3,)), L.Input((4,), dtype="int32"), L.Input(batch_shape=())
    e = L.Input(batch_shape=(4, 3))
    made = [ops.size(x), *ops.vsplit(e, 2), ops.allclose(e, e + 1e-7), ops.empty_like(x) * 0, ops.full_like(x, 2), ops.full_like(i, 3, dtype="float32"), ops.full((2, 2), s), ops.ones_like(i, dtype="float32")]
    made += [ops.linspace(x, x + 1, 4), ops.linspace(x, 2, 3, axis=-1, endpoint=False), ops.linspace(s, 5, 4), ops.logspace(x, 2, 3), ops.geomspace(ops.abs(x) + 1, 20.0, 3), *ops.meshgrid(x[0], x[1, :2])]
    made += [*ops.meshgrid(x[0], x[1], indexing="ij"), ops.vander(x[0]), ops.vander(x[0], 2, increasing=True), *ops.unravel_index(i[0], (3, 4))]
    made += [ops.saturate_cast(x * 200, "int8"), ops.saturate_cast(x * 200, "uint8"), ops.cast(i, "bool"), ops.cast(x, "float16"), ops.zeros_like(x), ops.ones_like(x)]
    return [x, i, s, e], made, [floats(2, 3), np.array([[0, 3, 7, 11], [5, 0, 2, 2]], "int32"), np.float32(1.5), floats(4, 3)]


@case
def operations_products():
    x, y, m, v, w = L.Input((3, 4)), L.Input((4, 2)), L.Input((4,)), L.Input((3,)), L.Input((3,))
    made = [ops.dot(x, m[0]), ops.dot(x, y), ops.tensordot(x, y, axes=[[2], [1]]), ops.tensordot(x, m, axes=[[2], [1]]), ops.inner(x, m), ops.outer(v, w), ops.vdot(v, w), ops.kron(v, w)]
    made += [ops.cross(v, w), ops.cross(v[:, :2], w[:, :2]), ops.cross(v, w[:, :2]), ops.cdist(x, x + 1), ops.einsum("bij,bjk->bik", x, y), ops.matmul(x, y), ops.correlate(m[0], v[0]), ops.correlate(m[0], v[0], mode="full")]
    made += [ops.correlate(m[0], v[0], mode="same"), ops.normalize(x, axis=1, order=1), ops.normalize(x, axis=-1, order=3), ops.normalize(x, axis=(1, 2))]
    return [x, y, m, v, w], made, [floats(2, 3, 4), floats(2, 4, 2), floats(2, 4), floats(2, 3, seed=3), floats(2, 3, seed=4)]


@case(tolerance=5e-4)
def operations_matrices():
    x, v, s, b, c = L.Input((3, 4)), L.Input((3,)), L.Input((3, 3)), L.Input((3, 2)), L.Input((3,))
    made = [ops.diag(v[0]), ops.diag(v[0], k=1), ops.diag(v[0], k=-2), ops.diag(x[0], k=1), ops.diagflat(v[0]), ops.diagonal(x, axis1=1, axis2=2), ops.diagonal(x, 1, 1, 2), ops.diagonal(x, -1, 2, 1)]
    made += [ops.trace(x, axis1=1, axis2=2), ops.trace(s, axis1=-2, axis2=-1), ops.tril(x, -1), ops.triu(x, 1), ops.det(s), ops.inv(s), ops.cholesky(s), ops.cholesky(s, upper=True), *ops.slogdet(s)]
    made += [ops.logdet(s), ops.solve(s, b), ops.solve(s, c), ops.solve_triangular(s, b, lower=True), ops.solve_triangular(s, b), ops.cholesky_inverse(ops.cholesky(s))]
    random = np.random.default_rng(5)
    root = random.normal(size=(2, 3, 3))
    definite = (root @ root.transpose(0, 2, 1) + 2 * np.eye(3)).astype("float32")
    return [x, v, s, b, c], made, [floats(2, 3, 4), floats(2, 3), definite, floats(2, 3, 2), floats(2, 3)]


@case
def operations_sorting():
    x, i, s, v = L.Input((3, 5)), L.Input((4,), dtype="int32"), L.Input(batch_shape=(6,)), L.Input((5,))
    t = L.Input((), dtype="int32")
    made = [ops.sort(x), ops.sort(x, axis=1), ops.argsort(x), ops.argsort(x, axis=0), ops.sort(i), *ops.top_k(x, 3), ops.searchsorted(s, v[0]), ops.searchsorted(s, v[1], side="right")]
    made += [ops.digitize(v, np.array([-1.0, 0.0, 1.0])), ops.in_top_k(t, v, 2), ops.isin(i, t), ops.isin(i, t, invert=True), *ops.nonzero(i), ops.sparsemax(x, axis=1)]
    made += [ops.bincount(i[0], minlength=8)]
    arrays = [floats(2, 3, 5), np.array([[0, 3, 0, 1], [5, 0, 2, 2]], "int32"), np.sort(floats(6)), floats(2, 5, seed=2), np.array([1, 4], "int32")]
    return [x, i, s, v, t], made, arrays


@case
def operations_indexing():
    x, i, u = L.Input(batch_shape=(4, 5)), L.Input(batch_shape=(3,), dtype="int32"), L.Input(batch_shape=(3, 5))
    n, g, p = L.Input(batch_shape=(3, 1), dtype="int32"), L.Input(batch_shape=(4,), dtype="int32"), L.Input(batch_shape=(2, 2))
    made = [ops.take(x, i, axis=0), ops.take(x, [1, -1], axis=1), ops.take(x, i), ops.take_along_axis(x, n[:1, :], axis=0), ops.take_along_axis(x, g[:, None], axis=1), ops.take_along_axis(x, i)]
    made += [ops.slice(x, [1, 2], [2, 3]), ops.slice(x, n[:2, 0], [2, 2]), ops.slice_update(x, [1, 1], p), ops.slice_update(x, n[:2, 0], p), ops.scatter(n, u, (6, 5)), ops.scatter_update(x, n, u)]
    made += [ops.scatter_update(x, n, u, reduction=r) for r in ["add", "max", "min", "mul"]]
    made += [ops.segment_sum(x, g, num_segments=4), ops.segment_max(x, g, num_segments=3), ops.segment_min(x, g, num_segments=3), ops.segment_prod(x, g, num_segments=3), ops.segment_sum(x, g, sorted=True)]
    made += [ops.segment_max(x, g, sorted=True), ops.one_hot(i, 5), ops.one_hot(i, 5, axis=0, dtype="int32"), ops.multi_hot(n, 5), ops.multi_hot(i, 5), ops.select([x > 1, x > 0], [x, x * 2], 7.0), ops.select([x > 1], [x], 0)]
    made += [x[1:, ::2], x[-1, :], x[..., :-1], x[:, None, 2]]
    arrays = [floats(4, 5), np.array([2, 0, 3], "int32"), floats(3, 5, seed=2), np.array([[1], [0], [3]], "int32"), np.array([0, 0, 1, 2], "int32"), floats(2, 2, seed=3)]
    return [x, i, u, n, g, p], made, arrays


@case
def operations_network():
    x, k, d = L.Input(batch_shape=(2, 7, 6, 4)), L.Input(batch_shape=(3, 2, 4, 5)), L.Input(batch_shape=(3, 2, 4, 2))
    p, s = L.Input(batch_shape=(1, 1, 8, 3)), L.Input(batch_shape=(4,))
    z, kz = L.Input(batch_shape=(2, 8, 4)), L.Input(batch_shape=(3, 4, 2))
    made = [ops.conv(x, k), ops.conv(x, k, strides=2, padding="same"), ops.conv(x, k, dilation_rate=2), ops.depthwise_conv(x, d), ops.depthwise_conv(x, d, strides=2, padding="same")]
    made += [ops.separable_conv(x, d, p, padding="same")]
    made += [ops.conv(z, kz, strides=2), ops.conv(z, kz, padding="same"), ops.max_pool(x, 2), ops.average_pool(x, 3, 2, "same"), ops.adaptive_average_pool(x, (2, 3)), ops.adaptive_max_pool(z, (3,))]
    made += [ops.batch_normalization(x, s, ops.abs(s) + 1.0, axis=-1), ops.batch_normalization(x, s, ops.abs(s) + 1.0, axis=-1, offset=s, scale=s * 2, epsilon=0.1)]
    made += [ops.layer_normalization(x, s, s), ops.layer_normalization(x, axis=(1, 2), epsilon=0.1), ops.layer_normalization(x, s, None), ops.rms_normalization(x, s), ops.rms_normalization(x, axis=1)]
    made += [ops.depth_to_space(x, 2), ops.space_to_depth(x[:, :6], 2), ops.softmax(x, axis=2), ops.log_softmax(x, axis=1)]
    return [x, k, d, p, s, z, kz], made


@case
def operations_attention():
    q, k, b = L.Input((3, 4, 2)), L.Input((5, 4, 2)), L.Input((4, 3, 5))
    m = L.Input((1, 3, 5), dtype="bool")
    made = [ops.dot_product_attention(q, k, k), ops.dot_product_attention(q, k, k + 1, bias=b, scale=0.3), ops.dot_product_attention(q, k, k, mask=m), ops.dot_product_attention(q, q, q, is_causal=True)]
    made.append(ops.dot_product_attention(q, k[:, :, :2], k[:, :, :2]))
    mask = np.random.default_rng(1).integers(0, 2, (2, 1, 3, 5)).astype(bool)
    mask[..., 0] = True
    return [q, k, b, m], made, [floats(2, 3, 4, 2), floats(2, 5, 4, 2), floats(2, 4, 3, 5), mask]


@case
def operations_losses():
    x, y, c = L.Input((4,)), L.Input((4,)), L.Input((), dtype="int32")
    share, wanted = ops.softmax(x), ops.softmax(y)
    made = [ops.binary_crossentropy(wanted, ops.sigmoid(x)), ops.binary_crossentropy(wanted, x, from_logits=True), ops.categorical_crossentropy(wanted, share), ops.categorical_crossentropy(wanted, x, from_logits=True)]
    made += [ops.categorical_crossentropy(wanted, share, axis=1), ops.sparse_categorical_crossentropy(c, share), ops.sparse_categorical_crossentropy(c, x, from_logits=True), ops.psnr(x, y, 2.0)]
    return [x, y, c], made, [floats(2, 4), floats(2, 4, seed=2), np.array([1, 3], "int32")]


@case(tolerance=5e-4)
def operations_signals():
    x, y = L.Input((24,)), L.Input((24,))
    made = [ops.extract_sequences(x, 8, 4), *ops.fft((x, y)), *ops.rfft(x), *ops.rfft(x, fft_length=20), *ops.stft(x, 8, 4, 16), *ops.stft(x, 7, 3, 8, window="hamming", center=False), *ops.stft(x, 8, 4, 8, window=None)]
    made.append(ops.irfft((x[:, :9], y[:, :9])))
    made.append(ops.irfft((x[:, :9], y[:, :9]), fft_length=15))
    spectrum = ops.stft(x, 8, 4, 16)
    made += [ops.istft(spectrum, 8, 4, 16), ops.istft(spectrum, 8, 4, 16, length=20), ops.istft(ops.stft(x, 8, 4, 8, window=None, center=False), 8, 4, 8, window=None, center=False)]
    a, b = ops.reshape(x, (-1, 4, 6)), ops.reshape(y, (-1, 4, 6))
    made += [*ops.fft2((a, b)), *ops.ifft2((a, b))]
    return [x, y], made


@case(tolerance=1e-3)
def operations_images():
    x, y, c = L.Input(batch_shape=(2, 7, 8, 3)), L.Input(batch_shape=(2, 12, 13, 2)), L.Input(batch_shape=(2, 12, 13, 2))
    first = ops.transpose(x, (0, 3, 1, 2))
    made = [ops.image.rgb_to_grayscale(x), ops.image.rgb_to_hsv(x), ops.image.hsv_to_rgb(x), ops.image.rgb_to_grayscale(first, data_format="channels_first"), ops.image.rgb_to_hsv(first, data_format="channels_first")]
    made += [ops.image.resize(x, (4, 5)), ops.image.resize(x, (9, 4), interpolation="nearest"), ops.image.resize(x, (5, 11), interpolation="bicubic"), ops.image.resize(x, (3, 4), antialias=True)]
    made += [ops.image.resize(x, (4, 4), crop_to_aspect_ratio=True), ops.image.resize(x, (8, 4), pad_to_aspect_ratio=True, fill_value=1.0), ops.image.resize(first, (4, 5), data_format="channels_first"), ops.image.resize(x, (5, 6), interpolation="lanczos3")]
    made += [ops.image.crop_images(x, top_cropping=1, left_cropping=2, target_height=4, target_width=5), ops.image.crop_images(x, 1, 1, 1, 2), ops.image.pad_images(x, 1, 2, 3, 0), ops.image.pad_images(x, 1, 2, target_height=10, target_width=12)]
    made += [ops.image.gaussian_blur(y, (3, 3), (1.0, 1.0)), ops.image.gaussian_blur(y, (5, 3), (0.7, 1.5)), ops.image.sobel_edges(y), ops.image.ssim(y, c), ops.image.ssim(y, c, max_val=2.0, filter_size=5)]
    made += [ops.image.extract_patches(x, (2, 3)), ops.image.extract_patches(x, 2, strides=1, padding="same"), ops.image.extract_patches(x, 2, strides=1, dilation_rate=2), ops.image.extract_patches(x[0], 3)]
    made += [ops.nn.unfold(first, 3, stride=2, padding=1), ops.nn.unfold(first, (2, 3), dilation=2), ops.nn.fold(ops.nn.unfold(first, 3, stride=2, padding=1), (7, 8), 3, stride=2, padding=1)]
    arrays = [floats(2, 7, 8, 3, low=0, high=1), floats(2, 12, 13, 2, low=0, high=1), floats(2, 12, 13, 2, seed=3, low=0, high=1)]
    return [x, y, c], made, arrays
