//! The packed forms, as a split of the axes of what is packed.

use crate::plan::Plan;
use kiln_ir::{Attribute, AttributeKind, Builder, Dim, Name, Type, Value};
use kiln_tensor::element_count;

/// An order in which a kernel reads weights.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PackForm {
    /// A filter of a convolution: groups, panels, taps, channels of a group, columns.
    ConvPanels {
        /// Groups of channels.
        groups: usize,
        /// Filters in a panel.
        columns: usize,
    },
    /// A filter of a convolution whose steps have several terms: groups, panels, taps, steps, columns, terms. A run of
    /// terms is the channels of a group, or all taps of a row with their channels.
    ConvRuns {
        /// Groups of channels.
        groups: usize,
        /// Filters in a panel.
        columns: usize,
        /// Terms of a step.
        terms: usize,
        /// Whether a run covers the taps of a row.
        joins_taps: bool,
    },
    /// A filter of a transposed convolution: groups, taps, panels, channels of a group, columns.
    TransposedConvPanels {
        /// Groups of channels.
        groups: usize,
        /// Filters in a panel.
        columns: usize,
    },
    /// A `K x N` matrix: panels, K, columns.
    MatrixPanels {
        /// Columns of a panel.
        columns: usize,
        /// Whether the matrix lies as `N x K`.
        transposed: bool,
    },
    /// The weights of a recurrent layer's state, directions x gates * units x state: directions, gates, panels, state,
    /// columns.
    GatePanels {
        /// Gates of a cell.
        gates: usize,
        /// Units in a panel.
        columns: usize,
    },
    /// A `K x N` matrix whose steps have several terms: panels, steps, columns, terms.
    MatrixRuns {
        /// Columns of a panel.
        columns: usize,
        /// Terms of a step.
        terms: usize,
        /// Whether the matrix lies as `N x K`.
        transposed: bool,
    },
    /// A filter of one channel in and one out: taps, channels.
    Depthwise,
    /// A filter that Winograd's algorithm transforms at run time: panels, channels, taps, columns.
    Winograd {
        /// Filters in a panel.
        columns: usize,
    },
}

/// How the axes of a tensor are split, ordered and filled up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct PackedLayout {
    /// The extents after splitting axes.
    pub split: Vec<usize>,
    /// Axes that stay outside the panels.
    pub before: Vec<usize>,
    /// The axis that is cut into panels.
    pub filters: usize,
    /// Axes inside a panel, before its columns.
    pub after: Vec<usize>,
    /// Filters in a panel.
    pub columns: usize,
    /// How many of the last axes inside a panel are one run, and terms of a step along it.
    pub run: (usize, usize),
}

/// What a plan says about packing: which input, and how.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Packing {
    /// The kernel's input.
    pub input: usize,
    /// The form it takes.
    pub form: PackForm,
}

impl PackForm {
    /// The split of a tensor of `shape`.
    pub(super) fn layout(self, shape: &[usize]) -> PackedLayout {
        let taps = |rank: usize| (rank..rank + shape.len() - 2).collect::<Vec<usize>>();
        match self {
            PackForm::ConvPanels { groups, columns } => PackedLayout {
                split: [&[groups, shape[0] / groups, shape[1]], &shape[2..]].concat(),
                before: vec![0],
                filters: 1,
                after: [taps(3), vec![2]].concat(),
                columns,
                run: (1, 1),
            },
            PackForm::ConvRuns { groups, columns, terms, joins_taps } => PackedLayout {
                run: (1 + usize::from(joins_taps), terms),
                ..PackForm::ConvPanels { groups, columns }.layout(shape)
            },
            PackForm::MatrixRuns { columns, terms, transposed } => {
                PackedLayout { run: (1, terms), ..PackForm::MatrixPanels { columns, transposed }.layout(shape) }
            }
            PackForm::TransposedConvPanels { groups, columns } => PackedLayout {
                split: [&[groups, shape[0] / groups, shape[1]], &shape[2..]].concat(),
                before: [vec![0], taps(3)].concat(),
                filters: 2,
                after: vec![1],
                columns,
                run: (1, 1),
            },
            // Axes before the matrix have extent 1.
            PackForm::MatrixPanels { columns, transposed } => PackedLayout {
                split: shape[shape.len() - 2..].to_vec(),
                before: Vec::new(),
                filters: usize::from(!transposed),
                after: vec![usize::from(transposed)],
                columns,
                run: (1, 1),
            },
            PackForm::GatePanels { gates, columns } => PackedLayout {
                split: vec![shape[0], gates, shape[1] / gates, shape[2]],
                before: vec![0, 1],
                filters: 2,
                after: vec![3],
                columns,
                run: (1, 1),
            },
            PackForm::Winograd { columns } => PackedLayout {
                split: shape.to_vec(),
                before: Vec::new(),
                filters: 0,
                after: [vec![1], taps(2)].concat(),
                columns,
                run: (1, 1),
            },
            PackForm::Depthwise => PackedLayout {
                split: shape.to_vec(),
                before: Vec::new(),
                filters: 0,
                after: [taps(2), vec![1]].concat(),
                columns: shape[0],
                run: (1, 1),
            },
        }
    }

