"""Convolutions, pools and normalization."""

import numpy as np
import tensorflow as tf

from tf_model import case, graph, normal, raw


@case
def convolution():
    w = normal(3, 3, 4, 6, seed=1)
    def build(x):
        return [tf.nn.conv2d(x, w, 1, "SAME"), tf.nn.conv2d(x, w, 2, "SAME"), tf.nn.conv2d(x, w, [2, 1], "VALID"), tf.nn.conv2d(x, w, 1, "SAME", dilations=2),
                tf.nn.conv2d(x, w, 2, [[0, 0], [1, 2], [0, 1], [0, 0]]), tf.nn.conv2d(x, normal(3, 2, 2, 6, seed=3), 1, "SAME"), tf.nn.bias_add(tf.nn.conv2d(x, w[:1, :1], 1, "VALID"), normal(6, seed=2))]
    graph("convolution", build, [normal(2, 9, 7, 4)], shapes=[(None, 9, 7, 4)], atol=1e-4)


@case
def convolution_of_any_extent():
    w = normal(3, 3, 2, 3, seed=1)
    def build(x):
        y = tf.nn.conv2d(x, w, 2, "SAME")
        return [y, tf.nn.max_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, 3, 2, "SAME"), tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "SAME"), tf.image.resize(y, tf.shape(y)[1:3] * 2)]
    graph("convolution_of_any_extent", build, [normal(1, 8, 6, 2)], shapes=[(None, None, None, 2)], atol=1e-4, more=[[normal(2, 5, 7, 2, seed=4)]])


@case
def convolution_depthwise():
    w = normal(3, 3, 4, 2, seed=1)
    def build(x):
        return [tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME"), tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "VALID"),
                tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "VALID", dilations=[2, 2]), tf.nn.separable_conv2d(x, w, normal(1, 1, 8, 3, seed=2), [1, 2, 2, 1], "SAME")]
    graph("convolution_depthwise", build, [normal(1, 7, 8, 4)], atol=1e-4)


@case
def convolution_transposed():
    w = normal(3, 3, 5, 4, seed=1)
    def build(x):
        n = tf.shape(x)[0]
        return [tf.nn.conv2d_transpose(x, w, tf.stack([n, 8, 10, 5]), 2, "SAME"), tf.nn.conv2d_transpose(x, w, tf.stack([n, 9, 11, 5]), 2, "VALID"),
                tf.nn.conv2d_transpose(x, w, tf.stack([n, 7, 9, 5]), 2, "SAME"), tf.nn.conv2d_transpose(x, w, tf.stack([n, 4, 5, 5]), 1, "SAME"),
                tf.nn.conv2d_transpose(x, normal(2, 2, 5, 4, seed=2), tf.stack([n, 8, 10, 5]), 2, "VALID")]
    graph("convolution_transposed", build, [normal(2, 4, 5, 4)], shapes=[(None, 4, 5, 4)], atol=1e-4)


@case
def convolution_3d():
    w = normal(2, 3, 3, 2, 3, seed=1)
    def build(x):
        y = tf.nn.conv3d(x, w, [1, 1, 1, 1, 1], "SAME")
        return [y, tf.nn.conv3d(x, w, [1, 1, 2, 2, 1], "VALID"), tf.nn.max_pool3d(x, 2, 2, "SAME"), tf.nn.avg_pool3d(x, 2, 2, "VALID"), tf.nn.conv3d_transpose(y, w, [1, 8, 10, 10, 2], 2, "SAME")]
    graph("convolution_3d", build, [normal(1, 4, 5, 5, 2)], atol=1e-4)


@case
def convolution_1d():
    w = normal(3, 4, 6, seed=1)
    def build(x):
        return [tf.nn.conv1d(x, w, 1, "SAME"), tf.nn.conv1d(x, w, 2, "VALID"), tf.nn.conv1d(x, w, 1, "SAME", dilations=3), tf.nn.pool(x, [3], "MAX", [2], "SAME"), tf.nn.convolution(x, w, padding="VALID", dilations=2)]
    graph("convolution_1d", build, [normal(2, 12, 4)], shapes=[(None, 12, 4)], atol=1e-4)


@case
def pools():
    def build(x):
        return [tf.nn.max_pool2d(x, 2, 2, "VALID"), tf.nn.max_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, 3, 2, "SAME"), tf.nn.avg_pool2d(x, [2, 3], 1, "VALID"),
                *tf.nn.max_pool_with_argmax(x, 2, 2, "VALID"), tf.nn.max_pool_with_argmax(x, 2, 2, "SAME", include_batch_in_index=True)[1], tf.nn.dilation2d(x, normal(2, 2, 3, seed=3), [1, 1, 1, 1], "SAME", "NHWC", [1, 2, 2, 1])]
    graph("pools", build, [normal(2, 7, 6, 3)])


@case
def normalization():
    scale, offset, mean, variance = normal(4, seed=1), normal(4, seed=2), normal(4, seed=3), np.abs(normal(4, seed=4)) + 0.1
    def build(x):
        results = [raw(f"FusedBatchNorm{version}", x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.01, is_training=False)[0] for version in ("", "V2", "V3")]
        results += raw("FusedBatchNormV3", x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.01, is_training=True)[:3]
        return results + [tf.nn.lrn(x, 1, 1.0, 0.2, 0.7), tf.nn.batch_normalization(x, mean, variance, offset, scale, 0.01), tf.nn.l2_normalize(x, -1), tf.nn.bias_add(x, scale), tf.nn.moments(x, [0, 1, 2])[1]]
    graph("normalization", build, [normal(2, 5, 4, 4)], atol=1e-4)
