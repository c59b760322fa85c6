//! `Loop`: a `graph.loop` where carried values keep their types, else unrolled.
//!
//! Where data says how often it runs, what it stacks has room for the most rounds there may be; a carried count tells how
//! many there were.

use super::content::{Content, Item};
use super::control::convert_region;
use super::conversion::{REPORTED, Tracked};
use super::datum::{Data, Datum, data};
use super::emit::{check, show_type};
use super::extent::{constant, dim, maximum};
use super::node::{Node, Results, Row, row_of_data};
use super::unroll::{known, unrolled_loop};
use kiln_ir::{Attribute, Builder, Dim, DimExpr, InsertionPoint, Op, Type, Value, bound_symbols};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row_of_data("Loop", convert_loop)];

fn convert_loop(node: &mut Node) -> Data {
    // A loop over shapes is evaluated here: what comes of it may be an extent.
    if carries_extents(node)
        && let Ok(results) = attempt(node, unrolled_loop)
    {
        return Ok(results);
    }
    if (2..node.input_count()).any(|index| !matches!(node.optional_datum(index), Some(Datum::Tensor(_)))) {
        return super::sequence_loops::convert(node);
    }
    rolled_or(node, rolled_loop, unrolled_loop)
}

/// What `rolled` makes of a loop, else what `unrolled` does; if neither can, the reasons of both.
pub(crate) fn rolled_or<T>(
    node: &mut Node,
    rolled: impl FnOnce(&mut Node) -> Result<T, String>,
    unrolled: impl FnOnce(&mut Node) -> Result<T, String>,
) -> Result<T, String> {
    let (reason, reports) = match attempt(node, rolled) {
        Ok(results) => return Ok(results),
        Err(failure) => failure,
    };
    let (other, other_reports) = match attempt(node, unrolled) {
        Ok(results) => return Ok(results),
        Err(failure) => failure,
    };
    match (reason == REPORTED, other == REPORTED) {
        (false, false) => Err(format!("{reason}; nor can it be unrolled: {other}")),
        (true, false) => {
            node.conversion.report(reports);
            Err(reason)
        }
        (_, true) => {
            node.conversion.report(other_reports);
            Err(other)
        }
    }
}

type Failure = (String, Vec<kiln_diag::Diagnostic>);

pub(crate) fn attempt<T>(node: &mut Node, work: impl FnOnce(&mut Node) -> Result<T, String>) -> Result<T, Failure> {
    let (op, opset) = (node.op, node.opset);
    node.conversion.attempt(|conversion| work(&mut Node::new(conversion, op, opset)))
}

/// Whether everything carried is small and of known integers at first.
fn carries_extents(node: &Node) -> bool {
    let is_known = |index: usize| {
        let content = node.optional(index).and_then(|tensor| node.content(tensor));
        content.is_some_and(|content| content.element.is_integer() && content.integers().is_some())
    };
    node.input_count() > 2 && (2..node.input_count()).all(is_known)
}

/// A loop to be made.
#[derive(Clone)]
pub(crate) struct Rolled {
    /// How often it runs, if that is an extent and no condition says otherwise.
    pub rounds: Option<Dim>,
    /// The most rounds and whether the first runs, where they may have to be data.
    pub start: Option<[Tracked; 2]>,
    /// The first carried values.
    pub initial: Vec<Tracked>,
    /// Whether it is known that the first round runs, or that none does.
    pub is_certain: bool,
    /// Whether the last of the carried values is the number of rounds so far, which the region does not know of.
    pub counts: bool,
    /// How many sequences its rounds append to.
    pub growing: usize,
    /// The number of the result of the op that is the first of what is stacked.
    pub declared: usize,
}

/// A loop as its inputs say, without what is carried.
pub(crate) fn read_loop(node: &mut Node) -> Result<Rolled, String> {
    let truth = |item: Item| if let Item::Bool(value) = item { Some(value) } else { None };
    let condition = match node.optional(1) {
        Some(condition) => condition,
        None => node.tensor(Tensor::from_bools(&[], &[true]))?,
    };
    let runs = known(node, condition, truth).ok();
    let count = node.optional(0);
    let rounds = match (count, runs) {
        (_, Some(false)) => Some(Dim::Static(0)),
        (Some(count), _) => rounds(node, count),
        _ => None,
    };
    let count = match count {
        Some(count) => count,
        None => node.tensor(Tensor::scalar(i64::MAX))?,
    };
    let start = [node.reshape(count, &[])?, node.reshape(condition, &[])?];
    let is_certain = runs.is_some();
    Ok(Rolled { rounds, start: Some(start), initial: Vec::new(), is_certain, counts: false, growing: 0, declared: 0 })
}

