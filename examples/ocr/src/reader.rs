//! The whole way from a picture to its lines of text.

use crate::classifier::is_upside_down;
use crate::detector::{Region, detect};
use crate::network::{Network, Result};
use crate::picture::Picture;
use crate::recognizer::{Alphabet, Reading, recognize};
use crate::rectify::upright_crop;

/// Readings below this confidence are left out.
const CONFIDENCE_THRESHOLD: f32 = 0.5;

/// One line of text in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Where it is.
    pub region: Region,
    /// What it says.
    pub reading: Reading,
}

/// The three networks and the characters that the last of them knows.
pub struct Reader {
    /// Finds lines.
    pub detector: Box<dyn Network>,
    /// Tells which are upside down.
    pub classifier: Box<dyn Network>,
    /// Reads them.
    pub recognizer: Box<dyn Network>,
    /// What the recognizer's classes stand for.
    pub alphabet: Alphabet,
}

impl Reader {
    /// The lines of a picture, from top to bottom, and from left to right where they are level.
    pub fn read(&self, picture: &Picture) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for region in in_reading_order(detect(self.detector.as_ref(), picture)?) {
            let mut crop = upright_crop(picture, &region.corners);
            if is_upside_down(self.classifier.as_ref(), &crop)? {
                crop = crop.turned_around();
            }
            let reading = recognize(self.recognizer.as_ref(), &self.alphabet, &crop)?;
            if reading.confidence >= CONFIDENCE_THRESHOLD {
                lines.push(Line { region, reading });
            }
        }
        Ok(lines)
    }
}

/// Regions are level when their centers are closer than half of the upper one's height.
fn in_reading_order(mut regions: Vec<Region>) -> Vec<Region> {
    let center_y = |region: &Region| region.corners.iter().map(|corner| corner.y).sum::<f32>() / 4.0;
    let left = |region: &Region| region.corners[0].x;
    regions.sort_by(|a, b| center_y(a).total_cmp(&center_y(b)));
    let mut ordered: Vec<Region> = Vec::with_capacity(regions.len());
    let mut rest = &regions[..];
    while let Some(first) = rest.first() {
        let height = first.corners[0].distance(first.corners[3]);
        let level = rest.iter().take_while(|region| center_y(region) - center_y(first) < height / 2.0).count();
        let start = ordered.len();
        ordered.extend_from_slice(&rest[..level]);
        ordered[start..].sort_by(|a, b| left(a).total_cmp(&left(b)));
        rest = &rest[level..];
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    #[test]
    fn regions_are_read_row_by_row() {
        let region = |x: f32, y: f32| Region {
            corners: [(x, y), (x + 50.0, y), (x + 50.0, y + 20.0), (x, y + 20.0)].map(|(x, y)| Point::new(x, y)),
            score: 1.0,
        };
        let ordered =
            in_reading_order(vec![region(5.0, 60.0), region(200.0, 8.0), region(100.0, 12.0), region(0.0, 30.0)]);
        let positions: Vec<f32> = ordered.iter().map(|region| region.corners[0].x).collect();
        assert_eq!(positions, [100.0, 200.0, 0.0, 5.0]);
    }
}
