//! The loops and conditionals of a graph of TensorFlow 1, found in the dataflow.
//!
//! A loop is a frame: each of its variables comes in by an `Enter`, goes through a `Merge` with what the round before gave
//! (`NextIteration`) to a `Switch` that the `LoopCond` steers, and from there into the body or out by an `Exit`. What stays
//! the same comes in by an `Enter` that no `Merge` takes. A conditional is a `Merge` whose inputs are behind the two sides
//! of `Switch`es of one predicate.

use crate::graph::{Graph, Source, value};
use crate::proto::attr_value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// The control flow of a graph, as far as its results need it.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pub loops: Vec<Frame>,
    /// Loops by their `Exit`s.
    pub loop_of: FxHashMap<usize, usize>,
    pub conditionals: Vec<Conditional>,
    /// Conditionals by their `Merge`s.
    pub conditional_of: FxHashMap<usize, usize>,
    /// What is wrong, node by node.
    pub faults: Vec<(usize, String)>,
}

/// A loop.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub variables: Vec<LoopVariable>,
    /// The `Enter`s of what stays the same.
    pub constants: Vec<usize>,
    /// Whether another round follows.
    pub condition: Option<Source>,
    /// The node that says whether another round follows.
    pub node: usize,
}

/// What a loop carries from round to round.
#[derive(Debug)]
pub(crate) struct LoopVariable {
    pub initial: Source,
    pub merge: usize,
    pub switch: Option<usize>,
    pub next: Source,
    pub exit: Option<usize>,
}

/// A conditional.
#[derive(Debug)]
pub(crate) struct Conditional {
    pub predicate: Source,
    pub merges: Vec<Joined>,
    /// What goes into the branches: `Switch`es.
    pub switches: Vec<usize>,
}

/// A result of a conditional.
#[derive(Debug)]
pub(crate) struct Joined {
    pub merge: usize,
    pub on_true: Source,
    pub on_false: Source,
}

/// On which sides of which predicates something is computed, sorted.
type Guards = Rc<Vec<(Source, bool)>>;

/// The most predicates around one node.
const MOST_GUARDS: usize = 256;

impl Flow {
    /// The control flow behind `targets`; `known` is not looked behind.
    pub fn find(graph: &Graph<'_>, targets: &[Source], known: &FxHashSet<Source>) -> Flow {
        let mut flow = Flow::default();
        if !graph.nodes.iter().any(|node| is(&node.proto.op, "Merge") || node.proto.op == "Exit") {
            return flow;
        }
        let reached = graph.reached(targets, known);
        let mut nodes: Vec<usize> = reached.iter().copied().collect();
        nodes.sort_unstable();
        let loop_merges = flow.find_loops(graph, &nodes);
        flow.find_conditionals(graph, &nodes, &loop_merges);
        flow
    }

