//! The register tile of the matrix kernels: a few rows by a few vectors of accumulators.

use crate::dot::{Dot, TILE_ROW_BYTES, TILE_ROWS, Unit, sum_type};
use crate::plan::Plan;
use crate::tuning;
use kiln_ir::DimExpr;
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The shape of a register tile.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RegisterTile {
    /// The numbers of rows for which there is code, in falling order. Rows are covered greedily, so all but the first
    /// are used at most once for each run of rows.
    pub rows: Vec<usize>,
    /// Vectors in a row.
    pub vectors: usize,
    /// Elements of a vector.
    pub lanes: usize,
    /// Steps of the depth that are written out one after the other, where they divide it.
    pub unroll: usize,
    /// How rows and columns are multiplied.
    pub dot: Dot,
    /// What multiplies them. The matrix unit takes `unroll` steps at once, and any number of rows up to the first of
    /// `rows`, in two tiles.
    pub unit: Unit,
}

impl RegisterTile {
    /// The tile for runs of `rows` rows of `columns` columns: accumulators, one row of the right-hand side and a few
    /// broadcasts fill the registers.
    pub fn new(target: &Target, element: ElementType, rows: DimExpr, columns: DimExpr) -> RegisterTile {
        let mut tile = RegisterTile::of_any_rows(target, element, columns);
        let Some(rows) = rows.as_constant().map(|rows| rows.max(1) as usize) else { return tile };
        if rows < tile.most_rows() {
            // Few rows: more columns at once keep as many accumulators in flight.
            let wide = (free_registers(target) - 1) / (rows + 1);
            let wide = wide.min(tuning::FEW_ROWS_VECTORS).max(tile.vectors);
            tile.vectors = covering(columns, tile.lanes).map_or(tile.vectors, |vectors| vectors.min(wide));
        }
        tile.rows = known_rows(tile.most_rows(), rows);
        tile
    }

    /// The tile for runs of `rows` rows on the matrix unit, if that multiplies such elements faster than vectors do: not
    /// where rows are so few that columns are all that is read. `steps`, how many steps of the depth follow each other,
    /// must be a multiple of as many as make a tile worth while.
    pub fn of_matrix_unit(
        target: &Target,
        (left, right): (ElementType, ElementType),
        rows: DimExpr,
        columns: DimExpr,
        steps: impl Fn(&RegisterTile) -> Option<usize>,
    ) -> Option<RegisterTile> {
        let dot = Dot::of_tiles(target, left, right)?;
        let known = rows.as_constant().map(|rows| rows.max(1) as usize);
        if known.is_some_and(|rows| rows <= tuning::FEW_ROWS) {
            return None;
        }
        let lanes = target.lanes(sum_type(left));
        let vectors = covering(columns, lanes).map_or(2, |vectors| vectors.min(2));
        let most = 2 * TILE_ROWS;
        let rows = known.map_or(most, |rows| rows.div_ceil(rows.div_ceil(most)));
        let tile = RegisterTile { rows: vec![rows], vectors, lanes, unroll: 1, dot, unit: Unit::Tiles };
        let steps = steps(&tile)?;
        let unroll = (1..=TILE_ROWS).rev().find(|count| steps.is_multiple_of(*count)).unwrap_or(1);
        (unroll >= tuning::TILE_STEPS || unroll == steps).then_some(RegisterTile { unroll, ..tile })
    }

    /// The tile for runs of any number of rows.
    pub fn of_any_rows(target: &Target, element: ElementType, columns: DimExpr) -> RegisterTile {
        let lanes = target.lanes(sum_type(element));
        let preferred = tuning::tile_vectors(target);
        let vectors = covering(columns, lanes).map_or(preferred, |vectors| vectors.min(preferred));
        let most = (free_registers(target).saturating_sub(vectors) / vectors).clamp(1, tuning::TILE_ROWS);
        RegisterTile {
            rows: halves(most),
            vectors,
            lanes,
            dot: Dot::Fused,
            unroll: tuning::UNROLL,
            unit: Unit::Vectors,
        }
    }

    /// Tiles of vectors for the same runs of rows that are wider or narrower, each of as many rows as there are registers
    /// for.
    pub(crate) fn others(&self, target: &Target, rows: DimExpr, columns: DimExpr) -> Vec<RegisterTile> {
        if self.unit == Unit::Tiles {
            return Vec::new();
        }
        let widest = covering(columns, self.lanes).unwrap_or(tuning::FEW_ROWS_VECTORS).min(tuning::FEW_ROWS_VECTORS);
        let of_width = |vectors: usize| {
            let most = (free_registers(target).saturating_sub(vectors) / vectors).clamp(1, tuning::TILE_ROWS);
            let rows = match rows.as_constant() {
                Some(rows) => known_rows(most, rows.max(1) as usize),
                None => halves(most),
            };
            RegisterTile { rows, vectors, ..self.clone() }
        };
        (1..=widest).filter(|&vectors| vectors != self.vectors).map(of_width).collect()
    }

