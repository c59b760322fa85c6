//! `ConvTranspose`: one op where extents of the filter and padding are known, else a product whose elements are added up
//! where they lie.

use super::column_to_image::{Blocks, add_up};
use super::matmul::product;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, element_count, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[row("ConvTranspose", conv_transpose)];

/// How far the result reaches, axis by axis.
struct Reach {
    strides: Vec<i64>,
    dilations: Vec<i64>,
    output_padding: Vec<i64>,
    /// The extents of the filter.
    size: Vec<DimExpr>,
    /// What is cut off at the start and at the end.
    low: Vec<DimExpr>,
    high: Vec<DimExpr>,
}

fn conv_transpose(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let filter = with_kernel_shape(node, filter)?;
    if node.rank(x) != node.rank(filter) || node.rank(x) < 3 {
        return Err("input and weights differ in rank".into());
    }
    // The filter has a row for each channel.
    let mut shape = node.shape(x).to_vec();
    shape[1] = node.shape(filter)[0];
    let is_open = shape[1].as_static().is_none() || node.shape(x)[1].as_static().is_none();
    let x = if is_open { node.expect_shape(x, &shape, "the input")? } else { x };
    let reach = Reach::read(node, x, filter)?;
    match reach.known() {
        Some(given) => {
            let mut operands = vec![x, filter];
            operands.extend(node.optional(2));
            let mut given: Vec<_> = given.into_iter().map(|(name, values)| (name, attribute(&values))).collect();
            given.push(("groups", attribute(node.int_or("group", 1))));
            given.push(("layout", attribute("channels_first")));
            Ok(vec![node.emit("graph.conv_transpose", &operands, &given)?])
        }
        None => added_up(node, x, filter, &reach),
    }
}

/// The filter with the extents that the node says it has.
fn with_kernel_shape(node: &mut Node, filter: Tracked) -> Result<Tracked, String> {
    match node.ints("kernel_shape").filter(|size| !size.is_empty()) {
        Some(_) => Ok(super::conv::sized_filter(node, filter)?.0),
        None => Ok(filter),
    }
}

