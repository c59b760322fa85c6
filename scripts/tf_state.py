"""Variables: in parts, assigned while the model runs, trained."""

import numpy as np
import tensorflow as tf

from tf_model import case, checkpoint, first_version, normal, raw, saved, whole, without_second_version

v1 = tf.compat.v1


def in_parts(x, indices):
    """Variables that are cut along either axis, one looked up in parts."""

    def part_of(values):
        return lambda shape, dtype=None, partition_info=None: values[tuple(slice(start, start + length) for start, length in zip(partition_info.var_offset, shape))]

    table = v1.get_variable("table", (7, 4), initializer=part_of(normal(7, 4, seed=1)), partitioner=v1.fixed_size_partitioner(3))
    wide = v1.get_variable("wide", (4, 70), initializer=part_of(normal(4, 70, seed=2)), partitioner=v1.fixed_size_partitioner(2, axis=1), use_resource=True)
    rows = tf.gather(tf.convert_to_tensor(table), indices)
    return [tf.matmul(x + rows, tf.convert_to_tensor(wide)), tf.convert_to_tensor(list(table)[1])]


@case
def checkpoint_parts():
    without_second_version(lambda: checkpoint("checkpoint_parts", in_parts, [normal(2, 4), whole(0, 7, 2)], shapes=[(None, 4), (None,)], atol=1e-4))


@case
def checkpoint_parts_first():
    without_second_version(lambda: checkpoint("checkpoint_parts_first", in_parts, [normal(2, 4), whole(0, 7, 2)], shapes=[(None, 4), (None,)], atol=1e-4, version=1))


@case
def checkpoint_parts_together():
    """Variables of which the graph restores a part each, out of a checkpoint that has the whole."""

    def build(x):
        parts = [v1.get_variable(f"part_{index}", (2, 3), initializer=v1.constant_initializer(normal(2, 3, seed=index))) for index in range(2)]
        for index, part in enumerate(parts):
            part._set_save_slice_info(tf.Variable.SaveSliceInfo("whole", [4, 3], [2 * index, 0], [2, 3]))
        return [x @ tf.concat(parts, 0)]

    without_second_version(lambda: checkpoint("checkpoint_parts_together", build, [normal(2, 4)]))


class Counter(tf.Module):
    """Counts runs, sums what it is given, and averages."""

    def __init__(self):
        super().__init__()
        self.count = tf.Variable(0, name="count")
        self.sum = tf.Variable(tf.zeros([3]), name="sum")
        self.scale = tf.Variable(2.0, name="scale")

    def call(self, x0):
        before = self.count + 0
        self.count.assign_add(1)
        self.sum.assign(self.sum + tf.reduce_sum(x0, 0))
        after = self.sum * self.scale
        self.sum.assign_sub([0.5, 0.25, 0.0])
        return {"before": before, "count": self.count.read_value(), "mean": after / tf.cast(self.count, tf.float32), "later": self.sum.read_value()}


@case
def saved_model_state():
    more = [[normal(1, 3, seed=1)], [normal(4, 3, seed=2)]]
    saved("saved_model_state", Counter(), [normal(2, 3)], shapes=[(None, 3)], more=more)


class Cache(tf.Module):
    """Keeps rows: the newest in a ring, some by number, a slice of a vector."""

    def __init__(self):
        super().__init__()
        self.place = tf.Variable(0, dtype=tf.int64)
        self.ring = tf.Variable(tf.zeros([3, 2]))
        self.rows = tf.Variable(tf.ones([5, 2]))
        self.line = tf.Variable(tf.zeros([6]))

    @tf.function
    def step(self, x):
        self.ring.scatter_update(tf.IndexedSlices(x, tf.reshape(self.place % 3, [1])))
        self.place.assign_add(1)
        return tf.reduce_sum(self.ring, 0)

    def call(self, x0):
        summed = self.step(x0)
        again = self.step(x0 * 2)
        index = tf.reshape(self.place, [1, 1]) % 5
        self.rows.scatter_nd_update(index, x0)
        self.rows.scatter_nd_add(tf.constant([[1]]), x0)
        self.rows.scatter_nd_sub(tf.constant([[0]]), x0)
        self.rows.scatter_add(tf.IndexedSlices(x0, [3]))
        self.rows.scatter_sub(tf.IndexedSlices(x0, [2]))
        self.rows.scatter_max(tf.IndexedSlices(x0, [4]))
        self.rows.scatter_min(tf.IndexedSlices(x0, [1]))
        self.line[1:3].assign(x0[0])
        self.line[::5].assign(-x0[0])
        return {"summed": summed, "again": again, "rows": self.rows + 0, "line": self.line + 0, "taken": tf.gather(self.rows, [0, 4])}


@case
def saved_model_cache():
    saved("saved_model_cache", Cache(), [normal(1, 2)], more=[[normal(1, 2, seed=seed)] for seed in range(1, 4)])


