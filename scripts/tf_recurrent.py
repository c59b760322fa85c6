"""Cells that are one operator, loops of TensorFlow 1 over time, lists that grow."""

import numpy as np
import tensorflow as tf

from tf_model import case, first_version, graph, normal, raw, without_second_version

v1 = tf.compat.v1


@case
def cells():
    w, b, peep = normal(7, 16, seed=1), normal(16, seed=2), [normal(4, seed=3 + index) for index in range(3)]
    none = [np.zeros(4, np.float32)] * 3
    def build(x, c, h):
        def cell(peepholes, **given):
            return raw("LSTMBlockCell", x=x[0], cs_prev=c, h_prev=h, w=w, wci=peepholes[0], wcf=peepholes[1], wco=peepholes[2], b=b, **given)
        results = [*cell(none), *cell(peep, use_peephole=True, cell_clip=0.5, forget_bias=0.3), *cell(none, cell_clip=-1.0)]
        return results + [*raw("GRUBlockCell", x=x[0], h_prev=h, w_ru=normal(7, 8, seed=7), w_c=normal(7, 4, seed=8), b_ru=normal(8, seed=9), b_c=normal(4, seed=10))]
    graph("cells", build, [normal(3, 2, 3), normal(2, 4, seed=11), normal(2, 4, seed=12)], shapes=[(3, None, 3), (None, 4), (None, 4)], atol=1e-4)


@case
def cells_over_time():
    w, b, peep = normal(7, 16, seed=1), normal(16, seed=2), [normal(4, seed=3 + index) for index in range(3)]
    none = [np.zeros(4, np.float32)] * 3
    def build(x, c, h, n):
        def block(name, peepholes, length, **given):
            return raw(name, seq_len_max=length, x=x, cs_prev=c, h_prev=h, w=w, wci=peepholes[0], wcf=peepholes[1], wco=peepholes[2], b=b, **given)
        return [*block("BlockLSTM", none, n), block("BlockLSTM", peep, tf.cast(3, tf.int64), use_peephole=True, cell_clip=0.7, forget_bias=0.2)[6], *block("BlockLSTMV2", none, n)[1:3], block("BlockLSTMV2", peep, n, use_peephole=True, cell_clip=1.0)[6]]
    more = [[normal(5, 1, 3, seed=20), normal(1, 4, seed=21), normal(1, 4, seed=22), np.int64(5)]]
    graph("cells_over_time", build, [normal(3, 2, 3), normal(2, 4, seed=11), normal(2, 4, seed=12), np.int64(2)], shapes=[(None, None, 3), (None, 4), (None, 4), ()], atol=1e-4, more=more)


@case
def first_dynamic_of_any_batch():
    """As first_dynamic, with an open batch, two layers and the reverse direction."""

    def layer(x, lengths, scope):
        w = v1.get_variable(f"{scope}/w", initializer=normal(7 if scope != "second" else 8, 4, seed=5))
        time, batch = tf.shape(x)[0], tf.shape(x)[1]
        read = tf.TensorArray(tf.float32, time, clear_after_read=False, tensor_array_name=scope).unstack(x)
        zero = tf.zeros(tf.stack([batch, 4]))
        bound, least = tf.minimum(time, tf.maximum(1, tf.reduce_max(lengths))), tf.reduce_min(lengths)
        def body(i, state, array):
            def step():
                return tf.tanh(tf.concat([read.read(i), state], 1) @ w)
            def some():
                done = i >= lengths
                return v1.where(done, zero, step()), v1.where(done, state, step())
            output, state = tf.cond(i < least, lambda: (step(), step()), some)
            return i + 1, state, array.write(i, output)
        _, last, array = tf.while_loop(lambda i, *_: i < bound, body, [0, zero, tf.TensorArray(tf.float32, time)])
        return last, array.stack()

    def build(x, lengths):
        last, outputs = layer(x, lengths, "first")
        _, second = layer(outputs, lengths, "second")
        turned = tf.reverse_sequence(x, lengths, 0, 1)
        back, _ = layer(turned, lengths, "back")
        return [last, second, back, tf.transpose(outputs, [1, 0, 2])]

    def run():
        more = [[normal(3, 1, 3), np.array([2], np.int32)], [normal(3, 3, 3), np.array([3, 3, 1], np.int32)]]
        first_version("first_dynamic_of_any_batch", build, [normal(4, 2, 3), np.array([4, 2], np.int32)], shapes=[(None, None, 3), (None,)], more=more)
    without_second_version(run)


