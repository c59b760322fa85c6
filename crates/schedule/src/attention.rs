//! Plans of attention.
//!
//! A task answers a block of queries of one head. It goes through the keys block by block: scores of a few queries with
//! all keys of a block are a product of matrices, as are their exponentials with the values; what was summed up before
//! is scaled down where a block has a larger maximum. Scores are in memory for one block and tile only, so that they stay
//! in the first-level cache. (Milakov, Gimelshein: Online normalizer calculation for softmax, 2018; Dao et al.:
//! FlashAttention, 2022.)
//!
//! Both products of `bf16` go to the matrix unit where there is one: exponentials are rounded for the second, and keys and
//! values are copied so that pairs are neighbours.
//!
//! ```text
//! {block_keys = 128, block_queries = #kiln.dims<[64]>, copy_values = false, family = "attention", lanes = 16,
//!  tile_rows = [13, 12], tile_vectors = 2, value_vectors = 2, ...}
//! ```

use crate::anchored::estimate;
use crate::conv_shape::is_widening;
use crate::dot::{Dot, TILE_ROWS, Unit};
use crate::extent::{add, balanced_block, constant, divide_up, multiply};
use crate::map::serial_tasks;
use crate::matmul::{MatrixOperand, Transposed, without_transposes};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::{KernelSpec, Source, product};
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The name of the family.
pub const FAMILY: &str = "attention";

/// Regions of scratch memory begin at multiples of a cache line.
const ALIGNMENT: usize = 64;

/// An attention as its planner and emitter read it.
#[derive(Clone, PartialEq, Debug)]
pub struct AttentionShape {
    /// The kernel without its transposes; `outputs` are the values before the last one.
    pub spec: KernelSpec,
    /// The node in that kernel.
    pub anchor: usize,
    /// How queries, keys and values lie in memory.
    pub operands: [MatrixOperand; 3],
    /// Which input the mask is.
    pub mask: Option<usize>,
    /// How the output is transposed.
    pub transposed: Option<Transposed>,
    /// What is computed in: `f32`, or `f64` for operands of it.
    pub element: ElementType,
    /// Whether products may be of `bf16`.
    pub is_widening: bool,
    /// Extents of the batch axes.
    pub batch: Vec<DimExpr>,
    /// Heads of queries.
    pub heads: DimExpr,
    /// Heads of queries that share one of keys.
    pub sharing: DimExpr,
    /// Queries of a head.
    pub queries: DimExpr,
    /// Keys of a head.
    pub keys: DimExpr,
    /// Elements of a query.
    pub size: DimExpr,
    /// Elements of a value.
    pub value_size: DimExpr,
    /// What scores are multiplied with.
    pub scale: f64,
    /// What scores are bounded by.
    pub softcap: Option<f64>,
    /// Query `i` sees keys up to `i +` this.
    pub causal: Option<DimExpr>,
}

impl AttentionShape {
    /// The only attention of a kernel, if it reads inputs of the kernel or transposes of them.
    pub fn of(spec: &KernelSpec) -> Option<AttentionShape> {
        let anchor = spec.only_node(|node| node.is("attention"))?;
        let sources = &spec.nodes[anchor].operands;
        let operand = |index: usize| MatrixOperand::of(spec, *sources.get(index)?);
        let operands = [operand(0)?, operand(1)?, operand(2)?];
        let mask = match sources.get(3) {
            Some(&Source::Input(mask)) => Some(mask),
            Some(Source::Node { .. }) => return None,
            None => None,
        };
        let inputs = [0, 1, 2].map(|index: usize| operands[index].input);
        let (spec, transposed) = without_transposes(spec, anchor, &inputs)?;
        let anchor = spec.anchor_of_post_ops("attention")?;
        let attributes = &spec.nodes[anchor].attributes;
        let (batch, &[heads, queries, size]) = operands[0].extents.split_last_chunk()?;
        let (_, &[key_heads, keys, _]) = operands[1].extents.split_last_chunk()?;
        let element = match spec.inputs[operands[0].input].element {
            ElementType::F64 => ElementType::F64,
            _ => ElementType::F32,
        };
        let causal = match attributes.get("causal") {
            Some(causal) => Some(causal.as_dims()?.first()?.expr()?),
            None => None,
        };
        Some(AttentionShape {
            anchor,
            mask,
            transposed,
            element,
            is_widening: is_widening(&spec.nodes[anchor]),
            batch: batch.to_vec(),
            heads,
            sharing: if heads == key_heads { constant(1) } else { divide_up(heads, key_heads) },
            queries,
            keys,
            size,
            value_size: *operands[2].extents.last()?,
            scale: attributes.f64("scale")?,
            softcap: attributes.f64("softcap"),
            causal,
            operands,
            spec,
        })
    }

