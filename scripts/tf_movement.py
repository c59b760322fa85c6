"""Shapes, and what moves elements."""

import numpy as np
import tensorflow as tf

from tf_model import case, graph, normal, raw, whole


@case
def shapes():
    def build(x):
        n = tf.shape(x)[0]
        return [tf.shape(x), tf.size(x), tf.rank(x), tf.reshape(x, [n, -1]), tf.reshape(x, [-1, 2]), tf.expand_dims(x, 1), tf.squeeze(tf.expand_dims(x, -1), -1), tf.squeeze(x[:, :1]), tf.transpose(x, [2, 0, 1]),
                tf.tile(x, [1, 2, 1]), tf.broadcast_to(x[:, :1], tf.stack([n, 3, 4])), tf.fill([n, 2], 7), tf.stack([x, x], 1), *tf.unstack(x, axis=1), tf.concat([x, x], -1), *tf.split(x, 2, 2), *tf.split(x, [1, -1], 1), tf.roll(x, [1, -2], [1, 2]),
                tf.shape(x, tf.int64), tf.range(n), tf.range(0, n * 2, 3), tf.linspace(0.0, 1.0, 5), tf.zeros([n, 2], tf.int32), tf.ensure_shape(x, [None, 3, 4]), tf.repeat(x, 2, 1), tf.meshgrid(tf.range(n), tf.range(3))[0], tf.math.invert_permutation([2, 0, 1])]
    graph("shapes", build, [normal(2, 3, 4)], shapes=[(None, 3, 4)], more=[[normal(5, 3, 4, seed=1)]])


@case
def slices():
    def build(x):
        return [x[0], x[:, 1], x[..., -1], x[:, ::2], x[:, ::-1, 1:3], x[:, tf.newaxis, 1], x[-1:, :, ::-2], tf.slice(x, [0, 1, 0], [-1, 2, 3]), x[:, 1:-1], tf.reverse(x, [1, 2]), tf.gather(x, [0, 2], axis=1), x[..., tf.newaxis], x[:1, 0, 0]]
    graph("slices", build, [normal(3, 4, 5)], shapes=[(None, 4, 5)])


@case
def slices_of_data():
    def build(x, i):
        n = tf.shape(x)[0]
        return [x[i[0]], x[:, i[1]], x[: i[0] + 1], x[n - 1], x[:, i[0] : i[1]], tf.slice(x, [i[0], 0], [1, 2]), tf.strided_slice(x, [i[0], 0], [i[1], 2])]
    graph("slices_of_data", build, [normal(4, 5), np.array([1, 3], np.int32)], shapes=[(None, 5), (2,)], more=[[normal(6, 5), np.array([2, 4], np.int32)]])


@case
def gathers():
    def build(x, i):
        return [tf.gather(x, i), tf.gather(x, i, axis=2), tf.gather(x, i, axis=1, batch_dims=1), tf.gather(x, i[:, 0], axis=1), tf.gather_nd(x, tf.stack([i[:, 0], i[:, 1]], 1)), tf.gather_nd(x, i[:, :, None] % 3, batch_dims=1),
                tf.gather(x, i, axis=2, batch_dims=1), tf.nn.embedding_lookup(x[0], i)]
    graph("gathers", build, [normal(3, 3, 4), whole(0, 3, 3, 2)])


