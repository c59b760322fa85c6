//! Plans of a pointwise convolution that makes many channels of few, and of what reads it, as one kernel: a depthwise
//! convolution, or that and the pointwise one after it, an inverted residual.
//!
//! A task expands the rows that its part of the output reads into scratch memory, where they stay in the second-level
//! cache, and goes on from there. Rows at the border of two tasks are expanded by both.
//!
//! ```mlir
//! %e = graph.conv %x, %w {groups = 1, ...}        // 16 -> 96 channels
//! %r = graph.relu %e
//! %d = graph.conv %r, %f {groups = 96, ...}
//! %s = graph.relu %d
//! %y = graph.conv %s, %v {groups = 1, ...}        // 96 -> 24 channels; or not in this kernel
//! ```
//!
//! ```text
//! {block_rows = 8, expansion = {access = "flat", family = "conv", ...}, family = "expanded", reader = {family = "separable",
//!  ...}, pack = [...]}
//! ```

use crate::conv::{self, Access, ConvPlan, read_instead};
use crate::conv_shape::ConvShape;
use crate::depthwise::{self, DepthwisePlan};
use crate::extent::{balanced_block, constant, multiply};
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::separable::{self, SeparableKernel, SeparablePlan};
use crate::spec::{KernelSpec, NodeSpec, Source};
use crate::tuning;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The name of the family.
pub const FAMILY: &str = "expanded";

/// A kernel that expands channels, taken apart where the depthwise convolution reads them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ExpandedKernel {
    /// The first convolution and what follows it; its output is in scratch memory.
    pub expand: KernelSpec,
    /// The first convolution.
    pub expansion: ConvShape,
    /// What reads it, as one more input without a buffer.
    pub reader: Reader,
}

/// What reads expanded channels.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Reader {
    /// A depthwise convolution, and what follows it.
    Depthwise(KernelSpec, ConvShape),
    /// A depthwise convolution and a pointwise one.
    Separable(SeparableKernel),
}

impl Reader {
    /// The parts of a kernel that begins with a depthwise convolution; `None` if it is something else.
    pub fn of(spec: KernelSpec) -> Option<Reader> {
        if let Some(kernel) = SeparableKernel::of(&spec) {
            return Some(Reader::Separable(kernel));
        }
        let shape = ConvShape::of(&spec).filter(|shape| shape.is_depthwise() && shape.outer().is_empty())?;
        Some(Reader::Depthwise(spec, shape))
    }

    /// The depthwise convolution.
    pub fn depthwise(&self) -> &ConvShape {
        match self {
            Reader::Depthwise(_, shape) => shape,
            Reader::Separable(kernel) => &kernel.depthwise,
        }
    }
}

impl ExpandedKernel {
    /// The parts of a kernel of this family; `None` if it is something else.
    pub fn of(spec: &KernelSpec) -> Option<ExpandedKernel> {
        let mut convolutions = (0..spec.nodes.len()).filter(|&index| spec.nodes[index].is("conv"));
        let anchor = convolutions.nth(1)?;
        let between = *spec.nodes[anchor].operands.first()?;
        let Source::Node { .. } = between else { return None };
        let is_constant = |node: &NodeSpec| node.constant.is_some();
        let expand = KernelSpec { outputs: vec![between], ..spec.clone() };
        let expand = expand.with_nodes(|index, node| index < anchor || is_constant(node))?;
        let rest =
            read_instead(spec, anchor, between).with_nodes(|index, node| index >= anchor || is_constant(node))?;
        let (expansion, reader) = (ConvShape::of(&expand)?, Reader::of(rest)?);
        can_expand(&expansion, reader.depthwise()).then_some(ExpandedKernel { expand, expansion, reader })
    }
}

/// Whether a kernel of this family can compute both, the second of the result of the first.
pub fn can_expand(expansion: &ConvShape, depthwise: &ConvShape) -> bool {
    let known = |shape: &ConvShape| shape.axes.iter().all(|axis| axis.output.as_constant().is_some());
    expansion.is_float()
        && depthwise.is_float()
        && expansion.is_pointwise()
        && expansion.groups == 1
        && expansion.outer().is_empty()
        && expansion.axes.len() == depthwise.axes.len()
        && known(expansion)
        && known(depthwise)
}

