"""Branches, loops, lists and arrays, of both versions."""

import numpy as np
import tensorflow as tf

from tf_model import case, first_version, graph, normal, without_second_version


@case
def branches():
    def build(x, k):
        return [tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2, lambda: x - 1), tf.switch_case(k, [lambda: x, lambda: x + 1, lambda: x * 3]), tf.cond(k > 0, lambda: tf.cond(k > 1, lambda: x, lambda: -x), lambda: x * x),
                tf.cond(k > 0, lambda: x[:1], lambda: x), tf.case([(k > 1, lambda: x), (k > 0, lambda: x + 5)], default=lambda: x * 0)]
    x = normal(3, 2)
    graph("branches", build, [x, np.int32(0)], more=[[-x, np.int32(1)], [np.abs(x), np.int32(2)], [x, np.int32(5)]])


@case
def loops():
    def build(x, n):
        _, sum_of = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, y * 0.5 + x), [0, x])
        _, doubled = tf.while_loop(lambda _, y: tf.reduce_max(y) < 100, lambda i, y: (i + 1, y * 2), [0, tf.abs(x) + 1])
        _, nested = tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, tf.while_loop(lambda j, _: j < i + 1, lambda j, z: (j + 1, z + x), [0, y])[1]), [0, x])
        return [sum_of, doubled, nested]
    graph("loops", build, [normal(2, 3), np.int32(3)], more=[[normal(2, 3), np.int32(0)]])


@case
def lists():
    def build(x):
        n = tf.shape(x)[0]
        def body(i, state, array):
            state = tf.tanh(state + x[i])
            return i + 1, state, array.write(i, state)
        _, last, array = tf.while_loop(lambda i, *_: i < n, body, [0, tf.zeros([4]), tf.TensorArray(tf.float32, n)])
        read = tf.TensorArray(tf.float32, n).unstack(x)
        _, total = tf.while_loop(lambda i, _: i < n, lambda i, s: (i + 1, s + read.read(i)), [0, tf.zeros([4])])
        return [last, array.stack(), total, tf.map_fn(lambda row: row * 2 + 1, x), tf.scan(lambda a, row: a + row, x), x[0], read.gather([1, 0]), tf.foldl(lambda a, row: a * 0.5 + row, x)]
    graph("lists", build, [normal(3, 4)], shapes=[(None, 4)], more=[[normal(6, 4, seed=1)]])


@case
def lists_of_known_length():
    def build(x):
        array = tf.TensorArray(tf.float32, 3)
        for index in range(3):
            array = array.write(index, x[index] * (index + 1))
        return [array.stack(), array.size(), array.read(1), x[2], tf.stack(tf.unstack(x)), tf.raw_ops.TensorListStack(input_handle=tf.raw_ops.TensorListPushBack(input_handle=tf.raw_ops.EmptyTensorList(element_shape=[4], max_num_elements=2, element_dtype=tf.float32), tensor=x[0]), element_shape=[4], element_dtype=tf.float32)]
    graph("lists_of_known_length", build, [normal(3, 4)])


@case
def first_branches():
    def build(x, k):
        outer = tf.cond(k > 0, lambda: x * 2, lambda: x - 1)
        nested = tf.cond(k > 0, lambda: tf.cond(k > 1, lambda: x + 10, lambda: -x), lambda: tf.constant(3.0) * x)
        constants = tf.cond(k > 1, lambda: tf.constant([1.0, 2.0]), lambda: tf.constant([3.0, 4.0]))
        pair = tf.cond(k > 0, lambda: (x, x * x), lambda: (x * x, x))
        again = tf.cond(k > 0, lambda: outer + 1, lambda: outer)
        return [outer, nested, constants, *pair, again]
    without_second_version(lambda: first_version("first_branches", build, [normal(3, 2), np.int32(0)], more=[[normal(3, 2), np.int32(1)], [normal(3, 2), np.int32(2)]]))


@case
def first_loops():
    def build(x, n):
        w = tf.compat.v1.get_variable("w", initializer=normal(3, 3, seed=5))
        _, y = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, tf.tanh(y @ w) + x), [0, x])
        _, nested = tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, tf.while_loop(lambda j, _: j <= i, lambda j, z: (j + 1, z + x), [0, y])[1]), [0, x])
        _, chosen = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, tf.cond(tf.equal(i % 2, 0), lambda: y + 1, lambda: y * 2)), [0, x])
        return [y, nested, chosen]
    without_second_version(lambda: first_version("first_loops", build, [normal(2, 3), np.int32(3)], more=[[normal(2, 3), np.int32(0)]]))


@case
def first_arrays():
    def build(x):
        n = tf.shape(x)[0]
        read = tf.TensorArray(tf.float32, n).unstack(x)
        w = tf.compat.v1.get_variable("w", initializer=normal(4, 4, seed=5))
        def body(i, state, array):
            state = tf.tanh(tf.reshape(read.read(i), [1, 4]) @ w + state)
            return i + 1, state, array.write(i, state[0])
        _, last, array = tf.while_loop(lambda i, *_: i < n, body, [0, tf.zeros([1, 4]), tf.TensorArray(tf.float32, n)])
        return [last, array.stack(), array.size()]
    without_second_version(lambda: first_version("first_arrays", build, [normal(3, 4)], shapes=[(None, 4)], more=[[normal(5, 4, seed=1)]]))


@case
def first_dynamic():
    """What dynamic_rnn makes: rows that are copied through where a sequence has ended, by a loop that ends with the longest."""
    def build(x, lengths):
        w = tf.compat.v1.get_variable("w", initializer=normal(7, 4, seed=5))
        time, batch = tf.shape(x)[0], tf.shape(x)[1]
        read = tf.TensorArray(tf.float32, time, clear_after_read=False).unstack(x)
        zero = tf.zeros(tf.stack([batch, 4]))
        bound = tf.minimum(time, tf.maximum(1, tf.reduce_max(lengths)))
        least = tf.reduce_min(lengths)
        def body(i, state, array):
            step = lambda: tf.tanh(tf.concat([read.read(i), state], 1) @ w)
            def some():
                done = i >= lengths
                return tf.compat.v1.where(done, zero, step()), tf.compat.v1.where(done, state, step())
            output, state = tf.cond(i < least, lambda: (step(), step()), some)
            return i + 1, state, array.write(i, output)
        _, last, array = tf.while_loop(lambda i, *_: i < bound, body, [0, zero, tf.TensorArray(tf.float32, time)])
        return [last, array.stack()]
    without_second_version(lambda: first_version("first_dynamic", build, [normal(4, 2, 3), np.array([4, 2], np.int32)], shapes=[(None, 2, 3), (2,)], more=[[normal(3, 2, 3), np.array([1, 3], np.int32)]]))