    /// Finds the loops; returns the `Merge`s that are theirs.
    fn find_loops(&mut self, graph: &Graph<'_>, nodes: &[usize]) -> FxHashSet<usize> {
        let op = |node: usize| graph.nodes[node].proto.op.as_str();
        let mut frames: FxHashMap<&[u8], usize> = FxHashMap::default();
        let mut variable_of: FxHashMap<usize, (usize, usize)> = FxHashMap::default();
        let mut entered = FxHashSet::default();
        for &node in nodes.iter().filter(|&&node| is(op(node), "Merge")) {
            let ends = |wanted: &str| {
                graph.nodes[node].inputs.iter().find_map(|&input| match input {
                    Source::Node(from, _) if is(op(from), wanted) => Some(from),
                    _ => None,
                })
            };
            let (Some(enter), Some(next)) = (ends("Enter"), ends("NextIteration")) else { continue };
            let (Some(&initial), Some(&next)) = (graph.nodes[enter].inputs.first(), graph.nodes[next].inputs.first())
            else {
                continue;
            };
            let frame = self.frame_of(graph, enter, &mut frames);
            entered.insert(enter);
            variable_of.insert(node, (frame, self.loops[frame].variables.len()));
            self.loops[frame].variables.push(LoopVariable { initial, merge: node, switch: None, next, exit: None });
        }
        for &node in nodes {
            let inputs = &graph.nodes[node].inputs;
            match (op(node), inputs.as_slice()) {
                (name, &[Source::Node(merge, 0), Source::Node(condition, 0)]) if is(name, "Switch") => {
                    let (Some(&(frame, variable)), "LoopCond") = (variable_of.get(&merge), op(condition)) else {
                        continue;
                    };
                    let frame = &mut self.loops[frame];
                    frame.variables[variable].switch = Some(node);
                    frame.condition = graph.nodes[condition].inputs.first().copied();
                    frame.node = condition;
                }
                (name, [_]) if is(name, "Enter") && !entered.contains(&node) => {
                    let frame = self.frame_of(graph, node, &mut frames);
                    self.loops[frame].constants.push(node);
                }
                _ => {}
            }
        }
        for &node in nodes.iter().filter(|&&node| is(op(node), "Exit")) {
            let switch = graph.nodes[node].inputs.first().copied();
            let found = self.loops.iter().position(|frame| {
                frame.variables.iter().any(|variable| variable.switch.map(|switch| Source::Node(switch, 0)) == switch)
            });
            let Some(frame) = found else {
                self.faults.push((node, "it is the end of a loop that is not there".into()));
                continue;
            };
            self.loop_of.insert(node, frame);
            for variable in &mut self.loops[frame].variables {
                if variable.switch.map(|switch| Source::Node(switch, 0)) == switch {
                    variable.exit = Some(node);
                }
            }
        }
        variable_of.into_keys().collect()
    }

    /// The loop that an `Enter` leads into.
    fn frame_of<'g>(&mut self, graph: &Graph<'g>, enter: usize, frames: &mut FxHashMap<&'g [u8], usize>) -> usize {
        let proto = graph.nodes[enter].proto;
        let name: &[u8] = match value(proto, "frame_name") {
            Some(Value::S(name)) => name,
            _ => b"",
        };
        *frames.entry(name).or_insert_with(|| {
            self.loops.push(Frame { node: enter, ..Frame::default() });
            self.loops.len() - 1
        })
    }

    fn find_conditionals(&mut self, graph: &Graph<'_>, nodes: &[usize], loop_merges: &FxHashSet<usize>) {
        let merges: Vec<usize> = nodes
            .iter()
            .copied()
            .filter(|node| is(&graph.nodes[*node].proto.op, "Merge") && !loop_merges.contains(node))
            .collect();
        if merges.is_empty() {
            return;
        }
        let guards = find_guards(graph, loop_merges);
        let mut groups: FxHashMap<(Source, &str), usize> = FxHashMap::default();
        for merge in merges {
            let node = &graph.nodes[merge];
            let &[first, second] = node.inputs.as_slice() else {
                self.faults.push((merge, format!("a conditional of {} branches is not supported", node.inputs.len())));
                continue;
            };
            let (left, right) = (guard(graph, &guards, first), guard(graph, &guards, second));
            let opposed = left.iter().rev().find(|(predicate, side)| right.contains(&(*predicate, !side)));
            let Some(&(predicate, side)) = opposed else {
                self.faults.push((merge, "it joins what are not the two sides of one condition".into()));
                continue;
            };
            let (on_true, on_false) = if side { (first, second) } else { (second, first) };
            let scope = node.proto.name.rsplit_once('/').map_or("", |(scope, _)| scope);
            let group = *groups.entry((predicate, scope)).or_insert_with(|| {
                self.conditionals.push(Conditional { predicate, merges: Vec::new(), switches: Vec::new() });
                self.conditionals.len() - 1
            });
            self.conditionals[group].merges.push(Joined { merge, on_true, on_false });
            self.conditional_of.insert(merge, group);
        }
        for conditional in &mut self.conditionals {
            conditional.switches = switches_of(graph, conditional);
        }
    }
}

/// Whether an operator is this one of control flow, of values or of variables' own memory.
pub(crate) fn is(op: &str, name: &str) -> bool {
    op == name || op.strip_prefix("Ref") == Some(name)
}

