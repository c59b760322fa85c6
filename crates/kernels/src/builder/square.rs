//! Squares of vectors.

use crate::builder::KernelBuilder;
use kiln_ir::Value;

impl KernelBuilder<'_> {
    /// Transposes a square of vectors, a power of two of them, by exchanging blocks of 1, 2, 4, ... lanes between rows so
    /// far apart (Eklundh, "A Fast Computer Method for Matrix Transposing", 1972).
    pub fn turn_over(&mut self, rows: &mut [Value]) {
        let lanes = rows.len() as i64;
        let mut step = 1;
        while step < rows.len() {
            let width = step as i64;
            let low: Vec<i64> =
                (0..lanes).map(|lane| if lane & width == 0 { lane } else { lanes + lane - width }).collect();
            let high: Vec<i64> =
                (0..lanes).map(|lane| if lane & width == 0 { lane + width } else { lanes + lane }).collect();
            for row in (0..rows.len()).filter(|row| row & step == 0) {
                let (first, second) = (rows[row], rows[row + step]);
                rows[row] = self.shuffle(first, second, &low);
                rows[row + step] = self.shuffle(first, second, &high);
            }
            step *= 2;
        }
    }
}
