//! Loaded ELF objects: the symbols that they define, and the slots of the global offset table (GOT) through which they use
//! them.
//!
//! ELF binds a symbol to the first object of the process that defines it, for all objects. That is how this library
//! interposes the functions of Pillow's core. [`Object::bind_to_itself`] reverts it for one object: it rewrites the
//! object's GOT as if it had been linked with `-Bsymbolic`.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::ops::Range;

// Tags of the dynamic section, and a bit of DT_FLAGS.
const DT_NULL: i64 = 0;
const DT_PLTRELSZ: i64 = 2;
const DT_STRTAB: i64 = 5;
const DT_SYMTAB: i64 = 6;
const DT_RELA: i64 = 7;
const DT_RELASZ: i64 = 8;
const DT_TEXTREL: i64 = 22;
const DT_JMPREL: i64 = 23;
const DT_FLAGS: i64 = 30;
const DF_TEXTREL: u64 = 4;

// Symbol types, symbol bindings, and the section index of undefined symbols.
const STT_FUNC: u8 = 2;
const STB_LOCAL: u8 = 0;
const SHN_UNDEF: u16 = 0;

/// The relocations that store a symbol's address: of data, of a pointer in a table, of a function.
#[cfg(target_arch = "x86_64")]
const ADDRESSES: [u32; 3] = [6, 1, 7]; // R_X86_64_GLOB_DAT, R_X86_64_64, R_X86_64_JUMP_SLOT
#[cfg(target_arch = "aarch64")]
const ADDRESSES: [u32; 3] = [1025, 257, 1026]; // R_AARCH64_GLOB_DAT, R_AARCH64_ABS64, R_AARCH64_JUMP_SLOT

/// `Elf64_Dyn`.
#[repr(C)]
struct Dynamic {
    tag: i64,
    value: u64,
}

/// `Elf64_Sym`.
#[repr(C)]
struct Symbol {
    name: u32,
    info: u8,
    other: u8,
    section: u16,
    value: u64,
    size: u64,
}

/// `Elf64_Rela`.
#[repr(C)]
struct Relocation {
    offset: u64,
    info: u64,
    addend: i64,
}

/// A loaded object.
pub struct Object {
    /// The load address: what is added to the addresses in the file.
    base: usize,
    /// The addresses of the object.
    image: Range<usize>,
    /// The segment that the loader has made read-only after relocation.
    relro: Range<usize>,
    symbols: *const Symbol,
    names: *const c_char,
    /// The tables of relocations, of data and of functions: start and number of entries.
    relocations: [(*const Relocation, usize); 2],
    has_text_relocations: bool,
}

/// A relocation for a symbol that the object defines itself.
struct Binding<'a> {
    name: &'a CStr,
    /// The GOT slot with the address that the object uses.
    slot: *mut usize,
    /// The address of the object's own definition.
    own: usize,
    /// The offset from the symbol's address.
    addend: usize,
}

impl Object {
    /// Returns the object that contains an address.
    ///
    /// # Safety
    ///
    /// That object stays loaded as long as the result is used. Code that waits for a call to return keeps its own object
    /// loaded.
    pub unsafe fn containing(address: usize) -> Option<Self> {
        let mut search = Search { address, found: None };
        // SAFETY: `dl_iterate_phdr` passes the pointer to `visit`, which takes a `Search` that nobody else uses.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        search.found
    }

    /// Reads the program headers of an object.
    ///
    /// # Safety
    ///
    /// The headers are those of an object that is loaded at `base`, and that stays loaded as long as the result is used.
    unsafe fn new(base: usize, headers: &[libc::Elf64_Phdr]) -> Option<Self> {
        let segment = |header: &libc::Elf64_Phdr| {
            let start = base.wrapping_add(header.p_vaddr as usize);
            start..start.wrapping_add(header.p_memsz as usize)
        };
        let find = |kind| headers.iter().find(|header| header.p_type == kind).map(segment);
        let loaded = || headers.iter().filter(|header| header.p_type == libc::PT_LOAD).map(segment);

        let mut object = Self {
            base,
            image: loaded().map(|range| range.start).min()?..loaded().map(|range| range.end).max()?,
            relro: find(libc::PT_GNU_RELRO).unwrap_or(0..0),
            symbols: std::ptr::null(),
            names: std::ptr::null(),
            relocations: [(std::ptr::null(), 0); 2],
            has_text_relocations: false,
        };
        let mut entry = find(libc::PT_DYNAMIC)?.start as *const Dynamic;
        // SAFETY: the dynamic section of a loaded object is an array that ends with DT_NULL.
        while let Some(&Dynamic { tag, value }) = unsafe { entry.as_ref() }.filter(|entry| entry.tag != DT_NULL) {
            let count = value as usize / size_of::<Relocation>();
            match tag {
                DT_SYMTAB => object.symbols = object.address(value) as *const Symbol,
                DT_STRTAB => object.names = object.address(value) as *const c_char,
                DT_RELA => object.relocations[0].0 = object.address(value) as *const Relocation,
                DT_RELASZ => object.relocations[0].1 = count,
                DT_JMPREL => object.relocations[1].0 = object.address(value) as *const Relocation,
                DT_PLTRELSZ => object.relocations[1].1 = count,
                DT_TEXTREL => object.has_text_relocations = true,
                DT_FLAGS => object.has_text_relocations |= value & DF_TEXTREL != 0,
                _ => {}
            }
            entry = entry.wrapping_add(1);
        }
        (!object.symbols.is_null() && !object.names.is_null()).then_some(object)
    }