    fn name(self) -> &'static str {
        match self {
            PackForm::ConvPanels { .. } => "conv_panels",
            PackForm::TransposedConvPanels { .. } => "transposed_conv_panels",
            PackForm::MatrixPanels { transposed: false, .. } => "matrix_panels",
            PackForm::MatrixPanels { transposed: true, .. } => "transposed_matrix_panels",
            PackForm::GatePanels { .. } => "gate_panels",
            PackForm::ConvRuns { joins_taps: false, .. } => "conv_runs",
            PackForm::ConvRuns { joins_taps: true, .. } => "conv_rows",
            PackForm::MatrixRuns { transposed: false, .. } => "matrix_runs",
            PackForm::MatrixRuns { transposed: true, .. } => "transposed_matrix_runs",
            PackForm::Depthwise => "depthwise",
            PackForm::Winograd { .. } => "winograd",
        }
    }

    /// Groups, columns and terms.
    fn sizes(self) -> [usize; 3] {
        match self {
            PackForm::ConvPanels { groups, columns } | PackForm::TransposedConvPanels { groups, columns } => {
                [groups, columns, 1]
            }
            PackForm::GatePanels { gates, columns } => [gates, columns, 1],
            PackForm::ConvRuns { groups, columns, terms, .. } => [groups, columns, terms],
            PackForm::MatrixRuns { columns, terms, .. } => [1, columns, terms],
            PackForm::MatrixPanels { columns, .. } | PackForm::Winograd { columns } => [1, columns, 1],
            PackForm::Depthwise => [1, 1, 1],
        }
    }

    fn named(name: &str, [groups, columns, terms]: [usize; 3]) -> Option<PackForm> {
        Some(match name {
            "conv_panels" => PackForm::ConvPanels { groups, columns },
            "transposed_conv_panels" => PackForm::TransposedConvPanels { groups, columns },
            "matrix_panels" => PackForm::MatrixPanels { columns, transposed: false },
            "transposed_matrix_panels" => PackForm::MatrixPanels { columns, transposed: true },
            "gate_panels" => PackForm::GatePanels { gates: groups, columns },
            "conv_runs" => PackForm::ConvRuns { groups, columns, terms, joins_taps: false },
            "conv_rows" => PackForm::ConvRuns { groups, columns, terms, joins_taps: true },
            "matrix_runs" => PackForm::MatrixRuns { columns, terms, transposed: false },
            "transposed_matrix_runs" => PackForm::MatrixRuns { columns, terms, transposed: true },
            "depthwise" => PackForm::Depthwise,
            "winograd" => PackForm::Winograd { columns },
            _ => return None,
        })
    }
}