@case
def checkpoint_state():
    """A state of TensorFlow 1: what is assigned before the output is given."""

    def build(x):
        state = v1.get_variable("state", (2, 3), initializer=v1.zeros_initializer(), trainable=False)
        steps = v1.get_variable("steps", (), tf.int32, initializer=v1.zeros_initializer(), use_resource=True)
        following = tf.tanh(state + x)
        with tf.control_dependencies([state.assign(following), steps.assign_add(1)]):
            output = tf.identity(following * 2)
            return [output, steps.read_value(), v1.assign_add(v1.get_variable("sum", (2, 3), initializer=v1.ones_initializer()), x)]

    more = [[normal(2, 3, seed=1)], [normal(2, 3, seed=2)]]
    without_second_version(lambda: checkpoint("checkpoint_state", build, [normal(2, 3)], more=more))


def trained(x, labels):
    """A network with batch normalization and dropout whose graph trains it, too, unless it is told not to."""
    training = v1.placeholder_with_default(False, (), name="training")
    keep = v1.placeholder_with_default(np.float32(0), (), name="rate")
    w = v1.get_variable("conv/w", initializer=normal(3, 3, 2, 4, seed=1))
    y = tf.nn.conv2d(x, w, 1, "SAME")
    scale, offset = v1.get_variable("bn/gamma", initializer=np.full(4, 1.5, np.float32)), v1.get_variable("bn/beta", initializer=normal(4, seed=2))
    mean = v1.get_variable("bn/mean", initializer=normal(4, seed=3), trainable=False)
    variance = v1.get_variable("bn/variance", initializer=np.abs(normal(4, seed=4)) + 0.5, trainable=False)

    def of_batch():
        return raw("FusedBatchNormV3", x=y, scale=scale, offset=offset, mean=[], variance=[], epsilon=1e-3, is_training=True)[:3]

    def of_all():
        return raw("FusedBatchNormV3", x=y, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=1e-3, is_training=False)[:3]

    z, batch_mean, batch_variance = tf.cond(training, of_batch, of_all)
    for variable, of in ((mean, batch_mean), (variance, batch_variance)):
        v1.add_to_collection(v1.GraphKeys.UPDATE_OPS, variable.assign_sub((variable - of) * 0.1))
    z = tf.nn.relu(z)
    kept = z / (1 - keep) * tf.floor(1 - keep + v1.random_uniform(tf.shape(z), seed=1))
    z = tf.cond(training, lambda: kept, lambda: z)
    z = tf.cond(training, lambda: tf.nn.dropout(z, rate=0.4), lambda: tf.identity(z))
    logits = tf.reshape(z, [-1, 4 * 4 * 4]) @ v1.get_variable("dense/w", initializer=normal(64, 3, seed=5))
    loss = tf.reduce_mean(v1.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
    with tf.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
        v1.train.MomentumOptimizer(0.1, 0.9).minimize(loss, v1.train.get_or_create_global_step())
    check = v1.assert_less(tf.reduce_max(labels), 5)
    with tf.control_dependencies([check]):
        return [tf.nn.softmax(logits), loss]


@case
def checkpoint_trained():
    without_second_version(lambda: checkpoint("checkpoint_trained", trained, [normal(2, 4, 4, 2), whole(0, 3, 2)], shapes=[(None, 4, 4, 2), (None,)], named=True, atol=1e-4))


@case
def checkpoint_trained_second():
    checkpoint("checkpoint_trained_second", trained, [normal(2, 4, 4, 2), whole(0, 3, 2)], shapes=[(None, 4, 4, 2), (None,)], named=True, atol=1e-4)


class Handles(tf.Module):
    """Operators that take a variable itself."""

    def __init__(self):
        super().__init__()
        self.table = tf.Variable(normal(5, 2, 3, seed=1))

    def call(self, x0):
        handle = self.table.handle
        return {"shape": raw("VariableShape", input=handle), "rows": raw("ResourceGather", resource=handle, indices=x0, dtype=tf.float32), "parts": raw("ResourceGatherNd", resource=handle, indices=tf.stack([x0, x0 % 2], 1), dtype=tf.float32), "whole": self.table * 2}


@case
def saved_model_handles():
    saved("saved_model_handles", Handles(), [np.array([4, 0, 1], np.int32)], shapes=[(None,)])


class Branching(tf.Module):
    """Variables that branches and rounds assign."""

    def __init__(self):
        super().__init__()
        self.sum = tf.Variable(tf.zeros([2]))
        self.steps = tf.Variable(0)

    def call(self, x0, x1):
        def more():
            self.sum.assign_add(x0)
            return self.sum.read_value() * 2.0

        def less():
            self.steps.assign(self.steps * 10)
            return x0

        chosen = tf.cond(x1 > 1, more, less)

        def body(i, y):
            self.steps.assign_add(1)
            self.sum.assign(self.sum * 0.5 + y)
            return i + 1, y + self.sum

        _, looped = tf.while_loop(lambda i, _: i < x1, body, [0, x0])
        return {"chosen": chosen, "looped": looped, "steps": self.steps.read_value(), "sum": self.sum.read_value()}


@case
def saved_model_branches():
    more = [[normal(2, seed=seed), np.int32(count)] for seed, count in ((1, 3), (2, 0), (3, 2))]
    saved("saved_model_branches", Branching(), [normal(2), np.int32(1)], more=more)
