//! The state of an import, and the model as a whole.

use crate::file::{Content, Version};
use crate::layer::Layer;
use crate::model::{Model, ModelLayer, Reading, read_model};
use kiln_diag::Diagnostic;
use kiln_import_core::{ImportOptions, MainFunction, Reporter, SymbolTable};
use kiln_ir::{Attribute, Block, Builder, Dim, Location, Module, Registry, Type, Value};
use kiln_keras::{CONSTANT, NONE};
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashSet;
use serde_json::Value as Json;
use std::sync::Arc;

/// An import under way.
pub(crate) struct Importer<'a> {
    pub reporter: &'a Reporter<'a>,
    pub version: Version,
    pub module: Module,
    pub symbols: SymbolTable,
    /// Where constants go.
    pub main_block: Option<Block>,
    /// Vocabularies, by the path of the layer that they are of.
    pub assets: Vec<(String, String)>,
    /// Classes that need not be known.
    pub custom: FxHashSet<String>,
    /// How many calls were imported, those of nested models included.
    pub calls: usize,
}

impl<'a> Importer<'a> {
    pub fn new(
        registry: Arc<Registry>,
        options: &ImportOptions,
        reporter: &'a Reporter<'a>,
        version: Version,
    ) -> Importer<'a> {
        Importer {
            reporter,
            version,
            module: Module::new(registry),
            symbols: SymbolTable::new(),
            main_block: None,
            assets: Vec::new(),
            custom: options.custom_operators.iter().cloned().collect(),
            calls: 0,
        }
    }

    /// Imports the model; what is wrong is reported. `None` if there is nothing to look at.
    pub fn import_model(mut self, content: &Content, options: &ImportOptions) -> Option<Module> {
        let top = self.module.top();
        // Where the file does not say all of it, the first number is known.
        let text = match self.version.text.as_str() {
            "" => self.version.major.to_string(),
            text => text.to_owned(),
        };
        self.module.set_attribute(top, "keras.version", Attribute::string(&text));
        self.assets = content.assets.clone();
        let version = self.version.clone();
        let mut reading = Reading { version: &version, problems: Vec::new() };
        let class = content.config.get("class_name").and_then(Json::as_str).unwrap_or_default();
        let model = match crate::model::is_model(class) {
            true => read_model(&content.config, 0, &mut reading),
            false => {
                reading.wrong("model", describe_subclass(class));
                None
            }
        };
        for (name, message) in reading.problems {
            self.reporter.error(format!("layer \"{name}\""), message);
        }
        let mut model = model?;
        let mut main = MainFunction::begin(&mut self.module);
        self.main_block = Some(main.block);
        let inputs = self.import_inputs(&mut main, &model, options);
        self.check_layers(&model);
        self.load_weights(&mut model, &content.store);
        let outputs = self.call_model(main.block, &model, &inputs);
        let names = output_names(&model);
        main.finish(&mut self.module, &names.into_iter().zip(outputs).collect::<Vec<_>>());
        Some(self.module)
    }

    /// Block arguments for the inputs of the model.
    fn import_inputs(&mut self, main: &mut MainFunction, model: &Model, options: &ImportOptions) -> Vec<Value> {
        let inputs = match model.is_sequential {
            true => vec![sequential_input(model)],
            false => model.inputs.iter().map(|reference| functional_input(model, &reference.layer)).collect(),
        };
        options.check_constant_names(inputs.iter().map(|(name, _)| name.as_str()), self.reporter);
        let mut values = Vec::new();
        for (name, layer) in &inputs {
            let ty = layer.ok_or_else(|| "the model does not say the shape of its input".to_owned());
            let ty = ty.and_then(|layer| self.input_type(name, layer)).unwrap_or_else(|message| {
                let error = Diagnostic::error(self.reporter.part(format!("input \"{name}\"")), message);
                self.reporter.report(
                    error.with_help("call the model once, or begin it with keras.Input(shape), and save it again"),
                );
                kiln_keras::any_type()
            });
            values.push(match options.constant_for(name, ty, self.reporter) {
                Some(tensor) => self.constant(name, tensor.clone()),
                None => main.input(&mut self.module, name, ty),
            });
        }
        values
    }

    /// The type of an input: `batch_shape` of its layer, in which nothing stands for an extent that is not fixed.
    fn input_type(&mut self, name: &str, layer: &Layer) -> Result<Type, String> {
        let shape = layer.config.get("batch_shape").and_then(Json::as_array);
        let shape = shape.ok_or("the model does not say the shape of its input")?;
        let mut dims = Vec::with_capacity(shape.len());
        for (axis, extent) in shape.iter().enumerate() {
            dims.push(match extent {
                // Keras calls a model with as many examples for each input.
                Json::Null if axis == 0 => self.symbols.named("batch"),
                Json::Null => self.symbols.fresh(&format!("{name}_{axis}")),
                extent => {
                    Dim::Static(extent.as_u64().ok_or_else(|| format!("extent {extent} of axis {axis} cannot be"))?)
                }
            });
        }
        let known: Vec<usize> = dims.iter().filter_map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
        if kiln_tensor::element_count(&known).is_none_or(|count| count > isize::MAX as usize / 16) {
            return Err(format!("a tensor of shape {known:?} is too large for memory"));
        }
        for (entry, what) in [("sparse", "sparse"), ("ragged", "ragged")] {
            if layer.flag(entry, false) {
                return Err(format!("{what} inputs are not supported; make the input dense"));
            }
        }
        let element = match dtype_name(layer.config.get("dtype")) {
            Some(name) => element_type(name).ok_or_else(|| format!("element type \"{name}\" is not known"))?,
            // The first layer of a model that takes indices takes floats, too, and rounds them.
            None => ElementType::F32,
        };
        Ok(Type::tensor(&dims, Type::from_element(element)))
    }

    /// `keras.Constant` in the main block.
    pub fn constant(&mut self, name: &str, tensor: Tensor) -> Value {
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        let value = self.module.tensor_attribute(tensor);
        let block = self.main_block.expect("the main function is begun before anything is in it");
        let mut builder = Builder::at_end(&mut self.module, block);
        builder.location = Location::named(name);
        builder.op(CONSTANT).attribute("value", value).result(ty).value()
    }

    /// A value that could not be made.
    pub fn none(&mut self) -> Value {
        let block = self.main_block.expect("the main function is begun before anything is in it");
        Builder::at_end(&mut self.module, block).op(NONE).result(Type::none()).value()
    }

    /// Reports an error about a layer.
    pub fn layer_error(&self, layer: &Layer, message: impl Into<String>) {
        self.reporter.error(layer_part(layer), message);
    }

    /// The vocabulary of a layer that has it in a file of its own.
    pub fn give_vocabulary(&self, layer: &mut Layer, path: &str) {
        if layer.config.get("vocabulary").is_some_and(|known| !known.is_null()) {
            return;
        }
        let is_own = |(place, _): &&(String, String)| place.strip_suffix("vocabulary.txt") == Some(path);
        let Some((_, text)) = self.assets.iter().find(is_own) else { return };
        let word = |line: &str| match line.parse::<i64>() {
            Ok(number) if layer.class == "IntegerLookup" => Json::from(number),
            _ => Json::from(line),
        };
        layer.config.insert("vocabulary".into(), Json::Array(text.lines().map(word).collect()));
    }
}

