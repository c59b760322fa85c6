//! `If`, `Case` and `While`: ops with regions.
//!
//! A loop is rolled where what it carries keeps its shape, else unrolled if it is known how often it runs. What it carries
//! as it is stays outside.

use super::growing::{behind_copies, make_room, pushed};
use super::lists::unfilled_length;
use crate::conversion::attempt::{attempt, check_rounds, known, rolled_or};
use crate::conversion::branch::{branches, convert_region_data};
use crate::conversion::content::Item;
use crate::conversion::datum::{Data, Datum, Sequence};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row_of_data("If", convert_if),
    row_of_data("StatelessIf", convert_if),
    row_of_data("Case", convert_case),
    row_of_data("StatelessCase", convert_case),
    row_of_data("While", convert_while),
    row_of_data("StatelessWhile", convert_while),
];

/// The regions of a loop.
pub(crate) const CONDITION: usize = 0;
pub(crate) const BODY: usize = 1;

/// A condition as a scalar truth value: numbers hold where they are not 0.
fn truth(node: &mut Node, condition: Tracked) -> Result<Tracked, String> {
    let condition = node.cast(condition, ElementType::I1)?;
    node.reshape(condition, &[])
}

fn as_bool(item: Item) -> Option<bool> {
    if let Item::Bool(value) = item { Some(value) } else { None }
}

fn convert_if(node: &mut Node) -> Data {
    let condition = node.input(0)?;
    let condition = truth(node, condition)?;
    if let Ok(holds) = known(node, condition, as_bool) {
        return convert_region_data(node, if holds { 0 } else { 1 }, Vec::new());
    }
    branches(node, condition, &|node| convert_region_data(node, 0, Vec::new()), &|node| {
        convert_region_data(node, 1, Vec::new())
    })
}

fn convert_case(node: &mut Node) -> Data {
    let selector = node.input(0)?;
    let selector = node.reshape(selector, &[])?;
    let count = node.conversion.module.regions(node.op).len();
    let last = count.checked_sub(1).ok_or("there are no branches")?;
    if let Ok(index) = known(node, selector, |item| item.to_integer()?.as_constant()) {
        let branch = usize::try_from(index).ok().filter(|&index| index < count).unwrap_or(last);
        return convert_region_data(node, branch, Vec::new());
    }
    case_from(node, selector, 0, last)
}

/// The branches from `first` on; the last is for everything else.
fn case_from(node: &mut Node, selector: Tracked, first: usize, last: usize) -> Data {
    if first == last {
        return convert_region_data(node, last, Vec::new());
    }
    let condition = node.binary_scalar("graph.equal", selector, first as f64)?;
    branches(node, condition, &|node| convert_region_data(node, first, Vec::new()), &|node| {
        case_from(node, selector, first + 1, last)
    })
}

/// What goes into a loop.
#[derive(Clone)]
pub(crate) struct Loop {
    pub initial: Vec<Datum>,
    /// Which of it every round gives on as it is.
    pub is_kept: Vec<bool>,
}

impl Loop {
    fn read(node: &Node) -> Result<Loop, String> {
        let initial = (0..node.input_count()).map(|index| node.datum(index)).collect::<Result<Vec<Datum>, _>>()?;
        let module = &*node.conversion.module;
        let region = *module.regions(node.op).get(BODY).ok_or("a graph is missing")?;
        let block = module.entry_block(region).ok_or("a graph is empty")?;
        let yielded = module.last_op(block).map(|op| module.operands(op)).unwrap_or_default();
        let arguments = module.arguments(block);
        if yielded.len() != initial.len() || arguments.len() != initial.len() {
            return Err("the body must give as many values as it takes".into());
        }
        let pairs = arguments.iter().zip(yielded);
        let is_kept = pairs.map(|(&argument, &yielded)| argument == behind_copies(module, yielded)).collect();
        Ok(Loop { initial, is_kept })
    }

    /// The values that change, of all.
    pub fn changing<'d>(&self, all: &'d [Datum]) -> impl Iterator<Item = &'d Datum> {
        all.iter().zip(self.is_kept.clone()).filter(|(_, is_kept)| !is_kept).map(|(datum, _)| datum)
    }

    /// All values, where those that change are these.
    pub fn with(&self, changing: impl IntoIterator<Item = Datum>) -> Result<Vec<Datum>, String> {
        let mut changing = changing.into_iter();
        let pick = |(kept, is_kept): (&Datum, &bool)| if *is_kept { Some(kept.clone()) } else { changing.next() };
        let all: Option<Vec<Datum>> = self.initial.iter().zip(&self.is_kept).map(pick).collect();
        all.ok_or_else(|| "the body gives too few values".into())
    }
}