@case
def scatters():
    def build(x, i):
        column = i[:, None]
        return [tf.scatter_nd(column, x, [6, 3]), tf.tensor_scatter_nd_update(tf.ones([6, 3]), tf.constant([[0], [3], [5], [1]]), x), tf.tensor_scatter_nd_add(tf.ones([6, 3]), column, x), tf.tensor_scatter_nd_sub(tf.ones([6, 3]), column, x),
                tf.tensor_scatter_nd_max(tf.zeros([6, 3]), column, x), tf.math.unsorted_segment_sum(x, i, 6), tf.math.unsorted_segment_max(x, i, 6), tf.math.segment_sum(x, [0, 0, 1, 3]), tf.math.segment_mean(x, [0, 0, 1, 3]), tf.math.segment_max(x, [0, 1, 1, 1]), tf.one_hot(i, 5), tf.one_hot(i, 5, 2.0, -1.0, 0), tf.one_hot(i, 3, True, False),
                tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 1], [2, 0]], [3.0, 4.0], [3, 2])), tf.dynamic_stitch([[0, 2], [1, 3]], [x[:2], x[2:]]), tf.math.bincount(i, minlength=6, maxlength=6)]
    graph("scatters", build, [normal(4, 3), np.array([1, 4, 1, 0], np.int32)])


@case
def padding():
    def build(x):
        return [tf.pad(x, [[0, 0], [1, 2], [0, 1]]), tf.pad(x, [[1, 0], [0, 0], [2, 1]], constant_values=3.5), tf.pad(x, [[0, 0], [1, 2], [2, 1]], "REFLECT"), tf.pad(x, [[0, 0], [3, 1], [2, 4]], "SYMMETRIC"),
                tf.reverse_sequence(x, [2, 1], 1, 0), tf.nn.depth_to_space(tf.reshape(x, [2, 1, 3, 4]), 2), tf.nn.space_to_depth(tf.reshape(x, [1, 4, 6, 1]), 2), tf.space_to_batch(tf.reshape(x, [1, 4, 6, 1]), [2, 2], [[0, 0], [1, 1]]), tf.batch_to_space(tf.reshape(x, [4, 2, 3, 1]), [2, 2], [[0, 1], [1, 0]])]
    graph("padding", build, [normal(2, 3, 4)])


@case
def diagonals():
    def build(x):
        return [tf.linalg.band_part(x, 1, -1), tf.linalg.band_part(x, 0, 2), tf.linalg.diag(x[0]), tf.linalg.diag_part(x), tf.linalg.set_diag(x, tf.zeros([2, 3])), tf.eye(3), tf.linalg.tensor_diag(x[0, 0]), tf.linalg.trace(x), tf.linalg.tensor_diag_part(x[0, :, :3])]
    graph("diagonals", build, [normal(2, 3, 4)])


@case
def diagonals_beside():
    def build(x, d):
        return [tf.linalg.diag_part(x, k=1), tf.linalg.diag_part(x, k=-2), tf.linalg.diag(d, k=2), tf.linalg.diag(d, k=-1), tf.linalg.diag(d, k=1, num_rows=3, num_cols=6, padding_value=7.0), tf.linalg.diag(d, num_rows=3, num_cols=5), tf.linalg.set_diag(x, x[:, :3, 0], k=1), tf.linalg.set_diag(x, x[:, 0, :2], k=-1), tf.linalg.set_diag(x, x[:, :1, 1], k=-2)]
    graph("diagonals_beside", build, [normal(2, 3, 4), normal(2, 3, seed=1)], shapes=[(None, 3, 4), (None, 3)])


@case
def searches():
    def build(x):
        flat = tf.reshape(x, [-1])
        return [*tf.math.top_k(x, 3), *tf.math.top_k(flat, 2), tf.where(x > 0), tf.boolean_mask(x, x > 0.5), *tf.unique(tf.cast(flat * 2, tf.int32)), *tf.unique_with_counts(tf.cast(flat, tf.int64)), tf.searchsorted([-1.0, 0.0, 0.5, 1.0], flat), tf.searchsorted([-1.0, 0.0, 0.5, 1.0], flat, "right"),
                raw("Bucketize", input=x, boundaries=[-1.0, 0.0, 1.0]), tf.sort(x, 1), tf.argsort(x, 1, "DESCENDING"), tf.math.in_top_k([1, 0], x[:2], 2), raw("NthElement", input=x, n=1), tf.size(x)]
    graph("searches", build, [normal(4, 5)])