    /// The tile, multiplying as `dot` says.
    pub fn with_dot(self, dot: Dot) -> RegisterTile {
        RegisterTile { dot, ..self }
    }

    /// The tile with code for runs of `rows` rows, too: what is left over of them after whole tiles.
    pub fn covering(mut self, rows: usize) -> RegisterTile {
        let rest = rows % self.most_rows();
        if rest > 0 && !self.rows.contains(&rest) {
            self.rows.push(rest);
            self.rows.sort_unstable_by(|left, right| right.cmp(left));
        }
        self
    }

    /// Writes the tile into a plan.
    pub fn attach(&self, plan: Plan) -> Plan {
        let rows: Vec<i64> = self.rows.iter().map(|&rows| rows as i64).collect();
        let plan = plan
            .with("tile_rows", rows)
            .with("tile_vectors", self.vectors as i64)
            .with("lanes", self.lanes as i64)
            .with("unroll", self.unroll as i64);
        let plan = if self.dot == Dot::Fused { plan } else { plan.with("dot", self.dot.name()) };
        if self.unit == Unit::Tiles { plan.with("matrix_unit", true) } else { plan }
    }

    /// Reads the tile of a plan.
    ///
    /// # Panics
    /// When there is none.
    pub fn of(plan: &Plan) -> RegisterTile {
        let rows = plan.options.i64s("tile_rows").expect("a plan with a register tile lists its rows");
        let rows = rows.into_iter().map(|rows| rows as usize).collect();
        let dot = plan.options.str("dot").map_or(Some(Dot::Fused), Dot::named);
        RegisterTile {
            rows,
            vectors: plan.size("tile_vectors"),
            lanes: plan.size("lanes"),
            dot: dot.expect("a plan names a way to multiply that there is"),
            unroll: plan.size("unroll"),
            unit: if plan.flag("matrix_unit") { Unit::Tiles } else { Unit::Vectors },
        }
    }

    /// Elements by which copied rows are spread so that not all of them fall into the same sets of the cache.
    pub fn spread(&self, element: ElementType) -> usize {
        match self.unit {
            Unit::Vectors => self.lanes,
            // A row of a tile that begins anywhere else lies in two lines.
            Unit::Tiles => TILE_ROW_BYTES / element.byte_size(),
        }
    }

    /// Elements in a row.
    pub fn columns(&self) -> usize {
        self.vectors * self.lanes
    }

    /// The largest number of rows.
    pub fn most_rows(&self) -> usize {
        self.rows[0]
    }
}

/// The numbers of rows of tiles that cover runs of `rows` rows, at least one, evenly.
pub(crate) fn known_rows(most: usize, rows: usize) -> Vec<usize> {
    let even = rows.div_ceil(rows.div_ceil(most));
    if rows.is_multiple_of(even) { vec![even] } else { vec![even, rows % even] }
}

/// The numbers of rows of tiles that cover runs of any number of rows.
pub(crate) fn halves(most: usize) -> Vec<usize> {
    std::iter::successors(Some(most), |&count| (count > 1).then(|| count.div_ceil(2))).collect()
}

fn free_registers(target: &Target) -> usize {
    target.vector_registers as usize - tuning::spare_registers(target)
}

/// How many vectors cover the columns, if their number is known.
fn covering(columns: DimExpr, lanes: usize) -> Option<usize> {
    columns.as_constant().map(|columns| (columns.max(1) as usize).div_ceil(lanes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extent::constant;

    fn tile(triple: &str, cpu: &str, rows: DimExpr, columns: usize) -> String {
        let target = Target::parse(triple, Some(cpu)).expect("known");
        let tile = RegisterTile::new(&target, ElementType::F32, rows, constant(columns));
        format!("{:?}x{}x{}", tile.rows, tile.vectors, tile.lanes)
    }

    #[test]
    fn tiles_fill_the_registers() {
        let many = DimExpr::symbol("M");
        assert_eq!(tile("x86_64", "znver4", many, 64), "[14, 7, 4, 2, 1]x2x16");
        assert_eq!(tile("x86_64", "x86-64-v3", many, 64), "[6, 3, 2, 1]x2x8");
        assert_eq!(tile("aarch64", "generic", many, 64), "[6, 3, 2, 1]x4x4");
        assert_eq!(tile("riscv64", "rv64gcv-vlen256", many, 64), "[6, 3, 2, 1]x4x8");
        assert_eq!(tile("x86_64", "znver4", many, 16), "[16, 8, 4, 2, 1]x1x16");
    }

    #[test]
    fn known_rows_need_two_variants() {
        let rows = |rows| tile("x86_64", "znver4", constant(rows), 512);
        assert_eq!(rows(3136), "[14]x2x16");
        assert_eq!(rows(49), "[13, 10]x2x16");
        assert_eq!(rows(13), "[13]x2x16");
        assert_eq!(rows(1), "[1]x4x16");
    }
}
