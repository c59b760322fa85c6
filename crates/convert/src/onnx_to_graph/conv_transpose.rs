//! `ConvTranspose`.

use super::conv::spatial_extents;
use super::emit::attribute;
use super::node::{Node, Results, Row, row};

pub(crate) const ROWS: &[Row] = &[row("ConvTranspose", conv_transpose)];

fn conv_transpose(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let size = spatial_extents(node, filter)?;
    let spatial = size.len();
    if node.rank(x) != spatial + 2 || spatial == 0 {
        return Err("input and weights differ in rank".into());
    }
    let list = |name: &str, default: i64, count: usize| -> Result<Vec<i64>, String> {
        let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![default; count]);
        match values.len() == count && values.iter().all(|value| (0..1 << 31).contains(value)) {
            true => Ok(values),
            false => Err(format!("{name} {values:?} does not fit {spatial} spatial axes")),
        }
    };
    let (strides, dilations) = (list("strides", 1, spatial)?, list("dilations", 1, spatial)?);
    let output_padding = list("output_padding", 0, spatial)?;
    let pads = list("pads", 0, 2 * spatial)?;
    let (mut low, mut high) = (pads[..spatial].to_vec(), pads[spatial..].to_vec());
    let reach = |axis: usize| dilations[axis] * (size[axis] - 1) + 1;
    let auto_pad = node.string_or("auto_pad", "NOTSET");
    // Of what automatic padding or a given shape takes off, the odd one goes to the end or the start.
    let mut split = |axis: usize, total: i64| {
        let upper = auto_pad == "SAME_UPPER";
        let half = total.div_euclid(2);
        (low[axis], high[axis]) = if upper { (half, total - half) } else { (total - half, half) };
    };
    if let Some(shape) = node.ints("output_shape") {
        let wanted =
            shape.len().checked_sub(spatial).and_then(|skip| shape.get(skip..)).ok_or("output_shape is too short")?;
        for axis in 0..spatial {
            let extent = node.shape(x)[axis + 2].as_static().ok_or("output_shape needs static input extents")? as i64;
            let whole = strides[axis]
                .checked_mul(extent - 1)
                .and_then(|whole| whole.checked_add(output_padding[axis] + reach(axis)));
            split(axis, whole.and_then(|whole| whole.checked_sub(wanted[axis])).ok_or(super::extent::OVERFLOW)?);
        }
    } else {
        match auto_pad {
            "NOTSET" | "" => {}
            "VALID" => {
                low.fill(0);
                high.fill(0);
            }
            "SAME_UPPER" | "SAME_LOWER" => {
                for axis in 0..spatial {
                    let total = output_padding[axis] + reach(axis) - strides[axis];
                    split(axis, total);
                }
            }
            other => return Err(format!("auto_pad \"{other}\" is not known")),
        }
    }
    // Padding that is negative lengthens the result, as output padding does.
    let mut output_padding = output_padding;
    for axis in 0..spatial {
        if high[axis] < 0 {
            output_padding[axis] -= high[axis];
            high[axis] = 0;
        }
        if low[axis] < 0 {
            return Err("the output shape asked for is larger than the weights reach".into());
        }
    }
    let mut operands = vec![x, filter];
    operands.extend(node.optional(2));
    let given = [
        ("strides", attribute(&strides)),
        ("dilations", attribute(&dilations)),
        ("pad_low", attribute(&low)),
        ("pad_high", attribute(&high)),
        ("output_padding", attribute(&output_padding)),
        ("groups", attribute(node.int_or("group", 1))),
        ("layout", attribute("channels_first")),
    ];
    Ok(vec![node.emit("graph.conv_transpose", &operands, &given)?])
}