/// `layer "dense" (Dense)`.
pub(crate) fn layer_part(layer: &Layer) -> String {
    format!("layer \"{}\" ({})", layer.name, layer.class)
}

fn describe_subclass(class: &str) -> String {
    format!(
        "the model is of class \"{class}\", whose Python code says how its layers are called: it cannot be read; build \
         it of keras.Input and keras.Model and save that"
    )
}

/// The name of an element type in a configuration, which may be a policy.
pub(crate) fn dtype_name(dtype: Option<&Json>) -> Option<&str> {
    let dtype = dtype?;
    dtype.as_str().or_else(|| dtype.get("config")?.get("name")?.as_str())
}

/// The element type that Keras calls `name`.
fn element_type(name: &str) -> Option<ElementType> {
    use ElementType::*;
    Some(match name {
        "float32" => F32,
        "float64" => F64,
        "float16" => F16,
        "bfloat16" => BF16,
        "int8" => I8,
        "int16" => I16,
        "int32" => I32,
        "int64" => I64,
        "uint8" => U8,
        "uint16" => U16,
        "uint32" => U32,
        "uint64" => U64,
        "bool" => I1,
        "string" => String,
        "complex64" => C64,
        "complex128" => C128,
        _ => return None,
    })
}

/// The layer called `name` that is an input of a functional model.
fn functional_input<'m>(model: &'m Model, name: &str) -> (String, Option<&'m Layer>) {
    let layer = model.layers.iter().map(|member| &member.layer).find(|layer| layer.name == name);
    (name.to_owned(), layer.filter(|layer| layer.config.contains_key("batch_shape")))
}

/// The name of the input of a sequential model, and the layer that says its shape.
fn sequential_input(model: &Model) -> (String, Option<&Layer>) {
    let Some(ModelLayer { layer, .. }) = model.layers.first() else { return ("input".into(), None) };
    if layer.class == "InputLayer" {
        return (layer.name.clone(), Some(layer));
    }
    let name = format!("{}_input", layer.name);
    match &layer.model {
        Some(inner) if inner.is_sequential => (name, sequential_input(inner).1),
        Some(inner) => (name, inner.inputs.first().and_then(|input| functional_input(inner, &input.layer).1)),
        None => (name, Some(layer)),
    }
}

/// The names of the outputs: those of a dictionary, or of the layers that they come from, each once.
fn output_names(model: &Model) -> Vec<String> {
    if model.is_sequential {
        return vec![model.layers.last().map_or_else(|| "output".into(), |member| member.layer.name.clone())];
    }
    let mut names: Vec<String> = Vec::new();
    for (reference, name) in &model.outputs {
        let base = name.clone().unwrap_or_else(|| reference.layer.clone());
        let numbered = (1..).map(|number| format!("{base}_{number}"));
        let free = std::iter::once(base.clone()).chain(numbered).find(|name| !names.contains(name));
        names.extend(free);
    }
    names
}