impl Reach {
    fn read(node: &Node, x: Tracked, filter: Tracked) -> Result<Reach, String> {
        let spatial = node.rank(x) - 2;
        let list = |name: &str, default: i64, count: usize| -> Result<Vec<i64>, String> {
            let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![default; count]);
            match values.len() == count && values.iter().all(|value| (0..1 << 31).contains(value)) {
                true => Ok(values),
                false => Err(format!("{name} {values:?} does not fit {spatial} spatial axes")),
            }
        };
        let pads = list("pads", 0, 2 * spatial)?.into_iter().map(constant).collect::<Vec<_>>();
        let mut reach = Reach {
            strides: list("strides", 1, spatial)?,
            dilations: list("dilations", 1, spatial)?,
            output_padding: list("output_padding", 0, spatial)?,
            size: node.shape(filter)[2..].iter().map(|&dim| expr(dim)).collect::<Result<Vec<_>, _>>()?,
            low: pads[..spatial].to_vec(),
            high: pads[spatial..].to_vec(),
        };
        let auto_pad = node.string_or("auto_pad", "NOTSET");
        let wanted = node.ints("output_shape");
        for axis in 0..spatial {
            // What automatic padding or a given shape takes off.
            let total = match (&wanted, auto_pad) {
                (Some(wanted), _) => {
                    let skip = wanted.len().checked_sub(spatial).ok_or("output_shape is too short")?;
                    let whole = reach.whole(axis, expr(node.shape(x)[axis + 2])?)?;
                    subtract(whole, constant(wanted[skip + axis]))?
                }
                (None, "NOTSET" | "") => continue,
                (None, "VALID") => constant(0),
                (None, "SAME_UPPER" | "SAME_LOWER") => {
                    let whole = reach.whole(axis, constant(1))?;
                    subtract(whole, constant(reach.strides[axis]))?
                }
                (None, other) => return Err(format!("auto_pad \"{other}\" is not known")),
            };
            // The odd one goes to the end or the start.
            let half = floor_divide(total, constant(2))?;
            let rest = subtract(total, half)?;
            let is_upper = auto_pad == "SAME_UPPER";
            (reach.low[axis], reach.high[axis]) = if is_upper { (half, rest) } else { (rest, half) };
        }
        Ok(reach)
    }

    /// The extent of the result of `extent` elements before anything is cut off.
    fn whole(&self, axis: usize, extent: DimExpr) -> Result<DimExpr, String> {
        let steps = multiply(subtract(extent, constant(1))?, constant(self.strides[axis]))?;
        let filter = multiply(subtract(self.size[axis], constant(1))?, constant(self.dilations[axis]))?;
        add(add(steps, filter)?, constant(self.output_padding[axis] + 1))
    }

    /// The attributes of `graph.conv_transpose`, if it has them.
    fn known(&self) -> Option<Vec<(&'static str, Vec<i64>)>> {
        let constants = |exprs: &[DimExpr]| exprs.iter().map(|expr| expr.as_constant()).collect::<Option<Vec<i64>>>();
        constants(&self.size)?;
        let (low, mut high) = (constants(&self.low)?, constants(&self.high)?);
        // Padding that is negative lengthens the result, as output padding does.
        let mut output_padding = self.output_padding.clone();
        for (high, longer) in high.iter_mut().zip(&mut output_padding).filter(|(high, _)| **high < 0) {
            *longer = longer.checked_sub(*high)?;
            *high = 0;
        }
        low.iter().all(|&low| low >= 0).then(|| {
            vec![
                ("strides", self.strides.clone()),
                ("dilations", self.dilations.clone()),
                ("pad_low", low),
                ("pad_high", high),
                ("output_padding", output_padding),
            ]
        })
    }
}

/// Every element of `x` times the filter, added up where it lies in the result.
fn added_up(node: &mut Node, x: Tracked, filter: Tracked, reach: &Reach) -> Results {
    let (x_shape, filter_shape) = (node.shape(x), node.shape(filter));
    let groups =
        u64::try_from(node.int_or("group", 1)).ok().filter(|&groups| groups > 0).ok_or("there are no groups")?;
    let (batch, group) = (x_shape[0], Dim::Static(groups));
    let (counts, block) = (x_shape[2..].to_vec(), filter_shape[2..].to_vec());
    let inputs = dim(floor_divide(expr(x_shape[1])?, constant(groups as i64))?)?;
    let rows = dim(multiply(expr(filter_shape[1])?, element_count(&block)?)?)?;
    let positions = dim(element_count(&counts)?)?;
    let filter = node.reshape(filter, &[group, inputs, rows])?;
    let filter = node.transpose(filter, &[0, 2, 1])?;
    let x = node.reshape(x, &[batch, group, inputs, positions])?;
    let columns = product(node, filter, x)?;
    let channels = dim(multiply(expr(filter_shape[1])?, constant(groups as i64))?)?;
    let mut image = Vec::new();
    for (axis, &count) in counts.iter().enumerate() {
        let cut = add(reach.low[axis], reach.high[axis])?;
        image.push(dim(subtract(reach.whole(axis, expr(count)?)?, cut)?)?);
    }
    let (strides, dilations) = (reach.strides.clone(), reach.dilations.clone());
    let blocks = Blocks { image, block, counts, strides, dilations, padding: reach.low.clone() };
    let mut y = add_up(node, columns, [batch, channels], &blocks)?;
    if let Some(bias) = node.optional(2) {
        let ones = vec![Dim::Static(1); blocks.image.len()];
        let bias = node.reshape(bias, &[&[channels], &ones[..]].concat())?;
        y = node.binary("graph.add", y, bias)?;
    }
    Ok(vec![y])
}