fn rolled_loop(node: &mut Node) -> Data {
    let mut rolled = read_loop(node)?;
    if node.optional(0).is_none()
        && rolled.rounds.is_none()
        && let Some(rounds) = super::counted::rounds(node)
    {
        (rolled.rounds, rolled.start, rolled.is_certain) = (Some(rounds), None, true);
    }
    let yields_condition = rolled.start.is_none();
    rolled.initial = (2..node.input_count()).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>()?;
    let carried = rolled.initial.len();
    rolled.declared = carried;
    // Where all rounds run, what they stack is as long as it can be.
    rolled.counts = node.output_count() > carried && !yields_condition;
    if rolled.counts {
        rolled.initial.push(node.tensor(Tensor::scalar(0i64))?);
    }
    let results = node.roll(rolled, |node, round, carried| {
        // Inside, the condition holds.
        let condition = node.tensor(Tensor::from_bools(&[], &[true]))?;
        let mut yielded = convert_region(node, 0, &[&[round, condition], carried].concat())?;
        if yields_condition && !yielded.is_empty() {
            // It is known to count.
            yielded.remove(0);
        }
        Ok(yielded)
    })?;
    match results.len() < carried {
        true => Err("the body yields too few values".into()),
        false => Ok(data(results)),
    }
}

/// How often a loop runs at most, if `count` is an extent or can be one that data gives.
fn rounds(node: &mut Node, count: Tracked) -> Option<Dim> {
    if let Ok(count) = known(node, count, Item::to_integer) {
        return dim(maximum(count, constant(0))).ok();
    }
    let count = node.clamp(count, Some(0.0), None).ok()?;
    let count = node.counts_of(count).ok()?;
    count.first().map(|&count| Dim::from_expr(count))
}

impl Node<'_, '_> {
    /// A `graph.loop`. `body` makes what the region yields of the number of the round and of the carried values: with
    /// `start`, whether another round follows, then the next values and what is stacked.
    pub fn roll(
        &mut self,
        rolled: Rolled,
        body: impl FnOnce(&mut Node, Tracked, &[Tracked]) -> Result<Vec<Tracked>, String>,
    ) -> Results {
        let outer = self.conversion.point;
        let location = self.conversion.module.location(self.op);
        let types: Vec<Type> = rolled.initial.iter().map(|&value| self.full_type(value)).collect();
        // Result types are known once the region is converted: it moves into the op that has them.
        let mut builder = Builder { module: &mut *self.conversion.module, point: outer, location };
        let draft = builder.op(kiln_graph::LOOP).regions(1).build();
        let region = self.conversion.module.regions(draft)[0];
        let scalar = Type::tensor(&[], Type::i64());
        let block = self.conversion.module.create_block(region, &[&[scalar], types.as_slice()].concat());
        self.conversion.point = InsertionPoint::AtEnd(block);
        let inner = self.conversion.module.arguments(block).to_vec();
        let inner: Vec<Tracked> = inner.into_iter().map(|argument| self.conversion.track_value(argument)).collect();
        let carried = if rolled.counts { &inner[1..inner.len() - 1] } else { &inner[1..] };
        let yielded = body(self, inner[0], carried).and_then(|mut yielded| {
            // Behind whether another round follows and the other carried values.
            if rolled.counts && yielded.len() >= inner.len() - 1 {
                let next = self.binary_scalar("graph.add", inner[inner.len() - 1], 1.0)?;
                yielded.insert(inner.len() - 1, next);
            }
            self.agree(&rolled, yielded)
        });
        self.conversion.point = outer;
        let made = yielded.and_then(|(is_counted, yielded)| self.finish_roll(draft, &rolled, is_counted, &yielded));
        self.conversion.module.erase(draft);
        made
    }

    /// What the region of a loop yields, in the types of the carried values, and whether the loop is a counted one.
    fn agree(&mut self, rolled: &Rolled, mut yielded: Vec<Tracked>) -> Result<(bool, Vec<Tracked>), String> {
        let mut is_counted = rolled.rounds.is_some();
        if rolled.start.is_some() {
            if yielded.is_empty() {
                return Err("the body yields no condition".into());
            }
            let follows = yielded.remove(0);
            let is_endless = known(self, follows, |item| (item == Item::Bool(true)).then_some(())).is_ok();
            is_counted =
                is_counted && is_endless && rolled.is_certain || rolled.rounds.is_some_and(|rounds| rounds.is(0));
            if is_endless && !is_counted && self.optional(0).is_none() {
                return Err("nothing ends the loop".into());
            }
            if !is_counted {
                let follows = self.reshape(follows, &[])?;
                yielded.insert(0, follows);
            }
        }
        let own = usize::from(!is_counted);
        for (index, &initial) in rolled.initial.iter().enumerate() {
            let next = *yielded.get(own + index).ok_or("the body yields too few values")?;
            let (before, after) = (self.ty(initial), self.ty(next));
            let what = format!("carried value {index}");
            let changes = || format!("{what} changes from {} to {} in a round", show_type(before), show_type(after));
            if before.element != after.element {
                return Err(changes());
            }
            let agreed = self.expect_shape(next, &before.shape, &what).map_err(|_| changes())?;
            yielded[own + index] = agreed;
            // What is carried may be stacked as well: then these are its extents, too.
            for stacked in yielded.iter_mut().skip(own + rolled.initial.len()).filter(|stacked| **stacked == next) {
                *stacked = agreed;
            }
        }
        if yielded.len() > own + rolled.initial.len() && rolled.rounds.is_none() {
            return Err("nothing says how often it runs at most, so there is no room for what it stacks".into());
        }
        let first = own + rolled.initial.len();
        for place in first..yielded.len() {
            yielded[place] = self.as_declared(yielded[place], rolled.declared + place - first)?;
        }
        Ok((is_counted, yielded))
    }

