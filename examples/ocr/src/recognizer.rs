//! Reads one line of text: the network gives the probability of each character for each of a row of columns, which are
//! decoded as Graves et al., "Connectionist Temporal Classification" (2006) describe: the best character of each column,
//! repetitions merged, blanks dropped.

use crate::network::{Error, Network, Normalization, Result, float_output, to_tensor};
use crate::picture::Picture;

/// The height that the network was trained on.
const HEIGHT: usize = 48;
/// The least width that it was trained on; narrower crops are padded.
const LEAST_WIDTH: usize = 320;
/// One column of the output is this many columns of the input.
const WIDTH_MULTIPLE: usize = 8;
/// The class that stands for no character.
const BLANK: usize = 0;

/// A text and how sure the network is of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The characters.
    pub text: String,
    /// The mean of the characters' probabilities, 0 to 1; 0 for an empty text.
    pub confidence: f32,
}

/// The characters that the network's classes stand for.
#[derive(Clone, Debug)]
pub struct Alphabet {
    characters: Vec<String>,
}

impl Alphabet {
    /// The alphabet of a list of characters, one a line: class 0 is the blank, then comes the list, then the space.
    pub fn from_list(list: &str) -> Alphabet {
        let listed = list.trim_end_matches('\n').split('\n').map(String::from);
        let characters = [String::new()].into_iter().chain(listed).chain([String::from(" ")]).collect();
        Alphabet { characters }
    }

    /// How many classes there are, the blank included.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// Never: there are always the blank and the space.
    pub fn is_empty(&self) -> bool {
        self.characters.is_empty()
    }
}

/// Reads an upright crop of one line.
pub fn recognize(network: &dyn Network, alphabet: &Alphabet, crop: &Picture) -> Result<Reading> {
    let width = (HEIGHT * crop.width()).div_ceil(crop.height()).max(1);
    let padded = width.max(LEAST_WIDTH).next_multiple_of(WIDTH_MULTIPLE);
    let input = to_tensor(&crop.resized(width, HEIGHT), padded, Normalization::CENTERED);
    let output = network.run(input)?;
    let ([_, _, classes], probabilities) = float_output::<3>(&output, "recognizer")?;
    if classes != alphabet.len() {
        let message = format!("the recognizer knows {classes} classes, the list of characters {}", alphabet.len());
        return Err(Error::from(message));
    }
    Ok(decode(&probabilities, alphabet))
}

/// The text of a table of probabilities, one row of `alphabet.len()` for each column of the picture.
fn decode(probabilities: &[f32], alphabet: &Alphabet) -> Reading {
    let mut text = String::new();
    let (mut sum, mut count) = (0.0, 0usize);
    let mut previous = BLANK;
    for column in probabilities.chunks_exact(alphabet.len()) {
        let (class, &probability) = column
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
            .expect("an alphabet has at least two classes");
        if class != BLANK && class != previous {
            text.push_str(&alphabet.characters[class]);
            sum += probability;
            count += 1;
        }
        previous = class;
    }
    Reading { text, confidence: if count == 0 { 0.0 } else { sum / count as f32 } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(classes: &[usize]) -> String {
        let alphabet = Alphabet::from_list("a\nb\n");
        let probabilities: Vec<f32> = classes
            .iter()
            .flat_map(|&class| (0..alphabet.len()).map(move |other| if other == class { 0.7 } else { 0.1 }))
            .collect();
        decode(&probabilities, &alphabet).text
    }

    #[test]
    fn repetitions_merge_unless_a_blank_is_between() {
        assert_eq!(read(&[0, 1, 1, 0, 1, 2, 2, 3, 2, 0]), "aab b");
        assert_eq!(read(&[0, 0]), "");
        assert_eq!(read(&[]), "");
    }

    #[test]
    fn confidence_is_the_mean_of_the_characters() {
        let alphabet = Alphabet::from_list("a");
        let reading = decode(&[0.1, 0.9, 0.0, 1.0, 0.0, 0.0, 0.2, 0.5, 0.3], &alphabet);
        assert_eq!(reading, Reading { text: String::from("aa"), confidence: 0.7 });
    }
}