/// Whether one kernel computes both faster than two do: where what is between them leaves the second-level cache before
/// it is read, and a task that keeps its part there expands few rows that others expand, too. Says why.
///
/// # Errors
/// Why not.
pub fn compare(expansion: &ConvShape, depthwise: &ConvShape, target: &Target) -> Result<String, String> {
    let size = expansion.element.byte_size();
    let pixels = multiply(expansion.batch, expansion.pixels()).as_constant();
    let pixels = pixels.ok_or("the number of images is not known")?;
    let ((least, of), l2) = (tuning::SEPARABLE_SHARE, target.caches.l2);
    let between = pixels as usize * expansion.filters * size;
    if between * of < l2 * least {
        let from = l2 * least / of;
        return Err(format!("the {between} bytes between them stay in the cache; it pays from {from} on"));
    }
    match block_rows(expansion, depthwise, target) {
        Some(_) => Ok(format!("the {between} bytes between them would leave the cache")),
        None => Err("tasks whose rows fit the cache would expand too many rows twice".into()),
    }
}

/// The decisions about a kernel that expands channels.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ExpandedPlan {
    /// Rows of the depthwise output in a task.
    pub block_rows: usize,
    /// The expansion of the rows of a task.
    pub expansion: ConvPlan,
    /// What reads them.
    pub reader: ReaderPlan,
}

/// The decisions about what reads expanded channels.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ReaderPlan {
    /// A depthwise convolution.
    Depthwise(DepthwisePlan),
    /// A depthwise convolution and a pointwise one, which go some rows at a time.
    Separable(SeparablePlan),
}

impl ExpandedPlan {
    /// Plans a kernel; of one row, or as many as the reader goes at a time, where more do not fit the cache.
    pub fn new(kernel: &ExpandedKernel, target: &Target) -> ExpandedPlan {
        let (expansion, depthwise) = (&kernel.expansion, kernel.reader.depthwise());
        let reader = match &kernel.reader {
            Reader::Depthwise(_, shape) => ReaderPlan::Depthwise(DepthwisePlan::new(shape, target)),
            Reader::Separable(SeparableKernel { depthwise, pointwise, .. }) => {
                ReaderPlan::Separable(SeparablePlan::new(depthwise, pointwise, target))
            }
        };
        // Only the last rows of an image are fewer than the reader goes at a time: its tiles have code for those.
        let at_once = match &reader {
            ReaderPlan::Separable(plan) => plan.block_rows.as_constant().map_or(1, |rows| rows.max(1) as usize),
            ReaderPlan::Depthwise(_) => 1,
        };
        let block_rows = block_rows(expansion, depthwise, target).unwrap_or(1);
        let block_rows = (block_rows / at_once).max(1) * at_once;
        let tile = RegisterTile::of_any_rows(target, expansion.element, constant(expansion.filters));
        let expanded = ConvPlan {
            access: Access::Flat,
            block_rows: constant(expanded_pixels(block_rows, depthwise)),
            block_columns: constant(1),
            block_panels: expansion.filters.div_ceil(tile.columns()),
            pixel_pitch: expansion.pitch,
            prefetch: false,
            tile,
        };
        ExpandedPlan { block_rows, expansion: expanded, reader }
    }

    /// How often each of image and row block counts.
    pub fn task_space(&self, depthwise: &ConvShape) -> [DimExpr; 2] {
        let plan = DepthwisePlan { lanes: 1, tile_columns: 1, block_rows: constant(self.block_rows) };
        plan.task_space(depthwise)
    }

    /// Elements of expanded pixels in scratch memory, before what the reader keeps there.
    pub fn expanded_elements(&self, kernel: &ExpandedKernel) -> usize {
        expanded_pixels(self.block_rows, kernel.reader.depthwise()) * kernel.expansion.filters
    }

    /// As the printable plan.
    pub fn to_plan(&self, kernel: &ExpandedKernel) -> Plan {
        let (expansion, depthwise) = (&kernel.expansion, kernel.reader.depthwise());
        let tasks = self.task_space(depthwise).into_iter().fold(constant(1), multiply);
        let form = PackForm::ConvPanels { groups: 1, columns: self.expansion.tile.columns() };
        let first = self.expansion.to_plan(conv::FAMILY, expansion, Packing { input: expansion.filter, form });
        let second = match (&self.reader, &kernel.reader) {
            (ReaderPlan::Separable(plan), Reader::Separable(kernel)) => {
                plan.to_plan(&kernel.depthwise, &kernel.pointwise)
            }
            (ReaderPlan::Depthwise(plan), _) => plan.to_plan(depthwise),
            (ReaderPlan::Separable(_), Reader::Depthwise(..)) => panic!("a plan is made for its own kernel"),
        };
        let kept = constant(self.expanded_elements(kernel) * expansion.element.byte_size());
        let scratch = kept.checked_add(second.scratch).expect("scratch memory does not overflow");
        let packings = [Packing::all(&first), Packing::all(&second)].concat();
        let inner = |mut plan: Plan| {
            plan.options.remove("pack");
            plan.to_attribute()
        };
        let plan = Plan::new(FAMILY, tasks)
            .with_scratch(scratch)
            .with("block_rows", self.block_rows as i64)
            .with("expansion", inner(first))
            .with("reader", inner(second));
        packings.into_iter().fold(plan, |plan, packing| packing.attach(plan))
    }

