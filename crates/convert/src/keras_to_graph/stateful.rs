//! Stateful layers: a call begins with the states that the call before ended with.

use super::call::Call;
use super::cells::Cells;
use crate::conversion::state::Tracked;
use kiln_tensor::Tensor;

/// The variables for the states of a layer, which begin as zeros.
pub(super) fn variables(call: &mut Call, cells: &Cells, x: Tracked) -> Result<Vec<usize>, String> {
    let first = ["kernel", "cell/kernel", "cell/cells/0/kernel"].into_iter().find_map(|name| call.operand(name));
    let weight = first.ok_or("a stateful layer has no kernel")?;
    if call.keras().is_called_again(weight) {
        return Err(
            "a stateful layer is called twice, and nothing says which call comes first: make two layers of it".into()
        );
    }
    let name = call.conversion.module.location(call.op).find_name().map_or("layer", |name| name.as_str()).to_owned();
    let mut numbers = Vec::new();
    for (index, state) in cells.initial_states(call, x)?.into_iter().enumerate() {
        let shape = call.ty(state).static_shape().ok_or(
            "the states of a stateful layer have as many rows as there are examples, which must be a number: give the \
             model's input a batch_shape",
        )?;
        let zeros = Tensor::zeros(call.element(state), &shape).map_err(|error| error.to_string())?;
        numbers.push(call.add_variable(&format!("{name}.{index}"), zeros)?);
    }
    Ok(numbers)
}
