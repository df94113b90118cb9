//! Files by their names: [`Input`] reads, [`Output`] saves.
//!
//! # The rule of saving
//!
//! A save must never leave half a file, and must never lose what the old file had besides its content. So it *replaces* the
//! old file in one step where it can, and *overwrites* it in place where replacing would lose something.
//!
//! Replacing is what careful editors do: write a temporary file in the same directory, `fsync` it, `rename` it over the old
//! one. A reader sees the old file or the new one, never a mixture, also after a power failure. But the new file is another
//! inode, so the following decides:
//!
//! | at the name is | the save |
//! | --- | --- |
//! | nothing | writes a temporary file and renames it |
//! | a regular file that can be replaced without loss | writes a temporary file and renames it |
//! | any other regular file | truncates it and overwrites it in place |
//! | a pipe, a terminal, a device | writes a stream of bytes to it |
//! | a symbolic link to the file of standard output or error (`/dev/stdout`) | writes to that descriptor, at its position |
//!
//! A regular file can be replaced without loss if all of these hold:
//!
//! - The name is the file itself, not a symbolic link or `/proc/self/fd/3`, and its only hard link.
//! - A file can be created in its directory, on the same file system.
//! - That file can be given the same owner, group, mode and extended attributes (access control lists are among them).
//!
//! If `rename` itself fails in the end (the old file is a mount point, say), the temporary file is copied into the old one.
//!
//! The kernel resolves every name, with all its protections (`fs.protected_symlinks` and its like): an existing file is
//! opened with `O_CREAT`, as any program that overwrites files does, and a file without write permission is refused even if
//! its directory could be written to. Set-user-ID and set-group-ID bits never survive a save.
//!
//! A save has succeeded only when the system has accepted every byte, and `fsync` (see [`sync`]) and `close` have succeeded.
//!
//! # Rooms
//!
//! [`open`] opens without blocking on named pipes. [`temp_file`] has the first case of the rule, [`in_place`] the second,
//! [`output`] decides and writes. Nothing here allocates without a check: names are C strings down to the system call, and
//! error texts have a fixed size.

mod id;
mod in_place;
mod input;
mod io;
mod open;
mod output;
mod path;
mod sync;
mod temp_file;
#[cfg(test)]
mod tests;

pub use id::FileId;
pub use input::Input;
pub use output::Output;
pub use path::CPathBuf;