    /// Whether values of one key are neighbours, as those of the element type that is computed in.
    fn values_are_rows(&self) -> bool {
        let values = &self.operands[2];
        values.last + 1 == values.extents.len() && self.spec.inputs[values.input].element == self.element
    }

    /// Whether keys and values have rows or columns that are runs in memory.
    fn have_runs(&self) -> bool {
        self.operands[1..].iter().all(|operand| operand.last + 2 >= operand.extents.len())
    }
}

/// The decisions about an attention.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AttentionPlan {
    /// Queries by keys of a tile of scores.
    pub scores: RegisterTile,
    /// Queries by elements of a tile of results; as many rows.
    pub values: RegisterTile,
    /// Queries of a task.
    pub block_queries: DimExpr,
    /// Keys of a block, a multiple of the columns of a tile.
    pub block_keys: usize,
    /// Whether values are copied into panels, too.
    pub copy_values: bool,
    /// Whether scratch memory has a place for one vector of the result: its elements are counted at run time and the
    /// target has no masks.
    pub spill: bool,
}

/// Where the parts of scratch memory begin, in bytes, and how large it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scratch {
    /// Queries, scaled.
    pub queries: DimExpr,
    /// Panels of keys.
    pub keys: DimExpr,
    /// Panels of values.
    pub values: DimExpr,
    /// Scores of a tile, then exponentials, if these are not rounded.
    pub scores: DimExpr,
    /// Exponentials, rounded.
    pub exponentials: DimExpr,
    /// Sums of values, panel by panel; rows of a panel follow each other.
    pub results: DimExpr,
    /// Per query: the largest score.
    pub maxima: DimExpr,
    /// Per query: the sum of exponentials.
    pub sums: DimExpr,
    /// Per query of a tile: what sums so far are scaled with.
    pub factors: DimExpr,
    /// A vector.
    pub spill: DimExpr,
    /// All of it.
    pub size: DimExpr,
}

impl AttentionPlan {
    /// Plans an attention.
    pub fn new(shape: &AttentionShape, target: &Target) -> AttentionPlan {
        let block_queries = balanced_block(shape.queries, constant(tuning::ATTENTION_QUERIES));
        if let Some(tiles) = AttentionPlan::on_tiles(shape, target, block_queries) {
            return tiles;
        }
        let scores = RegisterTile::new(target, shape.element, block_queries, shape.keys);
        let scores = match (shape.queries.as_constant(), block_queries.as_constant()) {
            (Some(queries), Some(block)) if block > 0 => scores.covering((queries % block) as usize),
            _ => scores,
        };
        let columns = RegisterTile::new(target, shape.element, block_queries, shape.value_size);
        let values =
            RegisterTile { rows: scores.rows.clone(), vectors: columns.vectors.min(scores.vectors), ..columns };
        let whole = shape.value_size.as_constant().is_some_and(|size| (size as usize).is_multiple_of(values.lanes));
        let readable = shape.values_are_rows() && (whole || target.has_masks);
        let spill = shape.value_size.as_constant().is_none() && !target.has_masks;
        let block_keys = block_keys(shape, target, &scores, shape.element);
        AttentionPlan { scores, values, block_queries, block_keys, copy_values: !readable, spill }
    }

    /// The plan for the matrix unit, if that is worth while.
    fn on_tiles(shape: &AttentionShape, target: &Target, block_queries: DimExpr) -> Option<AttentionPlan> {
        let elements = (ElementType::BF16, ElementType::BF16);
        let size = shape.size.as_constant()? as usize;
        if !shape.is_widening || !shape.have_runs() || size == 0 {
            return None;
        }
        let tile = |columns: DimExpr, steps: usize| {
            RegisterTile::of_matrix_unit(target, elements, block_queries, columns, |_| Some(steps))
        };
        let pairs = size.div_ceil(Dot::Halves.terms());
        let scores = tile(shape.keys, even_steps(pairs))?;
        let values = tile(shape.value_size, TILE_ROWS)?;
        let block_keys = block_keys(shape, target, &scores, ElementType::BF16);
        let block_keys = block_keys.next_multiple_of(values.unroll * values.dot.terms());
        Some(AttentionPlan { scores, values, block_queries, block_keys, copy_values: true, spill: false })
    }

    /// Whether products are computed on the matrix unit.
    pub fn uses_tiles(&self) -> bool {
        self.scores.unit == Unit::Tiles
    }

    /// Elements of a query in scratch memory.
    pub fn depth(&self, shape: &AttentionShape) -> DimExpr {
        if !self.uses_tiles() {
            return shape.size;
        }
        let step = constant(self.scores.unroll * self.scores.dot.terms());
        multiply(divide_up(shape.size, step), step)
    }

    /// Heads, and blocks of queries of each.
    pub fn task_space(&self, shape: &AttentionShape) -> Vec<DimExpr> {
        let blocks = divide_up(shape.queries, self.block_queries);
        [shape.batch.as_slice(), &[shape.heads, blocks]].concat()
    }