    /// Returns the address for a value of the dynamic section, which some loaders have relocated and others have not.
    fn address(&self, value: u64) -> usize {
        let value = value as usize;
        if value < self.base { self.base + value } else { value }
    }

    /// Whether this object contains an address.
    pub fn contains(&self, address: usize) -> bool {
        self.image.contains(&address)
    }

    /// Iterates over the relocations for symbols that this object defines itself.
    fn bindings(&self) -> impl Iterator<Item = Binding<'_>> {
        let tables = self.relocations.iter().filter(|(start, _)| !start.is_null());
        // SAFETY: start and length of the tables come from the dynamic section of the loaded object.
        let relocations = tables.flat_map(|&(start, count)| unsafe { std::slice::from_raw_parts(start, count) });
        relocations.filter(|relocation| ADDRESSES.contains(&(relocation.info as u32))).filter_map(|relocation| {
            // SAFETY: relocations of these types have the index of an entry of the object's symbol table.
            let symbol = unsafe { &*self.symbols.add((relocation.info >> 32) as usize) };
            let (kind, binding) = (symbol.info & 0xf, symbol.info >> 4);
            (symbol.section != SHN_UNDEF && binding != STB_LOCAL && kind <= STT_FUNC).then(|| Binding {
                // SAFETY: a symbol's name is the offset of a string in the object's string table.
                name: unsafe { CStr::from_ptr(self.names.add(symbol.name as usize)) },
                slot: self.base.wrapping_add(relocation.offset as usize) as *mut usize,
                own: self.base.wrapping_add(symbol.value as usize),
                addend: relocation.addend as usize,
            })
        })
    }

    /// Returns the address of the object's own definition of a symbol that it also uses.
    pub fn definition(&self, name: &CStr) -> Option<usize> {
        self.bindings().find(|binding| binding.name == name).map(|binding| binding.own)
    }

    /// Binds those symbols that `chosen` selects to the object's own definitions.
    ///
    /// # Safety
    ///
    /// The object's own definitions may be used in place of those that it is bound to.
    pub unsafe fn bind_to_itself(&self, chosen: impl Fn(&CStr) -> bool) -> io::Result<()> {
        if self.has_text_relocations {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "its code has relocations"));
        }
        let _writable = Writable::new(&self.relro)?;
        for binding in self.bindings().filter(|binding| chosen(binding.name)) {
            // SAFETY: the loader has written this slot when it relocated the object. The slot is writable: the object has
            // no text relocations, and `_writable` has made the RELRO segment writable again.
            unsafe { binding.slot.write(binding.own.wrapping_add(binding.addend)) };
        }
        Ok(())
    }
}

/// The address that `visit` searches for, and the object that contains it.
struct Search {
    address: usize,
    found: Option<Object>,
}

/// Called by `dl_iterate_phdr` for each loaded object, until it returns non-zero.
unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: `dl_iterate_phdr` passes the description of an object, and the `Search` that it was called with.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search>()) };
    // SAFETY: the description has `dlpi_phnum` headers.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    // SAFETY: the object is loaded, and `Object::containing` requires that the one that it returns stays loaded.
    let object = unsafe { Object::new(info.dlpi_addr as usize, headers) };
    search.found = object.filter(|object| object.contains(search.address));
    search.found.is_some().into()
}

/// Pages that are writable while this value exists, and read-only afterwards.
struct Writable {
    pages: Range<usize>,
}

impl Writable {
    /// Makes the pages of the RELRO segment of a loaded object writable. The loader has protected whole pages.
    fn new(range: &Range<usize>) -> io::Result<Self> {
        // SAFETY: `sysconf` takes any number.
        let size = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_err(io::Error::other)?;
        let pages = range.start / size * size..range.end / size * size;
        protect(&pages, libc::PROT_READ | libc::PROT_WRITE)?;
        Ok(Self { pages })
    }
}

impl Drop for Writable {
    fn drop(&mut self) {
        // If this fails, the pages stay writable, which does no harm.
        let _ = protect(&self.pages, libc::PROT_READ);
    }
}

/// Changes the protection of pages with data, which stay readable.
fn protect(pages: &Range<usize>, protection: c_int) -> io::Result<()> {
    // SAFETY: only `Writable` calls this, with pages of the RELRO segment of a loaded object.
    if pages.is_empty() || unsafe { libc::mprotect(pages.start as *mut c_void, pages.len(), protection) } == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_an_address_in_it() {
        let here = an_object_is_found_by_an_address_in_it as *const () as usize;
        // SAFETY: this program and the C library are never unloaded.
        let (ours, libc) =
            unsafe { (Object::containing(here), Object::containing(libc::getpid as *const () as usize)) };
        assert!(ours.is_some_and(|object| object.contains(here)));
        assert!(libc.is_none_or(|object| !object.contains(here)));
        // SAFETY: no object contains this address.
        assert!(unsafe { Object::containing(1) }.is_none());
    }
}
