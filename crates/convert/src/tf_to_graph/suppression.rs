//! Boxes that are kept of those that overlap.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, minimum};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("NonMaxSuppression", |node| {
        let overlap = node.scalar(ElementType::F32, node.float_or("iou_threshold", 0.5))?;
        kept(node, overlap, None)
    }),
    row("NonMaxSuppressionV2", |node| {
        let overlap = node.input(3)?;
        kept(node, overlap, None)
    }),
    row("NonMaxSuppressionV3", |node| {
        let (overlap, threshold) = (node.input(3)?, node.input(4)?);
        kept(node, overlap, Some(threshold))
    }),
    row("NonMaxSuppressionV4", |node| {
        let (overlap, threshold) = (node.input(3)?, node.input(4)?);
        let places = places(node, overlap, Some(threshold))?;
        padded(node, places)
    }),
    row("NonMaxSuppressionV5", |node| {
        let (overlap, threshold) = (node.input(3)?, node.input(4)?);
        if node.one_float(5, "soft_nms_sigma")? != 0.0 {
            return Err("scores that overlap lowers (soft_nms_sigma) are not supported".into());
        }
        let scores = node.input(1)?;
        let found = places(node, overlap, Some(threshold))?;
        if node.flag("pad_to_max_output_size", false) {
            let results = padded(node, found)?;
            let scores = node.emit("graph.gather", &[scores, results[0]], &[("axis", attribute(0i64))])?;
            let is_there = {
                let zero = node.scalar(ElementType::I64, 0.0)?;
                node.binary("graph.greater_equal", found, zero)?
            };
            let zero = node.scalar(node.element(scores), 0.0)?;
            let scores = node.select(is_there, scores, zero)?;
            return Ok(vec![results[0], scores, results[1]]);
        }
        let (indices, count) = valid(node, found)?;
        let scores = node.emit("graph.gather", &[scores, indices], &[("axis", attribute(0i64))])?;
        let indices = node.cast(indices, ElementType::I32)?;
        Ok(vec![indices, scores, count])
    }),
    row("CombinedNonMaxSuppression", combined),
];

/// The numbers of the boxes kept, best first, and -1 after the last.
fn places(node: &mut Node, overlap: Tracked, threshold: Option<Tracked>) -> Result<Tracked, String> {
    let (boxes, scores, most) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let &[count, four] = node.shape(boxes) else { return Err("the boxes must have two axes".into()) };
    let boxes = node.reshape(boxes, &[Dim::Static(1), count, four])?;
    let scores = node.expect_shape(scores, &[count], "the scores")?;
    let scores = node.reshape(scores, &[Dim::Static(1), Dim::Static(1), count])?;
    let room = match node.constant_ints(most, "the limit").ok().and_then(|most| most.first().copied()) {
        Some(most) => dim(minimum(expr(count)?, constant(most.max(0))))?,
        None => count,
    };
    let kept = suppress(node, boxes, scores, (most, overlap, threshold), room)?;
    node.reshape(kept, &[room])
}

/// `graph.non_max_suppression` of boxes and scores of pictures and classes.
fn suppress(
    node: &mut Node,
    boxes: Tracked,
    scores: Tracked,
    (most, overlap, threshold): (Tracked, Tracked, Option<Tracked>),
    room: Dim,
) -> Result<Tracked, String> {
    let scalar = |node: &mut Node, x: Tracked, element: ElementType| {
        let x = node.cast(x, element)?;
        node.reshape(x, &[])
    };
    let (most, overlap) = (scalar(node, most, ElementType::I64)?, scalar(node, overlap, ElementType::F32)?);
    let threshold = match threshold {
        Some(threshold) => scalar(node, threshold, ElementType::F32)?,
        None => node.scalar(ElementType::F32, f64::NEG_INFINITY)?,
    };
    let (boxes, scores) = (node.cast(boxes, ElementType::F32)?, node.cast(scores, ElementType::F32)?);
    let shape = [node.shape(scores)[0], node.shape(scores)[1], room];
    let operands = [boxes, scores, most, overlap, threshold];
    let given = [("center_point_box", attribute(false))];
    node.emit_as("graph.non_max_suppression", &operands, &given, &shape, Type::i64())
}

/// The numbers that are there, and how many they are.
fn valid(node: &mut Node, places: Tracked) -> Result<(Tracked, Tracked), String> {
    let zero = node.scalar(ElementType::I64, 0.0)?;
    let mask = node.binary("graph.greater_equal", places, zero)?;
    let found = node.nonzero(mask)?;
    let indices = node.emit("graph.gather", &[places, found], &[("axis", attribute(0i64))])?;
    let count = node.extent(expr(node.shape(found)[0])?);
    Ok((indices, node.cast(count, ElementType::I32)?))
}

fn kept(node: &mut Node, overlap: Tracked, threshold: Option<Tracked>) -> Results {
    let places = places(node, overlap, threshold)?;
    let (indices, _) = valid(node, places)?;
    Ok(vec![node.cast(indices, ElementType::I32)?])
}

/// As many numbers as are asked for, 0 where there are fewer, and how many there are.
fn padded(node: &mut Node, places: Tracked) -> Results {
    let most = node.one_int(2, "the limit")?;
    let zero = node.scalar(ElementType::I64, 0.0)?;
    let mask = node.binary("graph.greater_equal", places, zero)?;
    let ones = node.cast(mask, ElementType::I32)?;
    let count = node.reduce("graph.reduce_sum", ones, &[0])?;
    let count = node.reshape(count, &[])?;
    let filled = node.binary("graph.maximum", places, zero)?;
    let mut indices = node.cast(filled, ElementType::I32)?;
    if node.flag("pad_to_max_output_size", false) {
        let missing = crate::conversion::extent::subtract(constant(most), expr(node.shape(places)[0])?)?;
        let given = [
            ("low", attribute(vec![Dim::Static(0)])),
            ("high", attribute(vec![dim(crate::conversion::extent::maximum(missing, constant(0)))?])),
            ("mode", attribute("constant")),
        ];
        indices = node.emit("graph.pad", &[indices], &given)?;
        return Ok(vec![indices, count]);
    }
    let (indices, _) = valid(node, places)?;
    Ok(vec![node.cast(indices, ElementType::I32)?, count])
}

