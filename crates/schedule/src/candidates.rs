//! Which ways of computing a kernel were considered, what each is estimated to cost, and why one of them was taken.
//!
//! The planners decide; here their decisions become a list that can be read. `plan-kernels{explain=true}` keeps it at the
//! kernel:
//!
//! ```mlir
//! graph.fusion ... {considered = [{chosen = false, name = "depthwise", why = "..."},
//!                                 {chosen = true, cost = 420000, name = "winograd", why = "..."}], plan = ...}
//! ```

use crate::conv::ConvKernel;
use crate::conv_shape::ConvShape;
use crate::expanded::Reader;
use crate::families::FAMILIES;
use crate::matmul::MatmulShape;
use crate::plan::Plan;
use crate::separable::SeparableKernel;
use crate::spec::KernelSpec;
use crate::winograd::WinogradPlan;
use crate::{conv, depthwise, matmul, separable, tuning, winograd};
use kiln_ir::{Attribute, AttributeKind, Attributes, DimExpr, IntoAttribute, Module, Name, Op};
use kiln_target::Target;

/// A way of computing a kernel that was considered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The family.
    pub name: String,
    /// What it is estimated to cost, in multiplications of vectors; `None` where extents are not known, where nothing is
    /// multiplied, or where the family cannot compute the kernel.
    pub cost: Option<i64>,
    /// Whether it computes the kernel.
    pub is_chosen: bool,
    /// Why it does, or why not.
    pub why: String,
}

/// The attribute of a fusion that holds its candidates.
const CONSIDERED: &str = "considered";

/// Planners that say why they refuse a kernel.
type Consider = fn(&KernelSpec, &Target) -> Result<Plan, String>;
const CONSIDERED_FAMILIES: &[(&str, Consider)] =
    &[(depthwise::FAMILY, depthwise::consider), (winograd::FAMILY, winograd::consider)];

/// The ways of computing a kernel, in the order in which families are asked: the first that can is taken. Families that
/// are for other ops are left out.
pub fn candidates(spec: &KernelSpec, target: &Target) -> Vec<Candidate> {
    let has_conv = spec.nodes.iter().any(|node| node.is("conv"));
    let has_parts = spec.has_parts();
    let mut candidates: Vec<Candidate> = Vec::new();
    for family in FAMILIES.iter().filter(|family| family.takes_parts || !has_parts) {
        let consider = CONSIDERED_FAMILIES.iter().find(|(name, _)| *name == family.name && has_conv);
        let result = match consider {
            Some((_, consider)) => consider(spec, target),
            None => (family.plan)(spec, target).ok_or_else(String::new),
        };
        let chosen = candidates.iter().find(|candidate| candidate.is_chosen);
        let candidate = match (&result, chosen) {
            (Ok(plan), None) => Candidate { is_chosen: true, ..of_plan(spec, plan, target) },
            (Ok(plan), Some(chosen)) => Candidate { why: against(chosen), ..of_plan(spec, plan, target) },
            (Err(why), _) if why.is_empty() => continue,
            (Err(why), _) => Candidate::refused(family.name, why),
        };
        candidates.push(candidate);
    }
    candidates
}

/// Why a family that could is not asked any more.
fn against(chosen: &Candidate) -> String {
    format!("possible, but {} is asked first", chosen.name)
}

fn of_plan(spec: &KernelSpec, plan: &Plan, target: &Target) -> Candidate {
    let family = plan.family.as_str();
    let (cost, why) = estimate(spec, plan, target);
    Candidate { name: family.into(), cost, is_chosen: false, why }
}

/// What a plan costs, and what is to be said for it.
fn estimate(spec: &KernelSpec, plan: &Plan, target: &Target) -> (Option<i64>, String) {
    match plan.family.as_str() {
        conv::FAMILY => {
            let cost = ConvKernel::of(spec).and_then(|kernel| product_cost(&kernel.shape, target));
            (cost, format!("a product of matrices, the input read as {}", plan.text("access")))
        }
        depthwise::FAMILY => {
            (ConvShape::of(spec).and_then(|shape| depthwise_cost(&shape, target)), "a filter for each channel".into())
        }
        separable::FAMILY => {
            let kernel = SeparableKernel::of(spec);
            let cost = kernel.and_then(|kernel| pair_cost(&kernel.depthwise, &kernel.pointwise, target));
            (cost, "both convolutions in one kernel".into())
        }
        winograd::FAMILY => {
            let shape = ConvShape::of(spec).expect("a plan of this family is of a convolution");
            let (cost, why) = WinogradPlan::explain(&shape, target);
            (i64::try_from(cost).ok(), why)
        }
        matmul::FAMILY => (MatmulShape::of(spec).and_then(|shape| matmul_cost(&shape, target)), String::new()),
        _ => (None, String::new()),
    }
}

