"""Matrices taken apart, special functions, losses."""

import numpy as np
import tensorflow as tf

from tf_model import case, graph, normal, raw, rng, whole


def positive(*shape, seed=0, dtype=np.float32):
    x = normal(*shape, seed=seed, dtype=np.float64)
    return (x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])).astype(dtype)


@case
def decompositions():
    def build(x, a, b):
        lower = tf.linalg.band_part(a, -1, 0) + 3 * tf.eye(4)
        results = [tf.linalg.cholesky(x), tf.linalg.cholesky(x[0]), tf.linalg.cholesky_solve(tf.linalg.cholesky(x), b), tf.linalg.triangular_solve(lower, b), tf.linalg.triangular_solve(lower, b, adjoint=True),
                   tf.linalg.triangular_solve(tf.linalg.matrix_transpose(lower), b, lower=False), tf.linalg.triangular_solve(tf.linalg.matrix_transpose(lower), b, lower=False, adjoint=True), *tf.linalg.slogdet(a), *tf.linalg.lu(a), *tf.linalg.lu(a[0], tf.int64)]
        results += [*tf.linalg.qr(a), *tf.linalg.qr(b), *tf.linalg.qr(b, full_matrices=True), *tf.linalg.qr(tf.linalg.matrix_transpose(b)), tf.linalg.logdet(x)]
        return results
    graph("decompositions", build, [positive(2, 4, 4), normal(2, 4, 4, seed=1), normal(2, 4, 2, seed=2)], atol=1e-3, rtol=1e-3)


@case
def decompositions_of_any_extent():
    def build(x, b):
        return [tf.linalg.cholesky(x), tf.linalg.triangular_solve(x, b), *tf.linalg.qr(b), *tf.linalg.lu(x)]
    graph("decompositions_of_any_extent", build, [positive(3, 3, dtype=np.float64), normal(3, 2, dtype=np.float64)], shapes=[(None, None), (None, 2)], atol=1e-6, more=[[positive(5, 5, seed=3, dtype=np.float64), normal(5, 2, seed=4, dtype=np.float64)]])


@case
def tridiagonal():
    def build(d, b):
        return [tf.linalg.tridiagonal_solve(d, b), tf.linalg.tridiagonal_solve(d[0], b[0])]
    diagonals = normal(2, 3, 5)
    diagonals[:, 1] += 4
    graph("tridiagonal", build, [diagonals, normal(2, 5, 2, seed=1)], atol=1e-4)


@case
def special_functions():
    def build(x, p):
        return [tf.math.lgamma(x), tf.math.digamma(x), tf.math.bessel_i0e(x), tf.math.bessel_i1e(x), tf.math.ndtri(p), tf.math.erfinv(2 * p - 1), tf.math.nextafter(x, x * 2), tf.math.lbeta(tf.abs(x) + 1)]
    x = np.array([[0.1, 0.5, 1.0, 1.4616321, 2.0, 3.75], [10.0, 60.5, -0.25, -1.5, -3.7, 8.5]])
    p = np.array([1e-6, 0.01, 0.07, 0.2, 0.5, 0.6, 0.95, 0.99999])
    graph("special_functions", build, [x.astype(np.float32), p.astype(np.float32)], rtol=2e-5, atol=2e-5)


@case
def special_functions_double():
    def build(x, p):
        return [tf.math.lgamma(x), tf.math.digamma(x), tf.math.bessel_i0e(x), tf.math.bessel_i1e(x), tf.math.ndtri(p), tf.math.erfinv(0.999 * p), tf.math.nextafter(x, tf.constant(0.5, tf.float64))]
    x = np.concatenate([np.linspace(-5.3, 20, 30), [0.0, 1.0, 2.0, 100.0, 1e-8]])
    p = np.array([1e-30, 1e-10, 0.07, 0.5, 0.6, 1 - 1e-9])
    graph("special_functions_double", build, [x, p], rtol=1e-11, atol=1e-11)


@case
def losses():
    def build(x, labels, classes):
        first = raw("SoftmaxCrossEntropyWithLogits", features=x, labels=labels)
        second = raw("SparseSoftmaxCrossEntropyWithLogits", features=x, labels=classes)
        return [*first, *second, tf.nn.sigmoid_cross_entropy_with_logits(labels, x), raw("L2Loss", t=x), tf.compat.v1.losses.huber_loss(labels, x)]
    labels = rng(1).uniform(0, 1, (3, 5)).astype(np.float32)
    graph("losses", build, [normal(3, 5), labels / labels.sum(1, keepdims=True), whole(0, 5, 3)], shapes=[(None, 5), (None, 5), (None,)])
