//! LLVM: translates a lowered part, optimizes it for a target, and writes objects or text.

use crate::{
    OptimizationLevel, Options,
    error::{CodegenError, Step},
    mlir::Mlir,
    split::Part,
};
use inkwell::{
    GlobalVisibility,
    attributes::{Attribute, AttributeLoc},
    context::Context,
    llvm_sys::support::LLVMParseCommandLineOptions,
    module::{Linkage, Module},
    passes::PassBuilderOptions,
    targets::{
        CodeModel, FileType, InitializationConfig, RelocMode, Target as Backend, TargetMachine, TargetMachineOptions,
        TargetTriple,
    },
    values::FunctionValue,
};
use kiln_target::{Architecture, Target};
use std::{ffi::CStr, iter, ptr, sync::Once};

/// What `opt` would be given besides a pipeline, for which LLVM has no other interface: the pipelines of its levels
/// overrule `PassBuilderOptions`. Emitters vectorize; what they leave scalar is short, and LLVM's search through it, be
/// it for vectors or for what to interleave, can take minutes.
pub(crate) const OPTIONS: [&CStr; 2] = [c"-vectorize-loops=false", c"-interleave-loops=false"];

/// Gives LLVM its options, which hold for the process, once.
fn set_options() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let arguments: Vec<_> = iter::once(c"kiln").chain(OPTIONS).map(CStr::as_ptr).collect();
        // SAFETY: the strings are static, and their number is that of the pointers; LLVM copies what it keeps.
        unsafe { LLVMParseCommandLineOptions(arguments.len() as i32, arguments.as_ptr(), ptr::null()) };
    });
}

/// Compiles one kind of LLVM module after another for one target.
pub(crate) struct Emitter<'a> {
    target: &'a Target,
    level: OptimizationLevel,
    suffix: &'a str,
    machine: TargetMachine,
    triple: TargetTriple,
}

