//! From probabilities back to the product of queries and keys.

use crate::matching::{find_producer, find_splat, reshape, shape_of};
use kiln_graph::broadcast_shapes;
use kiln_ir::{Builder, Dim, Mismatch, Module, Op, Value};
use kiln_tensor::{ElementType, Tensor, scalar};

/// What becomes of products of queries and keys.
pub(super) struct Scores {
    /// The product.
    pub product: Op,
    pub scale: f64,
    pub softcap: Option<f64>,
    /// What is added, at last.
    pub masks: Vec<Mask>,
    /// The axes before queries and keys where masks are added, if scores are reshaped for that.
    pub leading: Option<Vec<Dim>>,
}

/// What is added to scores.
#[derive(Clone, Copy)]
pub(super) enum Mask {
    /// A tensor.
    Added(Value),
    /// 0 where a condition is as said, else a splat constant.
    Chosen { condition: Value, kept: bool, hidden: Value },
}

/// Numbers not above this hide a score entirely: added to one, they absorb it.
const ABSORBING: f64 = -1e30;

impl Scores {
    /// The scores behind the left operand of a product with values.
    pub fn of(module: &Module, probabilities: Value) -> Result<Scores, Mismatch> {
        let mut value = only_use(module, probabilities)?;
        let mut reshaped = Vec::new();
        if let Some(cast) = find_producer(module, value, "graph.cast") {
            value = only_use(module, module.operand(cast, 0))?;
        }
        if let Some(view) = find_reshape(module, value) {
            value = only_use(module, view)?;
        }
        let softmax = find_producer(module, value, "graph.softmax").ok_or("the left operand is no softmax")?;
        let last = shape_of(module, value).len() - 1;
        if module.attributes(softmax).i64("axis") != Some(last as i64) {
            return Err("the softmax is not along the last axis".into());
        }
        let mut walk = Walk { masks: Vec::new(), factor: 1.0, softcap: None, is_wide: false };
        let mut value = module.operand(softmax, 0);
        let product = loop {
            let op = module.defining_op(value).ok_or("scores are no product")?;
            let users = module.uses(value).len();
            if users != 1 {
                return Err("scores have other uses".into());
            }
            if module.is(op, "graph.matmul") {
                break op;
            }
            let before = walk.masks.len();
            value = walk.step(module, op)?;
            if walk.masks.len() > before {
                reshaped.push(leading(module, module.result(op, 0)));
            }
        };
        if module.attributes(product).bool("transpose_a").unwrap_or(false) {
            return Err("queries are transposed".into());
        }
        let is_narrow = module.ty(module.result(product, 0)).element().is_some_and(ElementType::is_narrow_float);
        if is_narrow && !walk.is_wide {
            return Err("the softmax is computed in few bits".into());
        }
        let leading = reshaped.pop();
        if reshaped.iter().any(|other| Some(other) != leading.as_ref()) {
            return Err("masks are added in different shapes".into());
        }
        let scale = walk.factor;
        Ok(Scores { product, scale, softcap: walk.softcap, masks: walk.masks, leading })
    }

    /// The shape of all masks together.
    pub fn mask_shape(&self, module: &Module) -> Result<Option<Vec<Dim>>, Mismatch> {
        let shapes: Vec<&[Dim]> = self.masks.iter().map(|mask| shape_of(module, mask.value())).collect();
        if shapes.is_empty() {
            return Ok(None);
        }
        broadcast_shapes(&shapes).map(Some).map_err(Mismatch::from)
    }
}

impl Mask {
    fn value(&self) -> Value {
        match *self {
            Mask::Added(value) => value,
            Mask::Chosen { condition, .. } => condition,
        }
    }

    fn build(&self, builder: &mut Builder) -> Value {
        match *self {
            Mask::Added(value) => value,
            Mask::Chosen { condition, kept, hidden } => {
                let element = builder.module.ty(hidden).element().expect("constants have element types");
                let zero = Tensor::zeros(element, &[]).expect("a scalar is small");
                let zero = crate::matching::constant(builder, zero);
                let hidden = reshape(builder, hidden, &[]);
                let (left, right) = if kept { (zero, hidden) } else { (hidden, zero) };
                builder.op("graph.select").operands(&[condition, left, right]).value()
            }
        }
    }

    /// The sum of all masks.
    pub fn build_all(masks: &[Mask], builder: &mut Builder) -> Option<Value> {
        let mut sum = None;
        // Those found last are added first.
        for mask in masks.iter().rev() {
            let value = mask.build(builder);
            sum = Some(match sum {
                Some(sum) => builder.op("graph.add").operands(&[sum, value]).value(),
                None => value,
            });
        }
        sum
    }
}

/// The axes before the last two.
fn leading(module: &Module, value: Value) -> Vec<Dim> {
    let shape = shape_of(module, value);
    shape[..shape.len().saturating_sub(2)].to_vec()
}

fn only_use(module: &Module, value: Value) -> Result<Value, Mismatch> {
    module.has_one_use(value).then_some(value).ok_or_else(|| "probabilities have other uses".into())
}

