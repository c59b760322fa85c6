//! How a kernel computes: a printable record of decisions.

use crate::spec::KernelSpec;
use kiln_ir::{Attribute, Attributes, Dim, DimExpr, IntoAttribute, Name};

/// The decisions about one kernel; a pure function of its spec and the target.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Plan {
    /// The family of kernels it belongs to: which emitter reads it.
    pub family: Name,
    /// How many tasks the kernel's work is divided into, over the kernel's symbols `d0`, ...
    pub tasks: DimExpr,
    /// Up to this many tasks run on the calling thread alone: less work than waking another thread costs.
    pub serial_tasks: i64,
    /// Bytes of scratch memory each thread needs, over the kernel's symbols.
    pub scratch: DimExpr,
    /// What else the family decides: tiles, unrolling, packing.
    pub options: Attributes,
}

impl Plan {
    /// A plan of `tasks` tasks without scratch memory and options.
    pub fn new(family: &str, tasks: DimExpr) -> Plan {
        Plan {
            family: Name::new(family),
            tasks,
            serial_tasks: 1,
            scratch: DimExpr::constant(0),
            options: Attributes::new(),
        }
    }

    /// With an option.
    pub fn with(mut self, name: &str, value: impl IntoAttribute) -> Plan {
        self.options.set(name, value);
        self
    }

    /// With a limit on serial tasks.
    pub fn with_serial_tasks(mut self, tasks: i64) -> Plan {
        self.serial_tasks = tasks;
        self
    }

    /// With scratch memory.
    pub fn with_scratch(mut self, bytes: DimExpr) -> Plan {
        self.scratch = bytes;
        self
    }

    /// An integer option.
    ///
    /// # Panics
    /// When it is missing: the planner of the family always sets it.
    pub fn int(&self, name: &str) -> i64 {
        let family = self.family;
        self.options.i64(name).unwrap_or_else(|| panic!("a plan of family {family} has the option {name}"))
    }

    /// An integer option as a size.
    ///
    /// # Panics
    /// As [`Plan::int`], or when it is negative.
    pub fn size(&self, name: &str) -> usize {
        usize::try_from(self.int(name)).unwrap_or_else(|_| panic!("the option {name} is not negative"))
    }

    /// A truth value option; false if missing.
    pub fn flag(&self, name: &str) -> bool {
        self.options.bool(name).unwrap_or(false)
    }

    /// A text option.
    ///
    /// # Panics
    /// When it is missing: the planner of the family always sets it.
    pub fn text(&self, name: &str) -> &'static str {
        let family = self.family;
        self.options.str(name).unwrap_or_else(|| panic!("a plan of family {family} has the option {name}"))
    }

    /// An option that is an extent: `#kiln.dims` of one expression.
    ///
    /// # Panics
    /// As [`Plan::text`].
    pub fn extent(&self, name: &str) -> DimExpr {
        let family = self.family;
        let dims = self.options.get(name).and_then(Attribute::as_dims);
        let expr = dims.and_then(|dims| dims.first()?.expr());
        expr.unwrap_or_else(|| panic!("a plan of family {family} has the option {name}"))
    }

    /// The plan as the attribute `plan` of a fusion.
    pub fn to_attribute(&self) -> Attribute {
        let mut entries: Vec<(Name, Attribute)> = self.options.iter().collect();
        let dim = |expr: DimExpr| Attribute::dims(&[Dim::from_expr(expr)]);
        entries.push((Name::new("family"), Attribute::string(self.family.as_str())));
        entries.push((Name::new("tasks"), dim(self.tasks)));
        entries.push((Name::new("serial_tasks"), Attribute::i64(self.serial_tasks)));
        entries.push((Name::new("scratch"), dim(self.scratch)));
        Attribute::dictionary(entries)
    }

    /// Reads what [`Plan::to_attribute`] writes.
    pub fn from_attribute(attribute: Attribute) -> Option<Plan> {
        let kiln_ir::AttributeKind::Dictionary(entries) = attribute.kind() else { return None };
        let mut options: Attributes = entries.iter().copied().collect();
        let family = Name::new(options.remove("family")?.as_str()?);
        let expr = |attribute: Option<Attribute>| attribute?.as_dims()?.first()?.expr();
        let tasks = expr(options.remove("tasks"))?;
        let scratch = expr(options.remove("scratch"))?;
        let serial_tasks = options.remove("serial_tasks")?.as_i64()?;
        Some(Plan { family, tasks, serial_tasks, scratch, options })
    }

    /// The expression with the kernel's symbols replaced by what they stand for at a launch.
    ///
    /// # Panics
    /// When the result overflows.
    pub fn at_launch(expr: DimExpr, dims: &[DimExpr]) -> DimExpr {
        let replace = |name: Name| dims.get(KernelSpec::symbol_index(name)?).copied();
        expr.substitute(&replace).expect("sizes of a model do not overflow")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_survive_printing() {
        let tasks = KernelSpec::symbol(0).checked_mul(DimExpr::constant(4)).expect("small");
        let plan = Plan::new("elementwise", tasks).with("lanes", 16i64).with_serial_tasks(3);
        assert_eq!(Plan::from_attribute(plan.to_attribute()), Some(plan));
    }
}