    /// What is stacked to result number `index`, in the extents that the model says the result has after the first.
    fn as_declared(&mut self, slice: Tracked, index: usize) -> Result<Tracked, String> {
        let declared = self.conversion.module.results(self.op).get(index);
        let declared = declared.and_then(|&result| self.conversion.module.ty(result).as_tensor());
        let own = self.shape(slice).to_vec();
        match declared.map(|tensor| tensor.shape.as_slice()) {
            Some([_, declared @ ..]) if declared.len() == own.len() => {
                let pick = |(&declared, own): (&Dim, Dim)| if declared.as_static().is_some() { declared } else { own };
                let shape: Vec<Dim> = declared.iter().zip(own).map(pick).collect();
                self.expect_shape(slice, &shape, "what is stacked")
            }
            _ => Ok(slice),
        }
    }

    /// Moves the region of `draft` into a loop with results.
    fn finish_roll(&mut self, draft: Op, rolled: &Rolled, is_counted: bool, yielded: &[Tracked]) -> Results {
        let location = self.conversion.module.location(self.op);
        let block = self.conversion.module.region_block(draft, 0);
        // What has symbols that data gives in a round is made in it.
        let outer = std::mem::replace(&mut self.conversion.point, InsertionPoint::AtEnd(block));
        let values: Vec<Value> = yielded.iter().map(|&value| self.conversion.value(value)).collect();
        self.conversion.point = outer;
        Builder::at_end(self.conversion.module, block).op("graph.yield").operands(&values).build();
        let mut types: Vec<Type> = rolled.initial.iter().map(|&value| self.full_type(value)).collect();
        let slices = &yielded[usize::from(!is_counted) + rolled.initial.len()..];
        for (&slice, rounds) in slices.iter().zip(rolled.rounds.iter().cycle()) {
            let shape = [&[*rounds], self.shape(slice)].concat();
            types.push(Type::tensor(&shape, self.element_type(slice)));
        }
        let rounds = rolled.rounds.filter(|_| is_counted);
        let bound = bound_symbols(self.conversion.module, draft);
        let escapes =
            |dim: &Dim| dim.expr().is_some_and(|expr| expr.symbols().iter().any(|symbol| bound.contains(symbol)));
        if slices.iter().any(|&slice| self.shape(slice).iter().any(escapes)) {
            return Err("what it stacks has an extent that data gives in each round".into());
        }
        let start = rolled.start.filter(|_| !is_counted);
        let operands: Vec<Tracked> = start.into_iter().flatten().chain(rolled.initial.iter().copied()).collect();
        let operands: Vec<Value> = operands.into_iter().map(|operand| self.conversion.value(operand)).collect();
        let point = self.conversion.point;
        let mut builder = Builder { module: &mut *self.conversion.module, point, location };
        let made = builder.op(kiln_graph::LOOP).operands(&operands).results(&types).regions(1);
        let op = made.optional_attribute("rounds", rounds.map(|rounds| Attribute::dims(&[rounds]))).build();
        let (from, to) = (self.conversion.module.regions(draft)[0], self.conversion.module.regions(op)[0]);
        self.conversion.module.move_blocks(from, to);
        check(self.conversion.module, op)?;
        let results = self.conversion.module.results(op).to_vec();
        let mut results: Vec<Tracked> = results.into_iter().map(|result| self.conversion.track_value(result)).collect();
        if rolled.counts {
            let count = results.remove(rolled.initial.len() - 1);
            let stacked = &mut results[rolled.initial.len() - 1..];
            if !is_counted && !stacked.is_empty() {
                let count = Dim::from_expr(self.bind_extents(count, &[rolled.rounds.and_then(Dim::expr)])?[0]);
                for stacked in stacked {
                    *stacked = self.slice_axis(*stacked, 0, Dim::Static(0), count)?;
                }
            }
        }
        Ok(results)
    }

    fn full_type(&self, tensor: Tracked) -> Type {
        Type::tensor(self.shape(tensor), self.element_type(tensor))
    }

    /// A scalar that is an extent.
    pub fn extent(&mut self, value: DimExpr) -> Tracked {
        let content = Content { element: ElementType::I64, shape: Vec::new(), items: vec![Item::Integer(value)] };
        self.conversion.track_content(content)
    }
}