impl<'a> Emitter<'a> {
    pub fn new(options: &Options<'a>) -> Result<Emitter<'a>, CodegenError> {
        let &Options { target, level, suffix, .. } = options;
        set_options();
        let config = InitializationConfig::default();
        match target.architecture {
            Architecture::X86_64 => Backend::initialize_x86(&config),
            Architecture::Aarch64 => Backend::initialize_aarch64(&config),
            Architecture::Riscv64 => Backend::initialize_riscv(&config),
        }
        let triple = TargetTriple::create(&target.triple);
        let backend =
            Backend::from_triple(&triple).map_err(|error| CodegenError::new(Step::Emit, error.to_string()))?;
        let options = TargetMachineOptions::new()
            .set_cpu(&target.cpu)
            .set_features(&target.features)
            .set_abi(target.architecture.abi())
            .set_level(match level {
                OptimizationLevel::O0 => inkwell::OptimizationLevel::None,
                OptimizationLevel::O1 => inkwell::OptimizationLevel::Less,
                OptimizationLevel::O2 => inkwell::OptimizationLevel::Default,
                OptimizationLevel::O3 => inkwell::OptimizationLevel::Aggressive,
            })
            .set_reloc_mode(RelocMode::PIC)
            .set_code_model(CodeModel::Default);
        let machine = backend
            .create_target_machine_from_options(&triple, options)
            .ok_or_else(|| CodegenError::new(Step::Emit, format!("LLVM has no target {target}")))?;
        Ok(Emitter { target, level, suffix, machine, triple })
    }

    /// LLVM IR of a part in the llvm dialect, before any optimization.
    pub fn translate<'ctx>(
        &self,
        mlir: &Mlir,
        part: &Part,
        context: &'ctx Context,
    ) -> Result<Module<'ctx>, CodegenError> {
        // SAFETY: melior and inkwell share the one libLLVM of the process, so both mean the same LLVMContext. The part
        // is alive during the call.
        let raw =
            unsafe { mlir_sys::mlirTranslateModuleToLLVMIR(part.module.as_operation().to_raw(), context.raw().cast()) };
        if raw.is_null() {
            let messages = mlir.take_messages();
            return Err(CodegenError::from_messages(Step::Translate, messages, "an op has no translation"));
        }
        // SAFETY: the module is not null, and `context` is the only other thing that knows it.
        let module = unsafe { Module::new(raw.cast()) };
        module.set_triple(&self.triple);
        module.set_data_layout(&self.machine.get_target_data().get_data_layout());
        self.set_linkage(&module, part, context);
        Ok(module)
    }

    /// Runs LLVM's pipeline for the level.
    pub fn optimize(&self, module: &Module) -> Result<(), CodegenError> {
        let pipeline = match self.level {
            OptimizationLevel::O0 => "default<O0>",
            OptimizationLevel::O1 => "default<O1>",
            OptimizationLevel::O2 => "default<O2>",
            OptimizationLevel::O3 => "default<O3>",
        };
        let options = PassBuilderOptions::create();
        // Emitters unroll by plan. LLVM would unroll a micro-kernel's loop once more, up to where it spills: 37 GFLOP/s
        // instead of 112 with 12 x 32 accumulators on Zen 4. Loops marked with unroll hints are still unrolled.
        options.set_loop_unrolling(false);
        module
            .run_passes(pipeline, &self.machine, options)
            .map_err(|error| CodegenError::new(Step::Optimize, error.to_string()))
    }

    /// Machine code of an optimized module: an ELF object.
    pub fn object(&self, module: &Module) -> Result<Vec<u8>, CodegenError> {
        self.write(module, FileType::Object)
    }

    /// Machine code of an optimized module as text, with LLVM's comments on spills and constants.
    pub fn assembly(&self, module: &Module) -> Result<String, CodegenError> {
        self.machine.set_asm_verbosity(true);
        let text = self.write(module, FileType::Assembly)?;
        String::from_utf8(text).map_err(|error| CodegenError::new(Step::Emit, error.to_string()))
    }

    fn write(&self, module: &Module, kind: FileType) -> Result<Vec<u8>, CodegenError> {
        let buffer = self.machine.write_to_memory_buffer(module, kind);
        let buffer = buffer.map_err(|error| CodegenError::new(Step::Emit, error.to_string()))?;
        Ok(buffer.as_slice().to_vec())
    }

    /// Gives every symbol of Kiln's the least reach: internal if only its part uses it, else hidden. Data that is
    /// declared only, the weights, keeps its default visibility and is thereby addressed through the global offset
    /// table, which reaches any distance; the linker shortens that where it can.
    fn set_linkage(&self, module: &Module, part: &Part, context: &Context) {
        for function in module.get_functions() {
            let name = function.get_name().to_string_lossy().into_owned();
            let is_declaration = function.as_global_value().is_declaration();
            if is_declaration {
                let is_kernel = part.declared.contains(&name);
                if is_kernel || name.starts_with("kiln_") {
                    function.as_global_value().set_visibility(GlobalVisibility::Hidden);
                }
                if is_kernel {
                    self.rename(function, &name);
                }
                continue;
            }
            let facts = part.functions.iter().find(|facts| facts.name == name);
            if facts.is_some_and(|facts| facts.is_internal) {
                function.set_linkage(Linkage::Internal);
            } else if function.get_linkage() == Linkage::External {
                function.as_global_value().set_visibility(GlobalVisibility::Hidden);
                self.rename(function, &name);
            }
            self.set_attributes(function, facts.map_or(&[], |facts| &facts.noalias), context);
        }
    }

    /// Tells a kernel from those of other versions of the model.
    fn rename(&self, function: FunctionValue, name: &str) {
        if !self.suffix.is_empty() {
            function.as_global_value().set_name(&format!("{name}{}", self.suffix));
        }
    }

    fn set_attributes(&self, function: FunctionValue, noalias: &[u32], context: &Context) {
        let kind = |name: &str| context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), 0);
        // No unwind tables: nothing throws.
        function.add_attribute(AttributeLoc::Function, kind("nounwind"));
        for index in noalias.iter().filter(|index| **index < function.count_params()) {
            function.add_attribute(AttributeLoc::Param(*index), kind("noalias"));
        }
        if self.target.architecture == Architecture::X86_64 && self.target.vector_bits >= 512 {
            // Some cpus' tuning prefers 256 bits when LLVM vectorizes by itself; emitters have decided otherwise.
            let width = context.create_string_attribute("prefer-vector-width", "512");
            function.add_attribute(AttributeLoc::Function, width);
        }
    }
}
