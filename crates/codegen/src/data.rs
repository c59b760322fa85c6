//! The object of a model's weights: an ELF file with one read-only section and one hidden symbol.
//!
//! Weights never pass through LLVM. They are streamed to disk piece by piece, so that no more than one piece needs to
//! be in memory, however large the model.
//!
//! The section of weights may be larger than what an instruction reaches (2 GiB on x86-64 and RISC-V, 4 GiB on
//! AArch64). Kernels therefore take the address of `kiln_weights` from the global offset table, [`crate::link`] puts
//! the section in front of all others, and on x86-64 it carries the flag `SHF_X86_64_LARGE` and a name by which other
//! linkers keep it away from small data too.

use crate::error::{CodegenError, Step};
use kiln_target::{Architecture, Target};
use object::{
    Endianness, elf,
    write::{
        StreamingBuffer, WritableBuffer,
        elf::{FileHeader, SectionHeader, Sym, Writer},
    },
};
use std::{fs::File, io::BufWriter, path::Path};

/// Alignment of the section in bytes: a cache line, and the widest vector.
const ALIGNMENT: u64 = 64;
/// The flag of sections that may be far away; the `object` crate does not name it.
const SHF_X86_64_LARGE: u64 = 0x1000_0000;
/// Zeros between pieces are written in chunks of this size.
const ZEROS: &[u8] = &[0; 1 << 16];

/// Writes the object that defines `kiln_weights`, of `total_bytes` bytes.
///
/// `pieces` are offsets with the bytes to put there, in ascending order and without overlap; what they leave out is
/// zero. Each piece is dropped before the next is asked for. On an error no file is left behind.
pub fn write_weights<B: AsRef<[u8]>>(
    target: &Target,
    total_bytes: u64,
    pieces: impl IntoIterator<Item = (u64, B)>,
    path: &Path,
) -> Result<(), CodegenError> {
    let file = File::create(path).map_err(|error| CodegenError::file("write", path, error))?;
    let mut buffer = StreamingBuffer::new(BufWriter::with_capacity(1 << 20, file));
    let written = write_data(target, total_bytes, pieces, &mut buffer);
    let flushed = buffer.flush().map_err(|error| CodegenError::file("write", path, error));
    let result = written.and(flushed);
    if result.is_err() {
        // The error that is reported is the first one.
        let _ = std::fs::remove_file(path);
    }
    result
}

fn write_data<B: AsRef<[u8]>>(
    target: &Target,
    size: u64,
    pieces: impl IntoIterator<Item = (u64, B)>,
    buffer: &mut dyn WritableBuffer,
) -> Result<(), CodegenError> {
    let failed = |error: object::write::Error| CodegenError::new(Step::File, error.to_string());
    let (section_name, section_flags) = match target.architecture {
        Architecture::X86_64 => (".lrodata.kiln.weights", SHF_X86_64_LARGE),
        Architecture::Aarch64 | Architecture::Riscv64 => (".rodata.kiln.weights", 0),
    };
    let mut writer = Writer::new(Endianness::Little, true, buffer);

    // First everything is laid out, then written in the same order.
    writer.reserve_file_header();
    let data_offset = writer.reserve(size, ALIGNMENT);
    writer.reserve_null_section_index();
    let data_name = writer.add_section_name(section_name.as_bytes());
    let data_index = writer.reserve_section_index();
    // Its absence would ask for an executable stack.
    let note_name = writer.add_section_name(b".note.GNU-stack");
    writer.reserve_section_index();
    writer.reserve_null_symbol_index();
    let symbol_name = writer.add_string(b"kiln_weights");
    writer.reserve_symbol_index(Some(data_index));
    writer.reserve_symtab_section_index();
    writer.reserve_strtab_section_index();
    writer.reserve_shstrtab_section_index();
    writer.reserve_symtab();
    writer.reserve_strtab().map_err(failed)?;
    writer.reserve_shstrtab().map_err(failed)?;
    writer.reserve_section_headers();

    writer.write_file_header(&file_header(target.architecture)).map_err(failed)?;
    writer.write_align(ALIGNMENT);
    write_pieces(&mut writer, size, pieces)?;
    writer.write_null_symbol();
    writer.write_symbol(&Sym {
        section: Some(data_index.0),
        st_name: writer.string_offset(Some(symbol_name)),
        st_info: elf::SymbolInfo::new(elf::STB_GLOBAL, elf::STT_OBJECT),
        st_other: elf::SymbolOther::default().with_visibility(elf::STV_HIDDEN),
        st_shndx: elf::SymbolSection::default(),
        st_value: 0,
        st_size: size,
    });
    writer.write_strtab();
    writer.write_shstrtab();
    writer.write_null_section_header();
    let header = |name, flags, offset, size, alignment| SectionHeader {
        sh_name: name,
        sh_type: elf::SHT_PROGBITS,
        sh_flags: elf::SectionFlags(flags),
        sh_addr: 0,
        sh_offset: offset,
        sh_size: size,
        sh_link: 0,
        sh_info: 0,
        sh_addralign: alignment,
        sh_entsize: 0,
    };
    let data_flags = elf::SHF_ALLOC.0 | section_flags;
    let (data_name, note_name) =
        (writer.section_name_offset(Some(data_name)), writer.section_name_offset(Some(note_name)));
    writer.write_section_header(&header(data_name, data_flags, data_offset, size, ALIGNMENT));
    writer.write_section_header(&header(note_name, 0, data_offset, 0, 1));
    writer.write_symtab_section_header(1);
    writer.write_strtab_section_header();
    writer.write_shstrtab_section_header();
    Ok(())
}

fn write_pieces<B: AsRef<[u8]>>(
    writer: &mut Writer,
    size: u64,
    pieces: impl IntoIterator<Item = (u64, B)>,
) -> Result<(), CodegenError> {
    let mut position = 0;
    for (offset, piece) in pieces {
        let piece = piece.as_ref();
        let end = offset.checked_add(piece.len() as u64).filter(|end| offset >= position && *end <= size);
        let Some(end) = end else {
            let length = piece.len();
            let text =
                format!("a piece of {length} bytes at offset {offset} is out of order or outside of {size} bytes");
            return Err(CodegenError::new(Step::File, text));
        };
        write_zeros(writer, offset - position);
        writer.write(piece);
        position = end;
    }
    write_zeros(writer, size - position);
    Ok(())
}

fn write_zeros(writer: &mut Writer, mut count: u64) {
    while count > 0 {
        let chunk = count.min(ZEROS.len() as u64);
        writer.write(&ZEROS[..chunk as usize]);
        count -= chunk;
    }
}

fn file_header(architecture: Architecture) -> FileHeader {
    let machine = match architecture {
        Architecture::X86_64 => elf::EM_X86_64,
        Architecture::Aarch64 => elf::EM_AARCH64,
        Architecture::Riscv64 => elf::EM_RISCV,
    };
    FileHeader {
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        e_type: elf::ET_REL,
        e_machine: machine,
        e_entry: 0,
        e_flags: elf::FileFlags(elf_flags(architecture)),
    }
}

/// The flags in an ELF header. A linker refuses to mix floating-point conventions, so data has to state the one of the
/// code.
pub(crate) fn elf_flags(architecture: Architecture) -> u32 {
    match architecture {
        Architecture::X86_64 | Architecture::Aarch64 => 0,
        Architecture::Riscv64 => elf::EF_RISCV_FLOAT_ABI_DOUBLE.0 | elf::EF_RISCV_RVC.0,
    }
}
