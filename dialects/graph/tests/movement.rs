//! Ops that move elements, and ops along an axis, on literal tensors.

mod support;

use kiln_tensor::Tensor;
use support::{attribute, check, check_error, counting, dims, f, i};

#[test]
fn transpose_and_reshape() {
    let permutation = attribute("permutation", vec![1i64, 0]);
    check("graph.transpose", &[permutation], &[counting(&[2, 3])], &[f(&[3, 2], &[0.0, 3.0, 1.0, 4.0, 2.0, 5.0])]);
    check("graph.reshape", &[], &[counting(&[2, 3])], &[counting(&[3, 2])]);
    let twice = attribute("permutation", vec![0i64, 0]);
    check_error(
        "graph.transpose",
        &[twice],
        &[counting(&[2, 3])],
        "[0, 0] is not a permutation of the 2 axes of the operand",
    );
}

#[test]
fn slices_go_both_ways() {
    let attributes = [attribute("starts", dims(&[1, 2])), attribute("steps", vec![1i64, -2])];
    check("graph.slice", &attributes, &[counting(&[3, 3])], &[f(&[2, 2], &[5.0, 3.0, 8.0, 6.0])]);
    let empty = [attribute("starts", dims(&[0])), attribute("steps", vec![1i64])];
    check("graph.slice", &empty, &[counting(&[3])], &[f(&[0], &[])]);
}

#[test]
fn concat_tile_iota() {
    let axis = attribute("axis", 1i64);
    check(
        "graph.concat",
        &[axis],
        &[counting(&[2, 2]), f(&[2, 1], &[8.0, 9.0])],
        &[f(&[2, 3], &[0.0, 1.0, 8.0, 2.0, 3.0, 9.0])],
    );
    check(
        "graph.tile",
        &[attribute("repeats", vec![2i64, 1])],
        &[counting(&[1, 2])],
        &[f(&[2, 2], &[0.0, 1.0, 0.0, 1.0])],
    );
    check("graph.iota", &[attribute("axis", 1i64)], &[], &[i(&[2, 3], &[0, 1, 2, 0, 1, 2])]);
}

#[test]
fn pads_of_every_mode() {
    let pad = |mode: &str, low: u64, high: u64, expected: &[f32]| {
        let attributes = [attribute("low", dims(&[low])), attribute("high", dims(&[high])), attribute("mode", mode)];
        check("graph.pad", &attributes, &[counting(&[3])], &[f(&[expected.len()], expected)]);
    };
    pad("constant", 1, 2, &[0.0, 0.0, 1.0, 2.0, 0.0, 0.0]);
    pad("edge", 2, 1, &[0.0, 0.0, 0.0, 1.0, 2.0, 2.0]);
    pad("reflect", 2, 3, &[2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0]);
    pad("wrap", 2, 4, &[1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0]);
}

#[test]
fn gathers() {
    let axis = attribute("axis", 1i64);
    check("graph.gather", &[axis], &[counting(&[2, 3]), i(&[2], &[-1, 0])], &[f(&[2, 2], &[2.0, 0.0, 5.0, 3.0])]);
    check_error(
        "graph.gather",
        &[axis],
        &[counting(&[2, 3]), i(&[1], &[3])],
        "index 3 is not in axis 1, whose extent is 3",
    );
    check("graph.gather_elements", &[axis], &[counting(&[2, 3]), i(&[2, 1], &[2, -3])], &[f(&[2, 1], &[2.0, 3.0])]);
    let nd = attribute("batch_dims", 0i64);
    check("graph.gather_nd", &[nd], &[counting(&[2, 2]), i(&[2, 2], &[0, 0, 1, 1])], &[f(&[2], &[0.0, 3.0])]);
    let batched = attribute("batch_dims", 1i64);
    check(
        "graph.gather_nd",
        &[batched],
        &[counting(&[2, 2, 2]), i(&[2, 1], &[1, 0])],
        &[f(&[2, 2], &[2.0, 3.0, 4.0, 5.0])],
    );
}

#[test]
fn scatters() {
    let attributes = |reduction: &str| [attribute("axis", 0i64), attribute("reduction", reduction)];
    let operands = [f(&[3], &[1.0, 2.0, 3.0]), i(&[3], &[0, -1, 0]), f(&[3], &[10.0, 20.0, 30.0])];
    check("graph.scatter_elements", &attributes("none"), &operands, &[f(&[3], &[30.0, 2.0, 20.0])]);
    check("graph.scatter_elements", &attributes("add"), &operands, &[f(&[3], &[41.0, 2.0, 23.0])]);
    check("graph.scatter_elements", &attributes("mul"), &operands, &[f(&[3], &[300.0, 2.0, 60.0])]);
    check("graph.scatter_elements", &attributes("max"), &operands, &[f(&[3], &[30.0, 2.0, 20.0])]);
    check("graph.scatter_elements", &attributes("min"), &operands, &[f(&[3], &[1.0, 2.0, 3.0])]);
    let rows = [counting(&[3, 2]), i(&[1, 1], &[2]), f(&[1, 2], &[7.0, 8.0])];
    check("graph.scatter_nd", &[attribute("reduction", "none")], &rows, &[f(&[3, 2], &[0.0, 1.0, 2.0, 3.0, 7.0, 8.0])]);
}

