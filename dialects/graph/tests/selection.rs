//! Ops that choose among elements, and those on whole matrices, on literal tensors; numbers worked out by hand.

mod support;

use kiln_tensor::Tensor;
use support::{attribute, check, f, i};

/// One picture's boxes, one class' scores, and limits.
fn suppress(center_point_box: bool, boxes: &[f32], scores: &[f32], most: i64, limits: [f32; 2], expected: &[i64]) {
    let count = scores.len();
    let operands = [
        f(&[1, count, 4], boxes),
        f(&[1, 1, count], scores),
        Tensor::scalar(most),
        Tensor::scalar(limits[0]),
        Tensor::scalar(limits[1]),
    ];
    let given = [attribute("center_point_box", center_point_box)];
    check("graph.non_max_suppression", &given, &operands, &[i(&[1, 1, expected.len()], expected)]);
}

#[test]
fn the_best_of_overlapping_boxes_stay() {
    // The second is half in the first, the third is the first with its corners swapped, the fourth is apart.
    let boxes = [0.0, 0.0, 1.0, 1.0, 0.0, 0.5, 1.0, 1.5, 1.0, 1.0, 0.0, 0.0, 5.0, 5.0, 6.0, 6.0];
    suppress(false, &boxes, &[0.5, 0.6, 0.5, 0.4], 4, [0.5, 0.0], &[1, 0, 3, -1]);
    suppress(false, &boxes, &[0.5, 0.6, 0.5, 0.4], 4, [0.3, 0.0], &[1, 3, -1, -1]);
    suppress(false, &boxes, &[0.5, 0.6, 0.5, 0.4], 4, [0.5, 0.45], &[1, 0, -1, -1]);
    suppress(false, &boxes, &[0.5, 0.6, 0.5, 0.4], 1, [0.5, 0.0], &[1, -1, -1, -1]);
    suppress(false, &boxes, &[0.5, 0.6, 0.5, 0.4], -1, [0.5, 0.0], &[-1, -1, -1, -1]);
    // A third of their union is common to two boxes that are half a side apart.
    suppress(true, &[0.5, 0.5, 1.0, 1.0, 1.0, 0.5, 1.0, 1.0], &[0.1, 0.2], 2, [0.33, 0.0], &[1, -1]);
    suppress(true, &[0.5, 0.5, 1.0, 1.0, 1.0, 0.5, 1.0, 1.0], &[0.1, 0.2], 2, [0.34, 0.0], &[1, 0]);
}

#[test]
fn places_of_true_values() {
    let x = Tensor::from_bools(&[4], &[false, true, false, true]);
    check("graph.nonzero", &[], &[x], &[i(&[2], &[1, 3])]);
}

#[test]
fn matrices_are_eliminated() {
    let x = f(&[2, 2, 2], &[0.0, 2.0, 4.0, 3.0, 1.0, 2.0, 2.0, 4.0]);
    check("graph.determinant", &[], &[x], &[f(&[2], &[-8.0, 0.0])]);
    let x = f(&[2, 2], &[0.0, 2.0, 4.0, 3.0]);
    check("graph.inverse", &[], &[x], &[f(&[2, 2], &[-0.375, 0.25, 0.5, 0.0])]);
}
