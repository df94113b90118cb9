//! Shared objects as the dynamic loader has loaded them: the symbols that they define themselves, and the slots of their
//! global offset table through which they use these.
//!
//! ELF lets the first object of a process that defines a symbol provide it for all of them, which is how this library
//! takes over from Pillow's core. [`Object::bind_to_itself`] takes that back for one object: it does what linking that
//! object with `-Bsymbolic` would have done.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::ops::Range;

// The dynamic section's tags, and a bit of DT_FLAGS.
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

// Symbols: type and binding, and the section of those that are not defined.
const STT_FUNC: u8 = 2;
const STB_LOCAL: u8 = 0;
const SHN_UNDEF: u16 = 0;

/// The relocations whose slot holds a symbol's address: one of data, a pointer in a table, a function.
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
    /// What the loader adds to the addresses in the file.
    base: usize,
    /// The addresses that the object takes.
    image: Range<usize>,
    /// What the loader has made read-only after it had relocated it.
    relro: Range<usize>,
    symbols: *const Symbol,
    names: *const c_char,
    /// The tables of relocations: those of data and those of functions.
    relocations: [(*const Relocation, usize); 2],
    has_text_relocations: bool,
}

/// A use of a symbol that the object defines itself.
struct Binding<'a> {
    name: &'a CStr,
    /// Where the address that the object uses is kept.
    slot: *mut usize,
    /// The object's own definition.
    own: usize,
    /// What is added to the symbol's address.
    addend: usize,
}

impl Object {
    /// The object that an address lies in.
    ///
    /// # Safety
    ///
    /// That object stays loaded for as long as the result is used. Code that waits for a call to return keeps its own
    /// object loaded.
    pub unsafe fn containing(address: usize) -> Option<Self> {
        let mut search = Search { address, found: None };
        // SAFETY: `visit` takes the `Search` that is passed on to it, and nobody else uses that meanwhile.
        unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
        search.found
    }

    /// Reads the headers of an object.
    ///
    /// # Safety
    ///
    /// The headers are those of an object that is loaded at `base` and stays so.
    unsafe fn new(base: usize, headers: &[libc::Elf64_Phdr]) -> Option<Self> {
        let place = |header: &libc::Elf64_Phdr| {
            let start = base.wrapping_add(header.p_vaddr as usize);
            start..start.wrapping_add(header.p_memsz as usize)
        };
        let find = |kind| headers.iter().find(|header| header.p_type == kind).map(place);
        let loaded = || headers.iter().filter(|header| header.p_type == libc::PT_LOAD).map(place);

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
        // SAFETY: the loaded object's dynamic section ends with DT_NULL.
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

    /// An address of the dynamic section, which some loaders have relocated there and others have not.
    fn address(&self, value: u64) -> usize {
        let value = value as usize;
        if value < self.base { self.base + value } else { value }
    }

    /// Whether an address lies in this object.
    pub fn contains(&self, address: usize) -> bool {
        self.image.contains(&address)
    }

    /// All uses of symbols that this object defines itself.
    fn bindings(&self) -> impl Iterator<Item = Binding<'_>> {
        let tables = self.relocations.iter().filter(|(start, _)| !start.is_null());
        // SAFETY: the dynamic section of the loaded object says that there are so many relocations.
        let relocations = tables.flat_map(|&(start, count)| unsafe { std::slice::from_raw_parts(start, count) });
        relocations.filter(|relocation| ADDRESSES.contains(&(relocation.info as u32))).filter_map(|relocation| {
            // SAFETY: the number in a relocation of these types is that of an entry of the object's symbol table.
            let symbol = unsafe { &*self.symbols.add((relocation.info >> 32) as usize) };
            let (kind, binding) = (symbol.info & 0xf, symbol.info >> 4);
            (symbol.section != SHN_UNDEF && binding != STB_LOCAL && kind <= STT_FUNC).then(|| Binding {
                // SAFETY: symbols have names in the object's string table, each with a NUL behind it.
                name: unsafe { CStr::from_ptr(self.names.add(symbol.name as usize)) },
                slot: self.base.wrapping_add(relocation.offset as usize) as *mut usize,
                own: self.base.wrapping_add(symbol.value as usize),
                addend: relocation.addend as usize,
            })
        })
    }

    /// The object's own definition of a symbol that it also uses.
    pub fn definition(&self, name: &CStr) -> Option<usize> {
        self.bindings().find(|binding| binding.name == name).map(|binding| binding.own)
    }

    /// Has the object use its own definitions of the symbols that `chosen` says yes to, whatever they were bound to.
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
            // SAFETY: the loader wrote this slot when it relocated the object. It is in writable memory: there are no
            // relocations in code, and what has become read-only since is writable again.
            unsafe { binding.slot.write(binding.own.wrapping_add(binding.addend)) };
        }
        Ok(())
    }
}

/// What `visit` looks for, and finds.
struct Search {
    address: usize,
    found: Option<Object>,
}

/// Called with each object that is loaded, until it returns something else than 0.
unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _size: usize, search: *mut c_void) -> c_int {
    // SAFETY: `dl_iterate_phdr` passes an object's description, and on to us the `Search` that it was called with.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search>()) };
    // SAFETY: the description has so many headers.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    // SAFETY: the headers are of an object that is loaded, and `Object::containing` asks that the one it returns stays so.
    let object = unsafe { Object::new(info.dlpi_addr as usize, headers) };
    search.found = object.filter(|object| object.contains(search.address));
    search.found.is_some().into()
}

/// Pages that were read-only, and will be again.
struct Writable {
    pages: Range<usize>,
}

impl Writable {
    /// Makes the whole pages of a range writable: those that the loader has made read-only.
    fn new(range: &Range<usize>) -> io::Result<Self> {
        // SAFETY: asks for a number.
        let size = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_err(io::Error::other)?;
        let pages = range.start / size * size..range.end / size * size;
        protect(&pages, libc::PROT_READ | libc::PROT_WRITE)?;
        Ok(Self { pages })
    }
}

impl Drop for Writable {
    fn drop(&mut self) {
        // Pages that stay writable still work.
        let _ = protect(&self.pages, libc::PROT_READ);
    }
}

/// Changes the protection of pages of data, which stay readable.
fn protect(pages: &Range<usize>, protection: c_int) -> io::Result<()> {
    // SAFETY: only `Writable` calls this, with the pages that a loaded object says are read-only data after relocation.
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
        // SAFETY: neither this program nor the C library is ever unloaded.
        let (ours, libc) =
            unsafe { (Object::containing(here), Object::containing(libc::getpid as *const () as usize)) };
        assert!(ours.is_some_and(|object| object.contains(here)));
        assert!(libc.is_none_or(|object| !object.contains(here)));
        // SAFETY: there is no such object.
        assert!(unsafe { Object::containing(1) }.is_none());
    }
}
