//! `graph.loop`s.

use super::content::{Content, Item};
use super::emit::{check, show_type};
use super::node::Node;
use super::row::Results;
use super::state::Tracked;
use kiln_ir::{Attribute, Builder, Dim, DimExpr, InsertionPoint, Op, Type, Value, bound_symbols};
use kiln_tensor::ElementType;

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

    /// A loop of so many rounds, each of which makes the next values of the number of the round and of the values.
    pub fn repeat(
        &mut self,
        rounds: u64,
        initial: Vec<Tracked>,
        body: impl FnOnce(&mut Node, Tracked, &[Tracked]) -> Result<Vec<Tracked>, String>,
    ) -> Results {
        let rolled = Rolled {
            rounds: Some(Dim::Static(rounds)),
            start: None,
            initial,
            is_certain: true,
            counts: false,
            growing: 0,
            // Nothing is stacked.
            declared: usize::MAX / 2,
        };
        self.roll(rolled, body)
    }

    /// What the region of a loop yields, in the types of the carried values, and whether the loop is a counted one.
    fn agree(&mut self, rolled: &Rolled, mut yielded: Vec<Tracked>) -> Result<(bool, Vec<Tracked>), String> {
        let mut is_counted = rolled.rounds.is_some();
        if rolled.start.is_some() {
            if yielded.is_empty() {
                return Err("the body yields no condition".into());
            }
            let follows = yielded.remove(0);
            let first = self.content(follows).and_then(|content| content.items.first().copied());
            let is_endless = first == Some(Item::Bool(true));
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

    /// The type of a tensor.
    pub fn full_type(&self, tensor: Tracked) -> Type {
        Type::tensor(self.shape(tensor), self.element_type(tensor))
    }

    /// A scalar that is an extent.
    pub fn extent(&mut self, value: DimExpr) -> Tracked {
        let content = Content { element: ElementType::I64, shape: Vec::new(), items: vec![Item::Integer(value)] };
        self.conversion.track_content(content)
    }
}