/// What a reshape that keeps the last two axes is of.
fn find_reshape(module: &Module, value: Value) -> Option<Value> {
    let view = find_producer(module, value, "graph.reshape")?;
    let (from, to) = (shape_of(module, module.operand(view, 0)), shape_of(module, value));
    let keeps = from.last_chunk::<2>()? == to.last_chunk::<2>()?;
    keeps.then(|| module.operand(view, 0))
}

/// What was met between the softmax and where the walk is.
struct Walk {
    masks: Vec<Mask>,
    /// What scores are multiplied with from here on.
    factor: f64,
    softcap: Option<f64>,
    /// Whether scores are converted to another type from here on.
    is_wide: bool,
}

impl Walk {
    /// Goes through `op`; what its operand on the way is.
    fn step(&mut self, module: &Module, op: Op) -> Result<Value, Mismatch> {
        let result = module.result(op, 0);
        let is_first = self.factor == 1.0 && self.softcap.is_none();
        match module.name(op).as_str() {
            "graph.multiply" | "graph.divide" => {
                let (value, factor) = scaled(module, op).ok_or("scores are multiplied with more than a number")?;
                if let Some(tanh) = find_producer(module, value, "graph.tanh") {
                    if !is_first || !module.has_one_use(value) {
                        return Err("bounded scores are scaled".into());
                    }
                    // factor * tanh(s) = factor * tanh((factor * s) / factor)
                    (self.softcap, self.factor) = (Some(factor), factor);
                    return Ok(module.operand(tanh, 0));
                }
                self.factor *= factor;
                Ok(value)
            }
            "graph.add" if is_first && !self.is_wide => {
                let operands = [module.operand(op, 0), module.operand(op, 1)];
                let of_scores = |&value: &Value| leads_to_product(module, value, result);
                let place = operands.iter().position(of_scores).ok_or("no operand of the sum is a product")?;
                self.masks.push(Mask::Added(operands[1 - place]));
                Ok(operands[place])
            }
            "graph.select" if is_first && !self.is_wide => {
                let condition = module.operand(op, 0);
                let operands = [module.operand(op, 1), module.operand(op, 2)];
                let of_scores = |&value: &Value| leads_to_product(module, value, result);
                let place = operands.iter().position(of_scores).ok_or("neither choice is a product")?;
                let hidden = operands[1 - place];
                let hides = find_splat(module, hidden).is_some_and(|splat| splat.to_f64() <= ABSORBING);
                if !hides {
                    return Err("masked scores are not hidden entirely".into());
                }
                self.masks.push(Mask::Chosen { condition, kept: place == 0, hidden });
                Ok(operands[place])
            }
            "graph.cast" if self.masks.is_empty() => {
                let element = |value: Value| module.ty(value).element();
                let narrow = element(module.operand(op, 0));
                let widens = matches!(narrow, Some(ElementType::F16 | ElementType::BF16))
                    && element(result) == Some(ElementType::F32);
                self.is_wide = true;
                widens.then(|| module.operand(op, 0)).ok_or_else(|| "scores are converted".into())
            }
            "graph.reshape" => find_reshape(module, result).ok_or_else(|| "scores are reshaped".into()),
            _ => Err("scores are no product".into()),
        }
    }
}

/// Whether `value`, of the same shape as `like`, is a product or what steps go through from one.
fn leads_to_product(module: &Module, value: Value, like: Value) -> bool {
    const STEPS: [&str; 7] =
        ["graph.matmul", "graph.multiply", "graph.divide", "graph.add", "graph.select", "graph.tanh", "graph.reshape"];
    let Some(op) = module.defining_op(value) else { return false };
    if shape_of(module, value).len() < 2 || !STEPS.contains(&module.name(op).as_str()) || !module.has_one_use(value) {
        return false;
    }
    let is_full = shape_of(module, value) == shape_of(module, like);
    is_full
        && (module.is(op, "graph.matmul")
            || match find_reshape(module, value) {
                Some(source) => leads_to_product(module, source, source),
                None => module.operands(op).iter().any(|&operand| leads_to_product(module, operand, value)),
            })
}

/// A value multiplied or divided by one number, and the factor.
pub(super) fn scaled(module: &Module, op: Op) -> Option<(Value, f64)> {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    let number = |value: Value| find_splat(module, value).map(scalar::Scalar::to_f64);
    let (value, factor) = match (module.name(op).as_str(), number(left), number(right)) {
        ("graph.multiply", _, Some(factor)) => (left, factor),
        ("graph.multiply", Some(factor), _) => (right, factor),
        ("graph.divide", _, Some(divisor)) => (left, 1.0 / divisor),
        _ => return None,
    };
    let keeps = shape_of(module, value) == shape_of(module, module.result(op, 0));
    let is_float = module.ty(value).element().is_some_and(ElementType::is_float);
    (keeps && is_float && factor.is_finite()).then_some((value, factor))
}
