//! `Conv`.

use super::window::Window;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("Conv", conv)];

pub(crate) fn conv(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let mut operands = vec![x, filter];
    operands.extend(node.optional(2));
    Ok(vec![convolve(node, &operands)?])
}

/// The convolution of an operand by a filter, and a bias.
pub(crate) fn convolve(node: &mut Node, operands: &[Tracked]) -> Result<Tracked, String> {
    let &[x, filter, ref bias @ ..] = operands else { return Err("a convolution has an input and weights".into()) };
    let groups = node.int_or("group", 1);
    let (filter, size) = sized_filter(node, filter)?;
    let (x, filter) = agreed_channels(node, x, filter, groups)?;
    let outputs = *node.shape(filter).first().ok_or("the weights have no axes")?;
    let bias = match bias.first() {
        Some(&bias) => Some(node.expect_shape(bias, &[outputs], "the bias")?),
        None => None,
    };
    if let Some(size) = size {
        let window = Window::read(node, x, Some(size), 0.0)?;
        let operands: Vec<Tracked> = [window.x, filter].into_iter().chain(bias).collect();
        return node.emit("graph.conv", &operands, &window.conv_attributes(groups));
    }
    let y = super::conv_run_time::unfolded(node, x, filter, groups)?;
    match bias {
        Some(bias) => {
            let shape: Vec<Dim> = std::iter::once(outputs).chain(vec![Dim::Static(1); node.rank(x) - 2]).collect();
            let bias = node.reshape(bias, &shape)?;
            node.binary("graph.add", y, bias)
        }
        None => Ok(y),
    }
}

/// A filter and its spatial extents where they are known: its own, or those that the node says it has.
pub(crate) fn sized_filter(node: &mut Node, filter: Tracked) -> Result<(Tracked, Option<Vec<i64>>), String> {
    let (channels, spatial) = node.shape(filter).split_at_checked(2).ok_or("the weights have no spatial axes")?;
    let extents: Option<Vec<i64>> = spatial.iter().map(|dim: &Dim| i64::try_from(dim.as_static()?).ok()).collect();
    if extents.is_some() {
        return Ok((filter, extents));
    }
    let given = node.ints("kernel_shape").filter(|given| given.iter().all(|size| (1..1 << 31).contains(size)));
    let Some(size) = given else { return Ok((filter, None)) };
    let spatial = size.iter().map(|&size| Dim::Static(size as u64));
    let shape: Vec<Dim> = channels.iter().copied().chain(spatial).collect();
    Ok((node.expect_shape(filter, &shape, "the weights")?, Some(size)))
}

/// The operand and a filter that agree in channels and groups where one of them leaves it open.
pub(crate) fn agreed_channels(
    node: &mut Node,
    x: Tracked,
    filter: Tracked,
    groups: i64,
) -> Result<(Tracked, Tracked), String> {
    let (mut of_x, mut of_filter) = (node.shape(x).to_vec(), node.shape(filter).to_vec());
    let (Some(&own), Some(&read)) = (of_x.get(1), of_filter.get(1)) else { return Ok((x, filter)) };
    let groups = constant(groups.max(1));
    match (own, read) {
        (Dim::Static(_), Dim::Static(_)) => {}
        (own @ Dim::Static(_), _) => of_filter[1] = dim(floor_divide(expr(own)?, groups)?)?,
        _ => of_x[1] = dim(multiply(expr(read)?, groups)?)?,
    }
    if of_filter[0].as_static().is_none() {
        of_filter[0] = dim(multiply(floor_divide(expr(of_filter[0])?, groups)?, groups)?)?;
    }
    Ok((node.expect_shape(x, &of_x, "the input")?, node.expect_shape(filter, &of_filter, "the weights")?))
}
