"""Pictures and boxes."""

import numpy as np
import tensorflow as tf

from tf_model import case, graph, raw, rng


@case
def resizing():
    def build(x):
        results = []
        for function in ("ResizeBilinear", "ResizeNearestNeighbor"):
            for size in ([7, 9], [2, 3]):
                results += [raw(function, images=x, size=size), raw(function, images=x, size=size, align_corners=True), raw(function, images=x, size=size, half_pixel_centers=True)]
        return results + [tf.image.resize(x, [10, 12], "nearest"), raw("ResizeBilinear", images=tf.cast(x, tf.uint8), size=[8, 4])]
    graph("resizing", build, [rng(0).uniform(0, 255, (1, 4, 5, 2)).astype(np.float32)], rtol=1e-4, atol=1e-3)


@case
def resizing_cubic():
    # TensorFlow takes its weights from a table of 1024 steps.
    def build(x):
        return [tf.image.resize(x, [6, 10], "bicubic"), tf.image.resize(x, [3, 3], "bicubic"), raw("ResizeBicubic", images=x, size=[7, 9], align_corners=True)]
    graph("resizing_cubic", build, [rng(0).uniform(0, 1, (1, 4, 5, 2)).astype(np.float32)], rtol=0.01, atol=0.01)


@case
def crops():
    boxes = np.array([[0, 0, 1, 1], [0.2, 0.1, 0.8, 0.7], [-0.2, 0, 1.3, 0.9], [0.9, 0.8, 0.1, 0.2]], np.float32)
    def build(x):
        return [tf.image.crop_and_resize(x, boxes, [0, 1, 0, 1], [3, 4]), tf.image.crop_and_resize(x, boxes, [0, 1, 0, 1], [2, 1], "nearest", 7.0), tf.image.extract_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 1, 1], "VALID"), tf.image.extract_patches(x, [1, 3, 3, 1], [1, 2, 2, 1], [1, 2, 1, 1], "SAME"),
                tf.image.rgb_to_hsv(x), tf.image.hsv_to_rgb(x), tf.image.adjust_contrast(x, 1.7), tf.image.adjust_hue(x, 0.3), tf.image.adjust_saturation(x, 1.4), tf.image.rgb_to_grayscale(x), tf.image.central_crop(x, 0.5), tf.image.flip_left_right(x), tf.image.adjust_brightness(x, 0.2), tf.image.per_image_standardization(x)]
    graph("crops", build, [rng(0).uniform(0, 1, (2, 5, 6, 3)).astype(np.float32)], atol=1e-4)


def boxes(count, seed):
    corner, size = rng(seed).uniform(0, 0.7, (count, 2)), rng(seed + 1).uniform(0.1, 0.4, (count, 2))
    return np.concatenate([corner, np.minimum(corner + size, 1)], 1).astype(np.float32)


@case
def suppression():
    def build(b, s):
        return [tf.image.non_max_suppression(b, s, 6, 0.4), tf.image.non_max_suppression(b, s, 20, 0.3, 0.4), raw("NonMaxSuppressionV2", boxes=b, scores=s, max_output_size=5, iou_threshold=0.5), raw("NonMaxSuppression", boxes=b, scores=s, max_output_size=5, iou_threshold=0.2),
                *tf.image.non_max_suppression_padded(b, s, 15, 0.3, 0.3, pad_to_max_output_size=True)[:2], *raw("NonMaxSuppressionV4", boxes=b, scores=s, max_output_size=15, iou_threshold=0.3, score_threshold=0.3, pad_to_max_output_size=True), *raw("NonMaxSuppressionV5", boxes=b, scores=s, max_output_size=8, iou_threshold=0.3, score_threshold=0.2, soft_nms_sigma=0.0)]
    graph("suppression", build, [boxes(14, 3), rng(9).permutation(14).astype(np.float32) / 14])


@case
def suppression_combined():
    scores = (rng(3).permutation(2 * 8 * 3).reshape(2, 8, 3) / 48).astype(np.float32)
    def build(b, s):
        return [*tf.image.combined_non_max_suppression(b[:, :, None], s, 3, 6, 0.4, 0.2), *tf.image.combined_non_max_suppression(tf.stack([b, b * 0.9, b * 0.8], 2), s, 4, 20, 0.5, 0.1), *tf.image.combined_non_max_suppression(b[:, :, None], s, 3, 10, 0.4, 0.3, pad_per_class=True)]
    graph("suppression_combined", build, [np.stack([boxes(8, 1), boxes(8, 5)]), scores])