    /// Reads what [`ExpandedPlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> ExpandedPlan {
        let inner = |name: &str| {
            let inner = plan.options.get(name).and_then(Plan::from_attribute);
            inner.unwrap_or_else(|| panic!("a plan of family {FAMILY} has the plan {name}"))
        };
        let reader = inner("reader");
        let reader = match reader.family.as_str() {
            separable::FAMILY => ReaderPlan::Separable(SeparablePlan::from_plan(&reader)),
            depthwise::FAMILY => ReaderPlan::Depthwise(DepthwisePlan::from_plan(&reader)),
            other => panic!("plans of family {other} read no expanded channels"),
        };
        let expansion = ConvPlan::from_plan(&inner("expansion"));
        ExpandedPlan { block_rows: plan.size("block_rows"), expansion, reader }
    }
}

/// Plans a kernel of an expansion and what reads it.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let kernel = ExpandedKernel::of(spec)?;
    Some(ExpandedPlan::new(&kernel, target).to_plan(&kernel))
}

/// Rows of the output for which the rows that they read fit the cache, if these are not many more.
fn block_rows(expansion: &ConvShape, depthwise: &ConvShape, target: &Target) -> Option<usize> {
    let rows = depthwise.rows();
    let output = rows.output.as_constant().filter(|&output| output > 0)?;
    let (share, of) = tuning::LEFT_BLOCK_SHARE;
    let row_bytes =
        expansion.filters * expansion.columns().output.as_constant()? as usize * expansion.element.byte_size();
    let fitting = (target.caches.l2 * share / of / row_bytes.max(1)) as i64;
    let reach = (rows.kernel - 1) * rows.dilation + 1;
    let most = (fitting - reach) / rows.stride + 1;
    let most = most.min((output as usize).div_ceil(tuning::EXPANDED_TASKS) as i64);
    if fitting < reach || most < 1 {
        return None;
    }
    let block = balanced_block(rows.output, constant(most as usize)).as_constant()?;
    let (expanded, (again, of)) = (rows.window(constant(block as usize)).as_constant()?, tuning::EXPANDED_AGAIN);
    let is_worth_it = expanded * of as i64 <= block * rows.stride * again as i64;
    is_worth_it.then_some(block as usize)
}

/// The most pixels that `block_rows` rows of the output read.
fn expanded_pixels(block_rows: usize, depthwise: &ConvShape) -> usize {
    let (rows, columns) = (depthwise.rows(), depthwise.columns());
    let window = rows.window(constant(block_rows)).min(rows.input);
    let pixels = multiply(window, columns.input);
    pixels.as_constant().expect("extents of this family are known") as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `size x size x channels -> expanded`, then 3x3; what the planner decides.
    fn check(size: i64, [channels, expanded]: [usize; 2], stride: i64, expected: &str) {
        let target = Target::parse("x86_64", Some("sapphirerapids")).expect("known");
        let extents = [constant(size as usize); 2];
        let expansion = ConvShape::padded(extents, (1, 1), (channels, expanded), 1);
        let depthwise = ConvShape::padded(extents, (3, stride), (expanded, expanded), expanded);
        assert!(can_expand(&expansion, &depthwise));
        let found = match compare(&expansion, &depthwise, &target) {
            Err(_) => "two kernels".to_owned(),
            Ok(_) => {
                let rows = block_rows(&expansion, &depthwise, &target).expect("they fit");
                format!("{rows} rows, {} pixels", expanded_pixels(rows, &depthwise))
            }
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn tasks_fit_the_second_level_cache() {
        check(112, [16, 96], 2, "8 rows, 1904 pixels");
        check(56, [24, 144], 1, "14 rows, 896 pixels");
        check(56, [24, 144], 2, "7 rows, 840 pixels");
    }

    #[test]
    fn what_stays_in_the_cache_or_is_expanded_often_stays_apart() {
        check(28, [32, 192], 1, "two kernels");
        check(80, [256, 1024], 1, "two kernels");
    }
}