impl Packing {
    /// Writes the packing into a plan: `pack = {columns = 32, form = "conv_panels", groups = 1, input = 1}`, or a list of
    /// those where several operands are packed.
    pub fn attach(self, plan: Plan) -> Plan {
        let [groups, columns, terms] = self.form.sizes();
        let integer = |value: usize| Attribute::i64(value as i64);
        let mut entries = vec![
            (Name::new("columns"), integer(columns)),
            (Name::new("form"), Attribute::string(self.form.name())),
            (Name::new("groups"), integer(groups)),
            (Name::new("input"), integer(self.input)),
        ];
        entries.extend((terms > 1).then(|| (Name::new("terms"), integer(terms))));
        let packing = Attribute::dictionary(entries);
        let known = Packing::entries(&plan);
        match known.is_empty() {
            true => plan.with("pack", packing),
            false => plan.with("pack", Attribute::array(&[known.as_slice(), &[packing]].concat())),
        }
    }

    /// What a plan says about each operand that is packed.
    fn entries(plan: &Plan) -> Vec<Attribute> {
        match plan.options.get("pack") {
            None => Vec::new(),
            Some(pack) => pack.as_array().map_or_else(|| vec![pack], <[Attribute]>::to_vec),
        }
    }

    /// The plan with a note that its operands are packed by now: `done`.
    pub(super) fn mark_done(plan: &Plan) -> Plan {
        let mark = |packing: Attribute| match packing.kind() {
            AttributeKind::Dictionary(entries) => {
                let done = (Name::new("done"), Attribute::unit());
                Attribute::dictionary([entries.as_slice(), &[done]].concat())
            }
            _ => packing,
        };
        let mut marked: Vec<Attribute> = Packing::entries(plan).into_iter().map(mark).collect();
        let pack = if marked.len() == 1 { marked.remove(0) } else { Attribute::array(&marked) };
        plan.clone().with("pack", pack)
    }

    /// Reads the packings of a plan that are still to be done.
    pub fn all(plan: &Plan) -> Vec<Packing> {
        Packing::entries(plan).into_iter().filter_map(Packing::from_attribute).collect()
    }

    fn from_attribute(attribute: Attribute) -> Option<Packing> {
        let AttributeKind::Dictionary(entries) = attribute.kind() else { return None };
        let find = |key: &str| entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        if find("done").is_some() {
            return None;
        }
        let size = |key: &str| usize::try_from(find(key)?.as_i64()?).ok();
        let sizes = [size("groups")?, size("columns")?, size("terms").unwrap_or(1)];
        let form = PackForm::named(find("form")?.as_str()?, sizes)?;
        Some(Packing { input: size("input")?, form })
    }
}

impl PackedLayout {
    /// Panels of filters.
    pub fn panels(&self) -> usize {
        self.split[self.filters].div_ceil(self.columns)
    }

    /// Axes inside a panel before runs, and those of a run.
    pub fn outer_and_run(&self) -> (&[usize], &[usize]) {
        self.after.split_at(self.after.len() - self.run.0)
    }

    /// Steps of a run.
    pub fn steps(&self) -> usize {
        let run: usize = self.outer_and_run().1.iter().map(|&axis| self.split[axis]).product();
        run.div_ceil(self.run.1)
    }

    /// The extents of the packed tensor.
    pub fn packed_shape(&self) -> Vec<usize> {
        let extents = |axes: &[usize]| axes.iter().map(|&axis| self.split[axis]).collect::<Vec<usize>>();
        let (before, panels) = (extents(&self.before), vec![self.panels()]);
        match self.run.1 {
            1 => [before, panels, extents(&self.after), vec![self.columns]].concat(),
            terms => {
                let outer = extents(self.outer_and_run().0);
                [before, panels, outer, vec![self.steps(), self.columns, terms]].concat()
            }
        }
    }

    /// The type of the packed tensor.
    pub fn packed_type(&self, element: Type) -> Type {
        Type::static_tensor(&self.packed_shape(), element)
    }