/// Class by class, and of all classes of a picture the best: boxes, scores, classes, and how many there are.
fn combined(node: &mut Node) -> Results {
    let (boxes, scores) = (node.input(0)?, node.input(1)?);
    let (most, total) = (node.input(2)?, node.one_int(3, "max_total_size")?);
    let (overlap, threshold) = (node.input(4)?, node.input(5)?);
    let per_class = node.one_int(2, "max_output_size_per_class")?;
    let &[batch, count, shared, four] = node.shape(boxes) else { return Err("the boxes must have 4 axes".into()) };
    let &[_, _, classes] = node.shape(scores) else { return Err("the scores must have 3 axes".into()) };
    let classes_count = classes.as_static().ok_or("the number of classes must be known")?;
    let room = dim(minimum(expr(count)?, constant(per_class.max(0))))?;
    let by_class = node.transpose(scores, &[0, 2, 1])?;
    let mut kept = Vec::new();
    if shared.is(1) {
        let flat = node.reshape(boxes, &[batch, count, four])?;
        kept.push(suppress(node, flat, by_class, (most, overlap, Some(threshold)), room)?);
    } else {
        for class in 0..classes_count {
            let own = node.slice_axis(boxes, 2, Dim::Static(class), Dim::Static(1))?;
            let own = node.reshape(own, &[batch, count, four])?;
            let scores = node.slice_axis(by_class, 1, Dim::Static(class), Dim::Static(1))?;
            kept.push(suppress(node, own, scores, (most, overlap, Some(threshold)), room)?);
        }
    }
    let kept = node.concat(&kept, 1)?;
    // What is kept has its score, what is not has the lowest.
    let zero = node.scalar(ElementType::I64, 0.0)?;
    let is_there = node.binary("graph.greater_equal", kept, zero)?;
    let places = node.binary("graph.maximum", kept, zero)?;
    let found = node.emit("graph.gather_elements", &[by_class, places], &[("axis", attribute(2i64))])?;
    let lowest = node.scalar(ElementType::F32, f64::NEG_INFINITY)?;
    let ranked = node.select(is_there, found, lowest)?;
    let all = dim(crate::conversion::extent::multiply(expr(classes)?, expr(room)?)?)?;
    let ranked = node.reshape(ranked, &[batch, all])?;
    let wanted = if node.flag("pad_per_class", false) {
        let of_classes = per_class.saturating_mul(classes_count as i64);
        total.min(of_classes)
    } else {
        total
    };
    let taken = dim(minimum(expr(all)?, constant(wanted)))?;
    let given = [("axis", attribute(1i64)), ("k", attribute(vec![taken]))];
    let best = node.emit_many("graph.top_k", &[ranked], &given)?;
    let &[values, indices] = best.as_slice() else { return Err("the best have two results".into()) };
    let is_valid = node.binary("graph.greater", values, lowest)?;
    let nothing = node.scalar(ElementType::F32, 0.0)?;
    let top_scores = node.select(is_valid, values, nothing)?;
    let room_value = node.extent(expr(room)?);
    let class = node.binary("graph.divide", indices, room_value)?;
    let top_classes = node.cast(class, ElementType::F32)?;
    let top_classes = node.select(is_valid, top_classes, nothing)?;
    let flat_places = node.reshape(places, &[batch, all])?;
    let chosen = node.emit("graph.gather_elements", &[flat_places, indices], &[("axis", attribute(1i64))])?;
    let column = [batch, taken, Dim::Static(1)];
    let chosen = node.reshape(chosen, &column)?;
    let tuples = if shared.is(1) {
        let class = node.binary("graph.multiply", class, zero)?;
        let class = node.reshape(class, &column)?;
        node.concat(&[chosen, class], 2)?
    } else {
        let class = node.reshape(class, &column)?;
        node.concat(&[chosen, class], 2)?
    };
    let top_boxes = node.emit("graph.gather_nd", &[boxes, tuples], &[("batch_dims", attribute(1i64))])?;
    let top_boxes =
        if node.flag("clip_boxes", true) { node.clamp(top_boxes, Some(0.0), Some(1.0))? } else { top_boxes };
    let is_box = node.reshape(is_valid, &column)?;
    let top_boxes = node.select(is_box, top_boxes, nothing)?;
    let ones = node.cast(is_valid, ElementType::I32)?;
    let found = node.reduce("graph.reduce_sum", ones, &[1])?;
    let found = node.reshape(found, &[batch])?;
    let mut results = [top_boxes, top_scores, top_classes];
    let missing = crate::conversion::extent::subtract(constant(wanted), expr(taken)?)?;
    let missing = crate::conversion::extent::maximum(missing, constant(0));
    if missing != constant(0) {
        for result in &mut results {
            let low = vec![Dim::Static(0); node.rank(*result)];
            let mut high = low.clone();
            high[1] = dim(missing)?;
            let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
            *result = node.emit("graph.pad", &[*result], &given)?;
        }
    }
    let [top_boxes, top_scores, top_classes] = results;
    Ok(vec![top_boxes, top_scores, top_classes, found])
}
