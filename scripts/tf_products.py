"""Products and reductions, spectra."""

import numpy as np
import tensorflow as tf

from tf_model import case, graph, normal


@case
def products():
    def build(a, b):
        return [tf.matmul(a, b), tf.matmul(a, tf.transpose(b, [0, 2, 1]), transpose_b=True), tf.matmul(tf.transpose(a, [0, 2, 1]), b, adjoint_a=True), tf.matmul(a[0], b[0]),
                tf.einsum("bij,bjk->bik", a, b), tf.einsum("bij,jk->bki", a, b[0]), tf.tensordot(a, b[0], 1), tf.linalg.matvec(a, b[:, :, 0]), tf.linalg.cross(a[:, :, :3], a[:, :, 1:4]), tf.linalg.det(b[:, :4, :4]), tf.linalg.inv(b[:, :4, :4]), tf.linalg.solve(b[:, :4, :4], b[:, :4, :2])]
    graph("products", build, [normal(2, 3, 4), normal(2, 4, 5, seed=1)], atol=1e-3, rtol=1e-3)


@case
def reductions():
    def build(x):
        results = []
        for function in (tf.reduce_sum, tf.reduce_mean, tf.reduce_max, tf.reduce_min, tf.reduce_prod):
            results += [function(x), function(x, 1), function(x, [0, -1], keepdims=True)]
        flags = x > 0
        return results + [tf.reduce_any(flags, 1), tf.reduce_all(flags, 2), tf.argmax(x, 1), tf.argmin(x, -1, tf.int32), tf.nn.softmax(x), tf.nn.softmax(x, 1), tf.nn.log_softmax(x), tf.reduce_logsumexp(x, 1),
                          tf.cumsum(x, 1), tf.cumsum(x, -1, True, True), tf.math.cumprod(x, 0), tf.math.cumulative_logsumexp(x, 1), tf.nn.l2_loss(x), tf.reduce_sum(tf.cast(x * 5, tf.int32), 0), tf.math.reduce_std(x, 1), tf.norm(x)]
    graph("reductions", build, [normal(2, 3, 4)], shapes=[(None, 3, 4)])


@case
def spectra():
    def build(x):
        z = tf.complex(x, x * 0.5)
        y = tf.signal.rfft(x)
        results = [y, tf.signal.rfft(x, [6]), tf.signal.rfft(x, [12]), tf.signal.fft(z), tf.signal.ifft(z), tf.signal.fft2d(z), tf.signal.ifft2d(z), tf.signal.rfft2d(x), tf.math.conj(z), z + z, -z]
        parts = [part for result in results for part in (tf.math.real(result), tf.math.imag(result))]
        return parts + [tf.signal.irfft(y), tf.signal.irfft(y, [8]), tf.abs(y), tf.math.angle(z), tf.signal.irfft2d(tf.signal.rfft2d(x)), tf.cast(z, tf.float32), tf.math.real(tf.cast(x, tf.complex64))]
    graph("spectra", build, [normal(3, 8)], atol=1e-4)


@case
def spectrogram():
    def build(x):
        s = tf.signal.stft(x, 16, 8, 16)
        mel = tf.signal.linear_to_mel_weight_matrix(6, 9, 8000, 100.0, 3800.0)
        return [tf.abs(s), tf.math.log(tf.matmul(tf.abs(s), mel) + 1e-6), tf.signal.mfccs_from_log_mel_spectrograms(tf.math.log(tf.matmul(tf.abs(s), mel) + 1e-3))[..., :4], tf.signal.frame(x, 10, 5), tf.signal.dct(x, 2)]
    graph("spectrogram", build, [normal(2, 80)], shapes=[(None, 80)], atol=1e-3, rtol=1e-3)


@case
def spectrogram_of_any_length():
    def build(x):
        return [tf.abs(tf.signal.stft(x, 16, 8, 16, pad_end=True)), tf.signal.frame(x, 8, 4)]
    graph("spectrogram_of_any_length", build, [normal(1, 80)], shapes=[(None, None)], atol=1e-3, rtol=1e-3, more=[[normal(2, 53)]])
