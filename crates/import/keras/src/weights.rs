//! Weights from the file to the layers that own them.

use crate::hdf5::{Hdf5, find_dataset, find_group, shortened, text_list_attribute};
use crate::importer::Importer;
use crate::layer::{Layer, Names};
use crate::legacy_weights;
use crate::model::Model;
use hdf5_reader::group::Group;
use kiln_keras::Weight;
use kiln_tensor::Tensor;

/// The names under which versions keep the layers of a model.
const CONTAINERS: [&str; 2] = ["layers", "_layer_checkpoint_dependencies"];

/// The most weights of a layer of the user.
const MOST_CUSTOM_WEIGHTS: usize = 64;

/// Where weights are.
pub(crate) enum Store {
    /// A group for each layer of the model, which lists all weights in it in order.
    Ordered(Hdf5, Group),
    /// Groups within groups, as layers are within models.
    Paths(Hdf5, Group),
    /// Nowhere: the model has none.
    Nothing,
}

impl Importer<'_> {
    /// Gives every layer of the model its weights as constants; what is missing is reported.
    pub(crate) fn load_weights(&mut self, model: &mut Model, store: &Store) {
        match store {
            Store::Ordered(hdf5, root) => {
                let groups = groups_of_layers(model, root);
                for (member, group) in model.layers.iter_mut().zip(groups) {
                    self.load_ordered(&mut member.layer, hdf5, root, &group);
                }
            }
            Store::Paths(hdf5, root) => self.load_model(model, hdf5, Some(root), ""),
            Store::Nothing => self.load_nothing(model),
        }
    }

    /// The weights of a model whose group is `group`.
    fn load_model(&mut self, model: &mut Model, hdf5: &Hdf5, group: Option<&Group>, path: &str) {
        let mut names = Names::default();
        let container = CONTAINERS.into_iter().find_map(|name| Some((name, find_group(group?, name)?)));
        for member in &mut model.layers {
            if member.layer.is_operation {
                continue;
            }
            let name = names.take(&member.layer.class);
            let inner = container.as_ref().and_then(|(_, container)| find_group(container, &name));
            let path = format!("{path}{}/{name}/", container.as_ref().map_or("layers", |(name, _)| name));
            self.load_layer(&mut member.layer, hdf5, inner.as_ref(), &path);
        }
    }

    fn load_layer(&mut self, layer: &mut Layer, hdf5: &Hdf5, group: Option<&Group>, path: &str) {
        self.give_vocabulary(layer, path);
        if let Some(model) = &mut layer.model {
            return self.load_model(model, hdf5, group, path);
        }
        for (place, part) in &mut layer.parts {
            let inner = group.and_then(|group| find_group(group, place));
            self.load_layer(part, hdf5, inner.as_ref(), &format!("{path}{place}/"));
        }
        if self.is_custom(layer) {
            let is_there =
                |number: &usize| group.is_some_and(|group| find_dataset(group, &format!("vars/{number}")).is_some());
            layer.add_custom_weights((0..MOST_CUSTOM_WEIGHTS).take_while(is_there).count());
        }
        let mut counts = Vec::<(&str, usize)>::new();
        for index in 0..layer.weights.len() {
            let weight = layer.weights[index].0.clone();
            let number = match counts.iter_mut().find(|(place, _)| *place == weight.place) {
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    counts.push((weight.place, 0));
                    0
                }
            };
            // Where a layer keeps a layer inside it depends on the version.
            let places = [weight.place.to_owned(), format!("_{}", weight.place)];
            let dataset = places.iter().find_map(|place| find_dataset(group?, &format!("{place}/vars/{number}")));
            let tensor = match dataset {
                Some(dataset) => hdf5.tensor(&dataset),
                None => Err(format!("the file has nothing at {path}{}/vars/{number}", weight.place)),
            };
            self.set_weight(layer, index, tensor);
        }
    }

    /// The weights of a layer of the main model out of the list of its group.
    fn load_ordered(&mut self, layer: &mut Layer, hdf5: &Hdf5, root: &Group, name: &str) {
        if self.is_custom(layer) {
            let names = find_group(root, name).and_then(|group| text_list_attribute(&group, "weight_names"));
            layer.add_custom_weights(names.unwrap_or_default().len().min(MOST_CUSTOM_WEIGHTS));
        }
        let mut owners = Vec::new();
        collect_owners(layer, true, &mut Vec::new(), &mut owners);
        // First what is trained, then the rest, each in the order of the layers.
        owners.sort_by_key(|owner| !owner.is_trained);
        if owners.is_empty() {
            return;
        }
        let Some(group) = find_group(root, name) else {
            let message = "the file has no weights for this layer";
            self.layer_error(layer, message);
            return self.forget_weights(layer);
        };
        let names = text_list_attribute(&group, "weight_names").unwrap_or_default();
        let read = |name: &String| match find_dataset(&group, name) {
            Some(dataset) => hdf5.tensor(&dataset),
            None => Err(format!("there is no weight \"{}\"", shortened(name))),
        };
        let tensors: Vec<Result<Tensor, String>> = names.iter().map(read).collect();
        let tensors = legacy_weights::unify(layer, tensors, owners.len(), &self.version);
        if tensors.len() != owners.len() {
            let wanted: Vec<&str> = owners.iter().map(|owner| owner.weight.name.as_str()).take(40).collect();
            let message = format!(
                "the file has {} weights for this layer, which needs {}: {}",
                tensors.len(),
                owners.len(),
                wanted.join(", ")
            );
            self.layer_error(layer, message);
            return self.forget_weights(layer);
        }
        for (owner, tensor) in owners.iter().zip(tensors) {
            if let Some(layer) = find_part(layer, &owner.path) {
                let tensor =
                    tensor.and_then(|tensor| legacy_weights::convert(layer, &owner.weight.name, tensor, &self.version));
                self.set_weight(layer, owner.index, tensor);
            }
        }
    }

    /// Makes a weight a constant.
    fn set_weight(&mut self, layer: &mut Layer, index: usize, tensor: Result<Tensor, String>) {
        let name = layer.weights[index].0.name.clone();
        let value = match tensor {
            Ok(tensor) => self.constant(&format!("{}/{name}", layer.name), tensor),
            Err(reason) => {
                self.layer_error(layer, format!("weight \"{name}\": {reason}"));
                self.none()
            }
        };
        layer.weights[index].1 = Some(value);
    }

    /// What is used in place of weights that are not there, so that nothing else is reported because of it.
    fn forget_weights(&mut self, layer: &mut Layer) {
        for index in 0..layer.weights.len() {
            layer.weights[index].1 = Some(self.none());
        }
        for (_, part) in &mut layer.parts {
            self.forget_weights(part);
        }
        for member in layer.model.iter_mut().flat_map(|model| &mut model.layers) {
            self.forget_weights(&mut member.layer);
        }
    }

    fn load_nothing(&mut self, model: &mut Model) {
        for member in &mut model.layers {
            let mut owners = Vec::new();
            collect_owners(&member.layer, true, &mut Vec::new(), &mut owners);
            if !owners.is_empty() {
                self.layer_error(&member.layer, "the file has no weights for this layer");
                self.forget_weights(&mut member.layer);
            }
        }
    }
}

