//! The activation functions of recurrent layers.

use super::Cell;
use kiln_ir::Attributes;

/// An activation function with its parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Activation {
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `max(0, x)`.
    Relu,
    /// `alpha * x + beta`.
    Affine(f64, f64),
    /// `x` where positive, `alpha * x` elsewhere.
    LeakyRelu(f64),
    /// `x` where at least alpha, 0 elsewhere.
    ThresholdedRelu(f64),
    /// `alpha * tanh(beta * x)`.
    ScaledTanh(f64, f64),
    /// `min(max(alpha * x + beta, 0), 1)`.
    HardSigmoid(f64, f64),
    /// `x` where positive, `alpha * (exp(x) - 1)` elsewhere.
    Elu(f64),
    /// `x / (1 + |x|)`.
    Softsign,
    /// `log(1 + exp(x))`.
    Softplus,
}

impl Activation {
    /// The value of the function.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Activation::Sigmoid => 1.0 / (1.0 + libm::exp(-x)),
            Activation::Tanh => libm::tanh(x),
            Activation::Relu => x.max(0.0),
            Activation::Affine(alpha, beta) => alpha * x + beta,
            Activation::LeakyRelu(alpha) if x < 0.0 => alpha * x,
            Activation::ThresholdedRelu(alpha) if x < alpha => 0.0,
            Activation::LeakyRelu(_) | Activation::ThresholdedRelu(_) => x,
            Activation::ScaledTanh(alpha, beta) => alpha * libm::tanh(beta * x),
            Activation::HardSigmoid(alpha, beta) => (alpha * x + beta).clamp(0.0, 1.0),
            Activation::Elu(alpha) if x < 0.0 => alpha * libm::expm1(x),
            Activation::Elu(_) => x,
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::Softplus => x.max(0.0) + libm::log1p(libm::exp(-x.abs())),
        }
    }

    /// The function of that name (in any case), taking from `alphas` and `betas` what it needs.
    fn take(
        name: &str,
        alphas: &mut impl Iterator<Item = f64>,
        betas: &mut impl Iterator<Item = f64>,
    ) -> Option<Activation> {
        let mut alpha = |absent: f64| alphas.next().unwrap_or(absent);
        let mut beta = |absent: f64| betas.next().unwrap_or(absent);
        Some(match name.to_ascii_lowercase().as_str() {
            "sigmoid" => Activation::Sigmoid,
            "tanh" => Activation::Tanh,
            "relu" => Activation::Relu,
            "affine" => Activation::Affine(alpha(1.0), beta(0.0)),
            "leakyrelu" => Activation::LeakyRelu(alpha(0.01)),
            "thresholdedrelu" => Activation::ThresholdedRelu(alpha(1.0)),
            "scaledtanh" => Activation::ScaledTanh(alpha(1.0), beta(1.0)),
            "hardsigmoid" => Activation::HardSigmoid(alpha(0.2), beta(0.5)),
            "elu" => Activation::Elu(alpha(1.0)),
            "softsign" => Activation::Softsign,
            "softplus" => Activation::Softplus,
            _ => return None,
        })
    }
}

/// The activations of a layer, for each direction as many as its cell has.
pub(super) fn parse(attributes: &Attributes, cell: &Cell, directions: usize) -> Result<Vec<Activation>, String> {
    let listed = attributes.get("activations").and_then(|names| names.as_strs());
    let names = listed.unwrap_or_else(|| cell.activations.repeat(directions));
    if names.len() != cell.activations.len() * directions {
        let expected = cell.activations.len() * directions;
        return Err(format!("attribute 'activations' has {} entries, but {expected} are needed", names.len()));
    }
    let floats = |name: &str| attributes.get(name).and_then(|values| values.as_f64s()).unwrap_or_default().into_iter();
    let (mut alphas, mut betas) = (floats("activation_alpha"), floats("activation_beta"));
    let take = |name: &&str| {
        Activation::take(name, &mut alphas, &mut betas).ok_or_else(|| format!("\"{name}\" is not an activation"))
    };
    names.iter().map(take).collect()
}