/// The `Switch`es of a conditional's predicate that its results are behind.
fn switches_of(graph: &Graph<'_>, conditional: &Conditional) -> Vec<usize> {
    let mut pending: Vec<Source> =
        conditional.merges.iter().flat_map(|joined| [joined.on_true, joined.on_false]).collect();
    let (mut seen, mut switches) = (FxHashSet::default(), Vec::new());
    while let Some(source) = pending.pop() {
        let Source::Node(node, _) = source else { continue };
        if !seen.insert(node) {
            continue;
        }
        if switch_predicate(graph, node) == Some(conditional.predicate) {
            switches.push(node);
            continue;
        }
        pending.extend(&graph.nodes[node].inputs);
    }
    switches.sort_unstable();
    switches
}

/// What steers a `Switch`, behind copies.
fn switch_predicate(graph: &Graph<'_>, node: usize) -> Option<Source> {
    let node = &graph.nodes[node];
    match node.inputs.as_slice() {
        &[_, predicate] if is(&node.proto.op, "Switch") => Some(graph.behind_copies(predicate)),
        _ => None,
    }
}

/// The guards of a tensor.
fn guard(graph: &Graph<'_>, guards: &FxHashMap<usize, Guards>, source: Source) -> Guards {
    let Source::Node(node, output) = source else { return Guards::default() };
    let own = guards.get(&node).cloned().unwrap_or_default();
    match switch_predicate(graph, node) {
        Some(predicate) if !is_loop_condition(graph, predicate) => {
            union(&own, &Rc::new(vec![(predicate, output == 1)]))
        }
        _ => own,
    }
}

fn is_loop_condition(graph: &Graph<'_>, source: Source) -> bool {
    matches!(source, Source::Node(node, _) if graph.nodes[node].proto.op == "LoopCond")
}

fn union(left: &Guards, right: &Guards) -> Guards {
    if right.iter().all(|guard| left.contains(guard)) || left.len() > MOST_GUARDS {
        return left.clone();
    }
    if left.is_empty() {
        return right.clone();
    }
    let mut all: Vec<(Source, bool)> = left.iter().chain(right.iter()).copied().collect();
    // The order in which they were met: the innermost condition comes last.
    let mut seen = FxHashSet::default();
    all.retain(|guard| seen.insert(*guard));
    Rc::new(all)
}

/// The guards of every node.
fn find_guards(graph: &Graph<'_>, loop_merges: &FxHashSet<usize>) -> FxHashMap<usize, Guards> {
    enum Step {
        Begin(usize),
        End(usize),
    }
    let mut guards: FxHashMap<usize, Guards> = FxHashMap::default();
    let mut begun = FxHashSet::default();
    let mut steps: Vec<Step> = (0..graph.nodes.len()).rev().map(Step::Begin).collect();
    // The way back of a loop adds nothing to the guards of its variable.
    let inputs = |node: usize| {
        let is_back = |source: &Source| {
            loop_merges.contains(&node)
                && matches!(source, Source::Node(from, _) if is(&graph.nodes[*from].proto.op, "NextIteration"))
        };
        graph.nodes[node].inputs.iter().copied().filter(|source| !is_back(source)).collect::<Vec<Source>>()
    };
    while let Some(step) = steps.pop() {
        match step {
            Step::Begin(node) => {
                if !begun.insert(node) {
                    continue;
                }
                steps.push(Step::End(node));
                steps.extend(graph.nodes[node].controls.iter().map(|&node| Step::Begin(node)));
                for source in inputs(node) {
                    if let Source::Node(from, _) = source {
                        steps.push(Step::Begin(from));
                    }
                }
            }
            Step::End(node) => {
                let of_inputs: Vec<Guards> =
                    inputs(node).into_iter().map(|source| guard(graph, &guards, source)).collect();
                let is_join = is(&graph.nodes[node].proto.op, "Merge") && !loop_merges.contains(&node);
                let mut own = match (is_join, of_inputs.as_slice()) {
                    (true, [first, others @ ..]) => {
                        let common = first.iter().filter(|guard| others.iter().all(|other| other.contains(guard)));
                        Rc::new(common.copied().collect())
                    }
                    (_, all) => all.iter().fold(Guards::default(), |union_of, guards| union(&union_of, guards)),
                };
                for control in &graph.nodes[node].controls {
                    if let Some(guards) = guards.get(control).filter(|_| !is_join) {
                        own = union(&own, guards);
                    }
                }
                guards.insert(node, own);
            }
        }
    }
    guards
}