#[test]
fn cumulative_sums() {
    let sum = |exclusive: bool, reverse: bool, expected: &[f32]| {
        let attributes = [attribute("axis", 0i64), attribute("exclusive", exclusive), attribute("reverse", reverse)];
        check("graph.cumulative_sum", &attributes, &[f(&[3], &[1.0, 2.0, 3.0])], &[f(&[3], expected)]);
    };
    sum(false, false, &[1.0, 3.0, 6.0]);
    sum(true, false, &[0.0, 1.0, 3.0]);
    sum(false, true, &[6.0, 5.0, 3.0]);
    sum(true, true, &[5.0, 3.0, 0.0]);
    let attributes = [attribute("axis", 0i64), attribute("exclusive", true), attribute("reverse", true)];
    check("graph.cumulative_product", &attributes, &[f(&[3], &[1.0, 2.0, 3.0])], &[f(&[3], &[6.0, 3.0, 1.0])]);
}

#[test]
fn extremes_choose_among_equals() {
    let x = f(&[1, 4], &[2.0, 5.0, 5.0, 2.0]);
    let attributes = |last: bool| [attribute("axis", 1i64), attribute("select_last", last)];
    check("graph.arg_max", &attributes(false), std::slice::from_ref(&x), &[i(&[1, 1], &[1])]);
    check("graph.arg_max", &attributes(true), std::slice::from_ref(&x), &[i(&[1, 1], &[2])]);
    check("graph.arg_min", &attributes(false), std::slice::from_ref(&x), &[i(&[1, 1], &[0])]);
    check("graph.arg_min", &attributes(true), std::slice::from_ref(&x), &[i(&[1, 1], &[3])]);
    let top = |largest: bool| {
        [attribute("axis", 1i64), attribute("k", vec![kiln_ir::Dim::Static(3)]), attribute("largest", largest)]
    };
    check("graph.top_k", &top(true), std::slice::from_ref(&x), &[f(&[1, 3], &[5.0, 5.0, 2.0]), i(&[1, 3], &[1, 2, 0])]);
    check("graph.top_k", &top(false), &[x], &[f(&[1, 3], &[2.0, 2.0, 5.0]), i(&[1, 3], &[0, 3, 1])]);
}

#[test]
fn reductions_keep_axes() {
    let axes = |axes: &[i64]| [attribute("axes", axes)];
    let x = f(&[2, 2], &[1.0, 2.0, 3.0, 5.0]);
    check("graph.reduce_sum", &axes(&[0]), std::slice::from_ref(&x), &[f(&[1, 2], &[4.0, 7.0])]);
    check("graph.reduce_mean", &axes(&[0, 1]), std::slice::from_ref(&x), &[f(&[1, 1], &[2.75])]);
    check("graph.reduce_max", &axes(&[1]), std::slice::from_ref(&x), &[f(&[2, 1], &[2.0, 5.0])]);
    check("graph.reduce_product", &axes(&[]), std::slice::from_ref(&x), std::slice::from_ref(&x));
    let none = f(&[0, 2], &[]);
    check("graph.reduce_min", &axes(&[0]), std::slice::from_ref(&none), &[f(&[1, 2], &[f32::INFINITY; 2])]);
    check("graph.reduce_product", &axes(&[0]), &[none], &[f(&[1, 2], &[1.0, 1.0])]);
    let truths = Tensor::from_bools(&[2], &[true, false]);
    check("graph.reduce_max", &axes(&[0]), std::slice::from_ref(&truths), &[Tensor::from_bools(&[1], &[true])]);
    check("graph.reduce_min", &axes(&[0]), &[truths], &[Tensor::from_bools(&[1], &[false])]);
}

#[test]
fn where_it_is_true() {
    let mask = Tensor::from_bools(&[4], &[true, false, true, true]);
    check("graph.nonzero", &[], std::slice::from_ref(&mask), &[i(&[3], &[0, 2, 3])]);
    check("graph.nonzero", &[], &[Tensor::from_bools(&[2], &[false, false])], &[i(&[0], &[])]);
    check("graph.nonzero", &[], &[mask], &[i(&[5], &[0, 2, 3, 0, 0])]);
}