fn convert_while(node: &mut Node) -> Data {
    let looped = Loop::read(node)?;
    // A loop over shapes is evaluated here: what comes of it may be an extent.
    let is_small = |datum: &Datum| {
        let content = datum.tensor().ok().and_then(|tensor| node.content(tensor));
        content.is_some_and(|content| content.element.is_integer() && content.integers().is_some())
    };
    if looped.changing(&looped.initial).all(is_small)
        && let Ok(results) = attempt(node, |node| unrolled(node, &looped))
    {
        return Ok(results);
    }
    rolled_or(node, |node| rolled(node, looped.clone()), |node| unrolled(node, &looped))
}

/// Whether a round follows with these values.
fn follows(node: &mut Node, values: &[Datum]) -> Result<Tracked, String> {
    let yielded = convert_region_data(node, CONDITION, values.to_vec())?;
    let condition = yielded.first().ok_or("the condition gives no value")?.tensor()?;
    truth(node, condition)
}

fn unrolled(node: &mut Node, looped: &Loop) -> Data {
    let mut values = looped.initial.clone();
    let mut round = 0;
    loop {
        let goes_on = follows(node, &values)?;
        if !known(node, goes_on, as_bool)? {
            return Ok(values);
        }
        round += 1;
        check_rounds(round)?;
        values = convert_region_data(node, BODY, values)?;
    }
}

fn rolled(node: &mut Node, mut looped: Loop) -> Data {
    let start = follows(node, &looped.initial)?;
    let is_certain = known(node, start, as_bool).ok();
    if is_certain == Some(false) {
        return Ok(looped.initial);
    }
    make_room(node, &mut looped)?;
    if looped.changing(&looped.initial).any(|datum| matches!(datum, Datum::Sequence(Sequence::List(_)))) {
        return pushed(node, &looped);
    }
    fill_lists(node, &mut looped)?;
    let initial = looped.changing(&looped.initial).map(Datum::tensor).collect::<Result<Vec<Tracked>, _>>()?;
    let most = node.tensor(Tensor::scalar(i64::MAX))?;
    let results = node.roll(rolled_of(Some([most, start]), initial), |node, _, carried| {
        let values = looped.with(carried.iter().map(|&tensor| Datum::Tensor(tensor)))?;
        let next = convert_region_data(node, BODY, values)?;
        let follows = follows(node, &looped.with(looped.changing(&next).cloned().collect::<Vec<_>>())?)?;
        let next = looped.changing(&next).map(Datum::tensor).collect::<Result<Vec<Tracked>, _>>()?;
        Ok([&[follows], next.as_slice()].concat())
    })?;
    looped.with(results.into_iter().map(Datum::Tensor))
}

fn rolled_of(start: Option<[Tracked; 2]>, initial: Vec<Tracked>) -> Rolled {
    Rolled { rounds: None, start, initial, is_certain: false, counts: false, growing: 0, declared: 0 }
}

/// Lists of which only the length is known become zeros of the shape that the first round finds for their elements.
fn fill_lists(node: &mut Node, looped: &mut Loop) -> Result<(), String> {
    let is_open =
        |looped: &Loop, place: usize| !looped.is_kept[place] && unfilled_length(&looped.initial[place]).is_some();
    let open: Vec<usize> = (0..looped.initial.len()).filter(|&place| is_open(looped, place)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let first_inner = node.conversion.symbol_count();
    let mut found: Vec<Option<(Vec<Dim>, Type)>> = Vec::new();
    let tensors = looped.changing(&looped.initial).filter_map(|datum| datum.tensor().ok()).collect::<Vec<Tracked>>();
    let draft = looped.clone();
    let places = open.clone();
    let outcome = attempt(node, |node| {
        node.roll(rolled_of(None, tensors), |node, _, carried| {
            let mut carried = carried.iter();
            let changing = draft.changing(&draft.initial).map(|datum| match datum {
                Datum::Tensor(_) => carried.next().map_or(datum.clone(), |&tensor| Datum::Tensor(tensor)),
                other => other.clone(),
            });
            let values = draft.with(changing.collect::<Vec<_>>())?;
            let next = convert_region_data(node, BODY, values)?;
            found = places
                .iter()
                .map(|&place| match next.get(place) {
                    Some(&Datum::Tensor(list)) => Some((node.shape(list).to_vec(), node.element_type(list))),
                    _ => None,
                })
                .collect();
            Err("only the shapes were wanted".into())
        })
    });
    if found.is_empty()
        && let Err((reason, reports)) = outcome
    {
        node.conversion.report(reports);
        return Err(reason);
    }
    for (&place, found) in open.iter().zip(found) {
        let Some((shape, element)) = found else { continue };
        if shape.iter().any(|&extent| node.conversion.is_symbol_since(extent, first_inner)) {
            return Err("the elements of a list have an extent that data gives in each round".into());
        }
        let element = element.to_element().ok_or("a list of unknown elements")?;
        let zero = super::elementwise::constant_of(node, element, 0.0)?;
        looped.initial[place] = node.broadcast(zero, &shape)?.into();
    }
    Ok(())
}