    /// Packs at run time: reshape, transpose, pad, reshape, transpose.
    pub fn emit(&self, builder: &mut Builder, value: Value) -> Value {
        let element = builder.module.ty(value).scalar();
        let mut steps = Steps { builder, element };
        let split = steps.reshape(value, &self.split);
        if self.run.1 > 1 {
            return self.emit_runs(&mut steps, split);
        }
        let filters = self.split[self.filters];
        let order = [self.before.as_slice(), &self.after, &[self.filters]].concat();
        let ordered = steps.transpose(split, &self.split, &order);
        let mut shape: Vec<usize> = order.iter().map(|&axis| self.split[axis]).collect();
        let padded = steps.pad_last(ordered, &mut shape, self.panels() * self.columns - filters);
        shape.pop();
        shape.extend([self.panels(), self.columns]);
        let panels = steps.reshape(padded, &shape);
        let (before, after) = (self.before.len(), self.after.len());
        let order: Vec<usize> =
            (0..before).chain([before + after]).chain(before..before + after).chain([before + after + 1]).collect();
        let packed = steps.transpose(panels, &shape, &order);
        debug_assert_eq!(element_count(&shape), element_count(&self.packed_shape()), "packing keeps all elements");
        packed
    }
}

impl PackedLayout {
    /// As [`PackedLayout::emit`], from a tensor that is split, with runs cut into steps.
    fn emit_runs(&self, steps: &mut Steps, split: Value) -> Value {
        let (outer, run) = self.outer_and_run();
        let lead = [self.before.as_slice(), outer].concat();
        let order = [lead.as_slice(), &[self.filters], run].concat();
        let ordered = steps.transpose(split, &self.split, &order);
        let leading: Vec<usize> = lead.iter().map(|&axis| self.split[axis]).collect();
        let (filters, length) = (self.split[self.filters], run.iter().map(|&axis| self.split[axis]).product::<usize>());
        let mut shape = [leading.as_slice(), &[filters, length]].concat();
        let flat = steps.reshape(ordered, &shape);
        let terms = self.run.1;
        let filled = steps.pad_last(flat, &mut shape, self.steps() * terms - length);
        // Filters last, to fill up their number, too.
        let last = shape.len() - 1;
        let mut swapped: Vec<usize> = (0..=last).collect();
        swapped.swap(last - 1, last);
        let turned = steps.transpose(filled, &shape, &swapped);
        shape.swap(last - 1, last);
        let padded = steps.pad_last(turned, &mut shape, self.panels() * self.columns - filters);
        let shape = [leading.as_slice(), &[self.steps(), terms, self.panels(), self.columns]].concat();
        let panels = steps.reshape(padded, &shape);
        let (before, outer, first) = (self.before.len(), outer.len(), leading.len());
        let order: Vec<usize> =
            (0..before).chain([first + 2]).chain(before..before + outer).chain([first, first + 3, first + 1]).collect();
        steps.transpose(panels, &shape, &order)
    }
}

/// Ops of the graph on one element type.
struct Steps<'b, 'm> {
    builder: &'b mut Builder<'m>,
    element: Type,
}

impl Steps<'_, '_> {
    fn reshape(&mut self, value: Value, shape: &[usize]) -> Value {
        let ty = Type::static_tensor(shape, self.element);
        if self.builder.module.ty(value) == ty {
            return value;
        }
        self.builder.op("graph.reshape").operand(value).result(ty).value()
    }

    fn transpose(&mut self, value: Value, shape: &[usize], permutation: &[usize]) -> Value {
        if permutation.is_sorted() {
            return value;
        }
        let shape: Vec<usize> = permutation.iter().map(|&axis| shape[axis]).collect();
        let ty = Type::static_tensor(&shape, self.element);
        let permutation: Vec<i64> = permutation.iter().map(|&axis| axis as i64).collect();
        self.builder.op("graph.transpose").operand(value).attribute("permutation", permutation).result(ty).value()
    }

    /// Appends `count` zeros along the last axis of a tensor of `shape`, which is updated.
    fn pad_last(&mut self, value: Value, shape: &mut [usize], count: usize) -> Value {
        let last = shape.len() - 1;
        if count == 0 {
            return value;
        }
        let mut high = vec![Dim::Static(0); shape.len()];
        let low = high.clone();
        high[last] = Dim::Static(count as u64);
        shape[last] += count;
        let ty = Type::static_tensor(shape, self.element);
        let pad = self.builder.op("graph.pad").operand(value).attribute("low", low).attribute("high", high);
        pad.attribute("mode", "constant").result(ty).value()
    }
}