    /// Panels of values.
    pub fn value_panels(&self, shape: &AttentionShape) -> DimExpr {
        divide_up(shape.value_size, constant(self.values.columns()))
    }

    /// The parts of scratch memory.
    pub fn scratch(&self, shape: &AttentionShape) -> Scratch {
        let mut end = constant(0);
        let mut part = |elements: DimExpr, element: ElementType| {
            let bytes = multiply(elements, constant(element.byte_size()));
            let start = end;
            end = add(end, multiply(divide_up(bytes, constant(ALIGNMENT)), constant(ALIGNMENT)));
            start
        };
        let (keys, rows) = (constant(self.block_keys), constant(self.scores.most_rows()));
        let width = multiply(self.value_panels(shape), constant(self.values.columns()));
        let (lanes, depth) = (constant(self.scores.lanes), self.depth(shape));
        let (sum, factor) = (shape.element, self.factor_type(shape));
        Scratch {
            queries: part(multiply(self.block_queries, depth), factor),
            keys: part(multiply(keys, depth), factor),
            values: part(if self.copy_values { multiply(keys, width) } else { constant(0) }, factor),
            scores: part(multiply(rows, keys), sum),
            exponentials: part(if self.uses_tiles() { multiply(rows, keys) } else { constant(0) }, factor),
            results: part(multiply(self.block_queries, width), sum),
            maxima: part(self.block_queries, sum),
            sums: part(self.block_queries, sum),
            factors: part(rows, sum),
            spill: part(if self.spill { lanes } else { constant(0) }, sum),
            size: end,
        }
    }

    /// The elements that are multiplied.
    pub fn factor_type(&self, shape: &AttentionShape) -> ElementType {
        if self.uses_tiles() { ElementType::BF16 } else { shape.element }
    }

    /// As the printable plan.
    pub fn to_plan(&self, shape: &AttentionShape) -> Plan {
        let tasks = product(&self.task_space(shape));
        let plan = Plan::new(FAMILY, tasks)
            .with_scratch(self.scratch(shape).size)
            .with_serial_tasks(serial_tasks(self.task_operations(shape)))
            .with("block_queries", vec![Dim::from_expr(self.block_queries)])
            .with("block_keys", self.block_keys as i64)
            .with("copy_values", self.copy_values)
            .with("value_vectors", self.values.vectors as i64)
            .with("spill", self.spill);
        self.scores.attach(plan)
    }

    /// Vector operations of a task.
    fn task_operations(&self, shape: &AttentionShape) -> i64 {
        let estimate = |expr: DimExpr| estimate(Dim::from_expr(expr));
        let scores = estimate(self.block_queries).saturating_mul(estimate(shape.keys));
        let each = estimate(shape.size) + estimate(shape.value_size) + 2 * tuning::FUNCTION_OPERATIONS;
        scores.saturating_mul(each) / self.scores.lanes as i64
    }

    /// Reads what [`AttentionPlan::to_plan`] writes.
    ///
    /// # Panics
    /// When it is a plan of another family.
    pub fn from_plan(plan: &Plan) -> AttentionPlan {
        let scores = RegisterTile::of(plan);
        let unroll = if scores.unit == Unit::Tiles { TILE_ROWS } else { scores.unroll };
        AttentionPlan {
            values: RegisterTile { vectors: plan.size("value_vectors"), unroll, ..scores.clone() },
            scores,
            block_queries: plan.extent("block_queries"),
            block_keys: plan.size("block_keys"),
            copy_values: plan.flag("copy_values"),
            spill: plan.flag("spill"),
        }
    }
}

/// Steps of a depth, filled up so that they fall into tiles of equally many.
fn even_steps(steps: usize) -> usize {
    let tiles = steps.div_ceil(TILE_ROWS);
    steps.next_multiple_of(tiles)
}

/// Keys of a block: so many that they, their values and a tile of scores take their share of the cache.
fn block_keys(shape: &AttentionShape, target: &Target, tile: &RegisterTile, factor: ElementType) -> usize {
    let (share, of) = tuning::ATTENTION_SHARE;
    let extent = |expr: DimExpr| expr.as_constant().map_or(tuning::SYMBOLIC_LENGTH, |extent| extent as usize);
    let copies = (extent(shape.size) + extent(shape.value_size)) * factor.byte_size();
    let fitting = target.caches.l2 * share / of / (copies + tile.most_rows() * shape.element.byte_size());
    let columns = tile.columns();
    let most = fitting.min(tuning::ATTENTION_KEYS) / columns * columns;
    let needed = shape.keys.as_constant().map_or(most, |keys| (keys as usize).next_multiple_of(columns));
    most.min(needed).max(columns)
}

/// Plans a kernel whose anchor is an attention.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let shape = AttentionShape::of(spec)?;
    Some(AttentionPlan::new(&shape, target).to_plan(&shape))
}
