//! Elementwise ops on literal tensors.

mod support;

use half::{bf16, f16};
use kiln_tensor::{ElementType, Tensor};
use support::{attribute, check, evaluate, f, i};

#[test]
fn operands_broadcast() {
    check(
        "graph.add",
        &[],
        &[f(&[2, 1], &[1.0, 2.0]), f(&[3], &[10.0, 20.0, 30.0])],
        &[f(&[2, 3], &[11.0, 21.0, 31.0, 12.0, 22.0, 32.0])],
    );
    check("graph.add", &[], &[f(&[0, 1], &[]), f(&[3], &[1.0, 2.0, 3.0])], &[f(&[0, 3], &[])]);
}

#[test]
fn integers_wrap_and_division_by_zero_is_zero() {
    let bytes = |values: &[i8]| Tensor::from_values(&[values.len()], values);
    check("graph.add", &[], &[bytes(&[127]), bytes(&[1])], &[bytes(&[-128])]);
    check("graph.negate", &[], &[bytes(&[-128])], &[bytes(&[-128])]);
    check("graph.divide", &[], &[bytes(&[-7, 7, 5, -128]), bytes(&[2, -2, 0, -1])], &[bytes(&[-3, -3, 0, -128])]);
    check("graph.remainder", &[], &[bytes(&[-7, 7, 5]), bytes(&[3, -3, 0])], &[bytes(&[-1, 1, 0])]);
    check("graph.modulo", &[], &[bytes(&[-7, 7, 5]), bytes(&[3, -3, 0])], &[bytes(&[2, -2, 0])]);
    check("graph.power", &[], &[bytes(&[3, 2, -1, 2]), bytes(&[3, 8, -3, -1])], &[bytes(&[27, 0, -1, 0])]);
    let unsigned = |values: &[u64]| Tensor::from_values(&[values.len()], values);
    check("graph.multiply", &[], &[unsigned(&[u64::MAX]), unsigned(&[u64::MAX])], &[unsigned(&[1])]);
    check("graph.less", &[], &[unsigned(&[1]), unsigned(&[u64::MAX])], &[Tensor::from_bools(&[1], &[true])]);
    check("graph.shift_right", &[], &[unsigned(&[u64::MAX, 8]), unsigned(&[63, 64])], &[unsigned(&[1, 0])]);
    check("graph.shift_left", &[], &[bytes(&[1, 1, 1]), bytes(&[7, 8, -1])], &[bytes(&[-128, 0, 0])]);
    check("graph.shift_right", &[], &[bytes(&[-8, -8, 8]), bytes(&[1, 8, -1])], &[bytes(&[-4, -1, 0])]);
    check("graph.not", &[], &[unsigned(&[0])], &[unsigned(&[u64::MAX])]);
}

#[test]
fn floats_round_once_to_their_type() {
    let tenths = |value: f32| Tensor::scalar(f16::from_f32(value));
    check("graph.add", &[], &[tenths(2048.0), tenths(1.0)], &[tenths(2048.0)]);
    let sum = Tensor::scalar(bf16::from_f32(256.0));
    check("graph.add", &[], &[Tensor::scalar(bf16::from_f32(256.0)), Tensor::scalar(bf16::from_f32(1.0))], &[sum]);
    check("graph.divide", &[], &[f(&[], &[1.0]), f(&[], &[3.0])], &[f(&[], &[1.0 / 3.0])]);
}

#[test]
fn formulas_have_their_special_values() {
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    check("graph.round", &[], &[f(&[5], &[0.5, 1.5, 2.5, -0.5, -1.5])], &[f(&[5], &[0.0, 2.0, 2.0, 0.0, -2.0])]);
    check("graph.relu", &[], &[f(&[3], &[-1.0, nan, 2.0])], &[f(&[3], &[0.0, nan, 2.0])]);
    check("graph.sign", &[], &[f(&[4], &[-3.0, 0.0, 2.0, nan])], &[f(&[4], &[-1.0, 0.0, 1.0, nan])]);
    check("graph.maximum", &[], &[f(&[3], &[nan, 1.0, 2.0]), f(&[3], &[0.0, nan, 5.0])], &[f(&[3], &[nan, nan, 5.0])]);
    check("graph.sigmoid", &[], &[f(&[3], &[-1000.0, 0.0, 1000.0])], &[f(&[3], &[0.0, 0.5, 1.0])]);
    check("graph.erf", &[], &[f(&[3], &[0.5, -1.0, 10.0])], &[f(&[3], &[0.520_499_9, -0.842_700_8, 1.0])]);
    let points = f(&[3], &[-1.0, 0.5, 100.0]);
    for (op, values) in [
        ("graph.silu", [-0.268_941_43, 0.311_229_67, 100.0]),
        ("graph.softplus", [0.313_261_7, 0.974_077, 100.0]),
        ("graph.mish", [-0.303_401_46, 0.375_245_2, 100.0]),
        ("graph.softsign", [-0.5, 1.0 / 3.0, 100.0 / 101.0]),
        ("graph.gelu", [-0.158_655_25, 0.345_731_23, 100.0]),
        ("graph.gelu_tanh", [-0.158_808_01, 0.345_714, 100.0]),
        ("graph.hard_swish", [-1.0 / 3.0, 0.291_666_66, 100.0]),
    ] {
        check(op, &[], std::slice::from_ref(&points), &[f(&[3], &values)]);
    }
    check(
        "graph.is_inf",
        &[],
        &[f(&[3], &[infinity, -infinity, nan])],
        &[Tensor::from_bools(&[3], &[true, true, false])],
    );
    check("graph.modulo", &[], &[f(&[2], &[-4.5, 4.5]), f(&[2], &[2.0, -2.0])], &[f(&[2], &[1.5, -1.5])]);
    check("graph.remainder", &[], &[f(&[2], &[-4.5, 4.5]), f(&[2], &[2.0, -2.0])], &[f(&[2], &[-0.5, 0.5])]);
}

#[test]
fn select_takes_any_element_type() {
    let strings = |texts: &[&str]| {
        let bytes = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        Tensor::from_strings(&[texts.len()], bytes).expect("as many as the shape says")
    };
    let condition = Tensor::from_bools(&[2], &[true, false]);
    check("graph.select", &[], &[condition, strings(&["a", "b"]), strings(&["c"])], &[strings(&["a", "c"])]);
}

#[test]
fn casts_follow_the_result_type() {
    check("graph.cast", &[], &[f(&[3], &[-1.7, 2.9, 0.0])], &[i(&[3], &[-1, 2, 0])]);
    let saturated = Tensor::from_values(&[2], &[0u8, 255]);
    check("graph.cast", &[attribute("saturate", true)], &[f(&[2], &[-3.0, 300.0])], &[saturated]);
    let found = evaluate(
        "graph.cast",
        &[],
        &[f(&[1], &[500.0])],
        &[Tensor::from_bytes(ElementType::F8E4M3FN, &[1], &[0]).expect("one byte")],
    );
    assert_eq!(
        found.map(|found| found[0].bytes().to_vec()),
        Ok(vec![0x7E]),
        "8-bit floats saturate unless told not to"
    );
}

#[test]
fn element_types_must_agree() {
    let found = evaluate("graph.add", &[], &[f(&[1], &[1.0]), i(&[1], &[1])], &[]);
    assert_eq!(found, Err("operands must have one element type, found f32 and i64".into()));
}