/// Multiplications of vectors of a convolution as a product of matrices; `None` if extents are symbolic.
pub(crate) fn product_cost(shape: &ConvShape, target: &Target) -> Option<i64> {
    let vectors = shape.group_filters().div_ceil(target.lanes(shape.element)) * shape.groups;
    let depth = shape.taps() * shape.group_channels();
    positions(shape)?.checked_mul(i64::try_from(depth.checked_mul(vectors)?).ok()?)
}

/// As [`product_cost`], of a depthwise convolution.
pub(crate) fn depthwise_cost(shape: &ConvShape, target: &Target) -> Option<i64> {
    let vectors = shape.channels.div_ceil(target.lanes(shape.element)) * shape.taps() * tuning::DEPTHWISE_COST;
    positions(shape)?.checked_mul(i64::try_from(vectors).ok()?)
}

/// As [`product_cost`], of a depthwise and a pointwise convolution together.
pub(crate) fn pair_cost(depthwise: &ConvShape, pointwise: &ConvShape, target: &Target) -> Option<i64> {
    depthwise_cost(depthwise, target)?.checked_add(product_cost(pointwise, target)?)
}

/// As [`product_cost`], of a pointwise convolution and what reads it, without what is computed twice.
pub(crate) fn expansion_cost(expansion: &ConvShape, reader: &Reader, target: &Target) -> Option<i64> {
    let rest = match reader {
        Reader::Depthwise(_, shape) => depthwise_cost(shape, target),
        Reader::Separable(kernel) => pair_cost(&kernel.depthwise, &kernel.pointwise, target),
    };
    product_cost(expansion, target)?.checked_add(rest?)
}

fn positions(shape: &ConvShape) -> Option<i64> {
    shape.batch.checked_mul(shape.pixels())?.as_constant()
}

fn matmul_cost(shape: &MatmulShape, target: &Target) -> Option<i64> {
    let vectors = shape.columns.as_constant()?.checked_add(target.lanes(shape.element) as i64 - 1)?;
    let vectors = DimExpr::constant(vectors / target.lanes(shape.element) as i64);
    let mut factors = shape.batch.iter().copied().chain([shape.rows, shape.depth]);
    factors.try_fold(vectors, |product, extent| product.checked_mul(extent))?.as_constant()
}

impl Candidate {
    /// One that cannot compute the kernel, or is not worth it.
    pub(crate) fn refused(name: &str, why: &str) -> Candidate {
        Candidate { name: name.into(), cost: None, is_chosen: false, why: why.into() }
    }

    /// The candidates that are kept at a fusion.
    pub fn of(module: &Module, fusion: Op) -> Vec<Candidate> {
        let entries = module.attribute(fusion, CONSIDERED).and_then(Attribute::as_array).unwrap_or_default();
        entries.iter().filter_map(|&entry| Candidate::from_attribute(entry)).collect()
    }

    /// Keeps candidates at a fusion.
    pub(crate) fn keep(candidates: &[Candidate], module: &mut Module, fusion: Op) {
        let entries: Vec<Attribute> = candidates.iter().map(Candidate::to_attribute).collect();
        module.set_attribute(fusion, CONSIDERED, entries);
    }

    fn to_attribute(&self) -> Attribute {
        let entry = |name: &str, value: Attribute| (Name::new(name), value);
        let mut entries = vec![
            entry("name", Attribute::string(&self.name)),
            entry("chosen", self.is_chosen.into_attribute()),
            entry("why", Attribute::string(&self.why)),
        ];
        entries.extend(self.cost.map(|cost| entry("cost", cost.into_attribute())));
        Attribute::dictionary(entries)
    }

    fn from_attribute(attribute: Attribute) -> Option<Candidate> {
        let AttributeKind::Dictionary(entries) = attribute.kind() else { return None };
        let entries: Attributes = entries.iter().copied().collect();
        Some(Candidate {
            name: entries.get("name")?.as_str()?.into(),
            cost: entries.i64("cost"),
            is_chosen: entries.bool("chosen")?,
            why: entries.get("why")?.as_str()?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extent::constant;

    #[test]
    fn costs_are_multiplications_of_vectors() {
        let target = Target::parse("x86_64", Some("znver4")).expect("known");
        let shape = |kernel, groups| ConvShape::padded([constant(10), constant(6)], (kernel, 1), (40, 40), groups);
        assert_eq!(product_cost(&shape(3, 1), &target), Some(60 * 9 * 40 * 3));
        assert_eq!(product_cost(&shape(3, 2), &target), Some(60 * 9 * 20 * 4));
        assert_eq!(depthwise_cost(&shape(3, 40), &target), Some(60 * 9 * 3 * tuning::DEPTHWISE_COST as i64));
        assert_eq!(pair_cost(&shape(1, 40), &shape(1, 1), &target), Some(60 * 3 * 3 + 60 * 40 * 3));
        let symbolic = ConvShape::padded([DimExpr::symbol("d0"); 2], (3, 1), (40, 40), 1);
        assert_eq!(product_cost(&symbolic, &target), None);
    }
}