/// The name of the group of each layer of the main model: its own, or where the names differ, as those that a program
/// gives to layers do from one run to the next, that of the layer with weights that stands in its place in the file.
fn groups_of_layers(model: &Model, root: &Group) -> Vec<String> {
    let has_weights = |layer: &Layer| {
        let mut owners = Vec::new();
        collect_owners(layer, true, &mut Vec::new(), &mut owners);
        !owners.is_empty()
    };
    let own = model.layers.iter().map(|member| member.layer.name.clone());
    let wanting: Vec<bool> = model.layers.iter().map(|member| has_weights(&member.layer)).collect();
    let stored = text_list_attribute(root, "layer_names").unwrap_or_default();
    let is_full = |name: &String| {
        let group = find_group(root, name);
        group.and_then(|group| text_list_attribute(&group, "weight_names")).is_some_and(|names| !names.is_empty())
    };
    let stored: Vec<String> = stored.into_iter().filter(is_full).collect();
    let are_known = own.clone().zip(&wanting).all(|(name, is_wanting)| !is_wanting || stored.contains(&name));
    if are_known || wanting.iter().filter(|is_wanting| **is_wanting).count() != stored.len() {
        return own.collect();
    }
    let mut stored = stored.into_iter();
    own.zip(wanting).map(|(name, is_wanting)| if is_wanting { stored.next().unwrap_or(name) } else { name }).collect()
}

/// A weight of a layer or of one inside it.
struct Owner {
    /// The way to the layer that owns it: numbers of parts, and of layers of models.
    path: Vec<usize>,
    /// Which of that layer's weights it is.
    index: usize,
    weight: Weight,
    is_trained: bool,
}

/// Collects the weights of a layer and of all inside it, in the order in which Keras made them.
fn collect_owners(layer: &Layer, is_trained: bool, path: &mut Vec<usize>, owners: &mut Vec<Owner>) {
    let is_trained = is_trained && layer.is_trainable;
    for (index, (weight, _)) in layer.weights.iter().enumerate() {
        let is_trained = is_trained && weight.is_trainable;
        owners.push(Owner { path: path.clone(), index, weight: weight.clone(), is_trained });
    }
    let members = layer.model.iter().flat_map(|model| &model.layers).map(|member| &member.layer);
    for (index, part) in layer.parts.iter().map(|(_, part)| part).chain(members).enumerate() {
        path.push(index);
        collect_owners(part, is_trained, path, owners);
        path.pop();
    }
}

/// The layer at the end of a path of [`collect_owners`].
fn find_part<'l>(layer: &'l mut Layer, path: &[usize]) -> Option<&'l mut Layer> {
    let Some((&index, rest)) = path.split_first() else { return Some(layer) };
    let count = layer.parts.len();
    let inner = match layer.parts.get_mut(index) {
        Some((_, part)) => part,
        None => &mut layer.model.as_mut()?.layers.get_mut(index - count)?.layer,
    };
    find_part(inner, rest)
}
