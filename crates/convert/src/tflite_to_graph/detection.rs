//! `TFLite_Detection_PostProcess`: boxes around anchors, the best of each and of those that overlap.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("TFLite_Detection_PostProcess", detect)];

fn detect(node: &mut Node) -> Results {
    if node.custom_option("use_regular_nms").and_then(|value| value.as_bool()) == Some(true) {
        return Err("suppression class by class is not supported".into());
    }
    if node.custom_number("max_classes_per_detection")? != 1.0 {
        return Err("more than one class for a box is not supported".into());
    }
    let (encodings, scores, anchors) = (floats(node, 0)?, floats(node, 1)?, floats(node, 2)?);
    let (&[_, count, _], &[.., all]) = (node.shape(encodings), node.shape(scores)) else {
        return Err("the boxes and the scores must have 3 axes".into());
    };
    let most = node.custom_number("max_detections")?;
    let known = count.as_static().filter(|&count| (1..1 << 24).contains(&count) && (1.0..1e6).contains(&most));
    let (count, most) = (known.ok_or("the number of boxes must be known")?, most as u64);
    let boxes = decoded(node, encodings, anchors, count)?;
    // The classes may have one before them that says that there is nothing.
    let classes = node.custom_number("num_classes")? as u64;
    let offset =
        all.as_static().and_then(|all| all.checked_sub(classes)).ok_or("there are fewer scores than classes")?;
    let (lines, one) = (Dim::Static(count), Dim::Static(1));
    let scores = node.reshape(scores, &[lines, all])?;
    let scores = node.slice_axis(scores, 1, Dim::Static(offset), Dim::Static(classes))?;
    let best = node.reduce("graph.reduce_max", scores, &[1])?;
    let class = node.emit("graph.arg_max", &[scores], &[("axis", attribute(1i64))])?;
    let kept = suppressed(node, boxes, best, count, most)?;
    let is_kept = node.binary_scalar("graph.greater_equal", kept, 0.0)?;
    let places = node.clamp(kept, Some(0.0), None)?;
    let taken = |node: &mut Node, source: Tracked, width: u64| -> Result<Tracked, String> {
        let source = node.reshape(source, &[lines, Dim::Static(width)])?;
        let source = node.cast(source, ElementType::F32)?;
        let rows = node.emit("graph.gather", &[source, places], &[("axis", attribute(0i64))])?;
        let length = node.shape(places)[0];
        let mask = node.reshape(is_kept, &[length, one])?;
        let zero = node.scalar(ElementType::F32, 0.0)?;
        let rows = node.select(mask, rows, zero)?;
        filled(node, rows, most)
    };
    let boxes = taken(node, boxes, 4)?;
    let boxes = node.reshape(boxes, &[one, Dim::Static(most), Dim::Static(4)])?;
    let class = taken(node, class, 1)?;
    let class = node.reshape(class, &[one, Dim::Static(most)])?;
    let best = taken(node, best, 1)?;
    let best = node.reshape(best, &[one, Dim::Static(most)])?;
    let ones = node.cast(is_kept, ElementType::F32)?;
    let total = node.reduce("graph.reduce_sum", ones, &[0])?;
    Ok(vec![boxes, class, best, node.reshape(total, &[one])?])
}

/// An operand in floats: what integers stand for.
fn floats(node: &mut Node, index: usize) -> Result<Tracked, String> {
    let x = node.input(index)?;
    match node.operand_quantization(index) {
        Some(input) if !node.element(x).is_float() => super::quantize::dequantized(node, x, &input),
        _ => Ok(x),
    }
}

/// Boxes as two corners, y before x, of centre and size that are told relative to anchors.
fn decoded(node: &mut Node, encodings: Tracked, anchors: Tracked, count: u64) -> Result<Tracked, String> {
    let lines = Dim::Static(count);
    let encodings = node.reshape(encodings, &[lines, Dim::Static(4)])?;
    let anchors = node.reshape(anchors, &[lines, Dim::Static(4)])?;
    let scales = [
        node.custom_number("y_scale")?,
        node.custom_number("x_scale")?,
        node.custom_number("h_scale")?,
        node.custom_number("w_scale")?,
    ];
    let (two, none) = (Dim::Static(2), Dim::Static(0));
    let pair = |node: &mut Node, x: Tracked, first: Dim| node.slice_axis(x, 1, first, two);
    let scale =
        |node: &mut Node, scales: &[f64]| node.tensor(Tensor::from_values(&[2], &[scales[0] as f32, scales[1] as f32]));
    let (place, size) = (pair(node, encodings, none)?, pair(node, encodings, two)?);
    let (anchor, extent) = (pair(node, anchors, none)?, pair(node, anchors, two)?);
    let (of_place, of_size) = (scale(node, &scales[..2])?, scale(node, &scales[2..])?);
    let place = node.binary("graph.divide", place, of_place)?;
    let place = node.binary("graph.multiply", place, extent)?;
    let centre = node.binary("graph.add", place, anchor)?;
    let size = node.binary("graph.divide", size, of_size)?;
    let size = node.unary("graph.exp", size)?;
    let half = node.binary_scalar("graph.multiply", size, 0.5)?;
    let half = node.binary("graph.multiply", half, extent)?;
    let (low, high) = (node.binary("graph.subtract", centre, half)?, node.binary("graph.add", centre, half)?);
    node.concat(&[low, high], 1)
}

/// The numbers of the boxes that are kept, best first, then -1.
fn suppressed(node: &mut Node, boxes: Tracked, best: Tracked, count: u64, most: u64) -> Result<Tracked, String> {
    let (one, lines) = (Dim::Static(1), Dim::Static(count));
    let boxes = node.reshape(boxes, &[one, lines, Dim::Static(4)])?;
    let best = node.reshape(best, &[one, one, lines])?;
    let limit = node.tensor(Tensor::scalar(most as i64))?;
    let overlap = node.scalar(ElementType::F32, node.custom_number("nms_iou_threshold")?)?;
    // A score that is the threshold counts: only those above it would.
    let threshold = (node.custom_number("nms_score_threshold")? as f32).next_down();
    let threshold = node.tensor(Tensor::scalar(threshold))?;
    let given = [("center_point_box", attribute(false))];
    let operands = [boxes, best, limit, overlap, threshold];
    let kept = node.emit_as("graph.non_max_suppression", &operands, &given, &[one, one, lines], Type::i64())?;
    let kept = node.reshape(kept, &[lines])?;
    match count > most {
        true => node.slice_axis(kept, 0, Dim::Static(0), Dim::Static(most)),
        false => Ok(kept),
    }
}

/// Rows of zeros behind those that there are.
fn filled(node: &mut Node, rows: Tracked, most: u64) -> Result<Tracked, String> {
    let own = node.shape(rows)[0].as_static().unwrap_or(most);
    if own >= most {
        return Ok(rows);
    }
    let none = Dim::Static(0);
    let given = [
        ("low", dims_attribute(&[none, none])),
        ("high", dims_attribute(&[Dim::Static(most - own), none])),
        ("mode", attribute("constant")),
    ];
    node.emit("graph.pad", &[rows], &given)
}