@case
def lists_that_grow():
    def build(x):
        n = tf.shape(x)[0]
        pushed = raw("EmptyTensorList", element_shape=[4], max_num_elements=-1, element_dtype=tf.float32)
        _, pushed = tf.while_loop(lambda i, _: i < n, lambda i, handle: (i + 1, raw("TensorListPushBack", input_handle=handle, tensor=x[i] * 2)), [0, pushed])
        growing = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[4])
        _, growing = tf.while_loop(lambda i, _: i < n, lambda i, array: (i + 1, array.write(i, x[i] + 1)), [0, growing])
        return [raw("TensorListStack", input_handle=pushed, element_shape=[4], element_dtype=tf.float32), growing.stack()]
    graph("lists_that_grow", build, [normal(3, 4)], shapes=[(None, 4)], more=[[normal(6, 4, seed=1)]])


@case
def lists_in_parts():
    def build(x):
        handle = raw("TensorListFromTensor", tensor=x, element_shape=[2, 4])
        shape = raw("TensorListElementShape", input_handle=handle, shape_type=tf.int32)
        joined = raw("TensorListConcatV2", input_handle=handle, element_shape=[2, 4], leading_dims=tf.constant([], tf.int64), element_dtype=tf.float32)
        first = raw("TensorListConcat", input_handle=handle, element_dtype=tf.float32, element_shape=[2, 4])
        longer = raw("TensorListResize", input_handle=handle, size=5)
        shorter = raw("TensorListResize", input_handle=handle, size=2)
        popped, last = raw("TensorListPopBack", input_handle=handle, element_shape=[2, 4], element_dtype=tf.float32)
        cut = raw("TensorListSplit", tensor=tf.reshape(x, [6, 4]), element_shape=[2, 4], lengths=tf.constant([2, 2, 2], tf.int64))
        spread = [raw(name, tensor=x, indices=[2, 0, 1], element_shape=[2, 4], **more) for name, more in (("TensorListScatter", {}), ("TensorListScatterV2", {"num_elements": -1}))]
        def stack(handle):
            return raw("TensorListStack", input_handle=handle, element_shape=[2, 4], element_dtype=tf.float32)
        def taken(handle, index):
            return raw("TensorListGetItem", input_handle=handle, index=index, element_shape=[2, 4], element_dtype=tf.float32)
        return [shape, *joined, *first, stack(longer), stack(shorter), stack(popped), last, stack(cut), *map(stack, spread), taken(cut, 1), raw("TensorListLength", input_handle=longer), raw("TensorListGather", input_handle=handle, indices=[2, 1], element_shape=[2, 4], element_dtype=tf.float32)]
    graph("lists_in_parts", build, [normal(3, 2, 4)])


@case
def first_arrays_in_parts():
    def build(x):
        array = tf.TensorArray(tf.float32, 3, infer_shape=False).unstack(x)
        joined = tf.TensorArray(tf.float32, 3).unstack(x).concat()
        cut = tf.TensorArray(tf.float32, 3).split(tf.reshape(x, [6, 4]), [2, 2, 2])
        picked = array.gather([2, 0])
        spread = tf.TensorArray(tf.float32, 3, clear_after_read=False).scatter([2, 0, 1], x)
        return [joined, raw("TensorArraySizeV3", handle=cut.handle, flow_in=cut.flow), cut.stack(), picked, spread.stack(), spread.size(), spread.read(1)]
    without_second_version(lambda: first_version("first_arrays_in_parts", build, [normal(3, 2, 4)]))
