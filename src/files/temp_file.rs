//! Temporary files that are renamed over the file that they replace.
//!
//! All system calls name files relative to one descriptor of the directory. So the new file cannot land in another directory
//! if somebody renames directories meanwhile.

use std::ffi::CStr;
use std::fmt::Write;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use arrayvec::ArrayString;
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::{Errno, Result, retry_on_intr};

use super::id::FileId;
use super::open::file_type;
use super::path::CPathBuf;
use super::sync;

/// How many names are tried for a temporary file. The first is free, unless somebody creates files of exactly these names.
const MAX_ATTEMPTS: usize = 100;

/// The mode bits that a replacement keeps. Set-user-ID and set-group-ID are not among them: they must never apply to content
/// that another user has chosen.
const KEPT_MODE_BITS: u32 = 0o1777;

/// The longest list of extended attributes, and the longest value, that are compared.
const MAX_ATTRIBUTE_BYTES: usize = 1024;

/// A directory entry: an open directory, and a name in it.
pub struct DirEntry<'a> {
    directory: OwnedFd,
    name: &'a CStr,
    /// Whether the descriptor allows `fsync`.
    can_sync: bool,
}

impl<'a> DirEntry<'a> {
    /// Opens the directory of a path. Returns `None` if the path ends with a slash.
    pub fn open(path: &'a CStr) -> Result<Option<Self>> {
        let bytes = path.to_bytes_with_nul();
        let start = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let name = CStr::from_bytes_with_nul(&bytes[start..]).map_err(|_| Errno::INVAL)?;
        if name.is_empty() {
            return Ok(None);
        }
        let directory = CPathBuf::new(&[if start == 0 { b"." } else { &bytes[..start] }]).map_err(|_| Errno::NOMEM)?;
        let open = |access| {
            let flags = access | OFlags::DIRECTORY | OFlags::CLOEXEC;
            retry_on_intr(|| rustix::fs::open(directory.as_c_str(), flags, Mode::empty()))
        };
        match open(OFlags::RDONLY) {
            Ok(directory) => Ok(Some(Self { directory, name, can_sync: true })),
            // A directory without read permission may still allow files to be created.
            Err(Errno::ACCESS | Errno::PERM) => {
                open(OFlags::PATH).map(|directory| Some(Self { directory, name, can_sync: false }))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the status of the entry; of a symbolic link, not of its target.
    pub fn stat(&self) -> Result<Stat> {
        retry_on_intr(|| rustix::fs::statat(&self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW))
    }
}

/// A temporary file in the directory of the entry that it is written for. Dropping it removes the file, unless it has been
/// [renamed](Self::rename).
pub struct TempFile<'a> {
    target: DirEntry<'a>,
    name: Option<ArrayString<32>>,
}

impl<'a> TempFile<'a> {
    /// Creates a file for an entry that does not exist. It gets the mode of any new file in that directory, by the umask or
    /// the default access control list.
    pub fn create(target: DirEntry<'a>) -> Result<(Self, OwnedFd)> {
        Self::with_mode(target, Mode::from_raw_mode(0o666))
    }

    /// Creates a file that can replace the file `old` and keeps its owner, group, mode (without set-ID bits) and extended
    /// attributes. Returns `None` if that is impossible.
    pub fn replacing(target: DirEntry<'a>, old: &OwnedFd, stat: &Stat) -> Result<Option<(Self, OwnedFd)>> {
        let is_same_file = target
            .stat()
            .is_ok_and(|entry| file_type(&entry) == FileType::RegularFile && FileId::of(&entry) == FileId::of(stat));
        if !is_same_file || stat.st_nlink != 1 {
            return Ok(None);
        }
        // Private until it has the owner and the mode of the old file.
        match Self::with_mode(target, Mode::RUSR | Mode::WUSR) {
            Ok((temporary, file)) => Ok(copy_metadata(&file, old, stat).then_some((temporary, file))),
            Err(error) if is_out_of_resources(error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn with_mode(target: DirEntry<'a>, mode: Mode) -> Result<(Self, OwnedFd)> {
        // Readable, too, since it is copied where it cannot be renamed.
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        for _ in 0..MAX_ATTEMPTS {
            let name = unique_name();
            match retry_on_intr(|| rustix::fs::openat(&target.directory, as_c_str(&name), flags, mode)) {
                Ok(file) => return Ok((Self { target, name: Some(name) }, file)),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Errno::EXIST)
    }

    /// Renames the file over the entry. On an error nothing has changed.
    pub fn rename(&mut self) -> Result<()> {
        let Some(name) = &self.name else { return Ok(()) };
        let directory = &self.target.directory;
        retry_on_intr(|| rustix::fs::renameat(directory, as_c_str(name), directory, self.target.name))?;
        self.name = None;
        Ok(())
    }

    /// Waits until the renaming is on the disk.
    pub fn sync_directory(&self) -> Result<()> {
        if self.target.can_sync { sync::sync(&self.target.directory) } else { Ok(()) }
    }
}

impl Drop for TempFile<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // The error that led here is being returned; failing to remove the file leaves it behind and harms nothing else.
            let _ = rustix::fs::unlinkat(&self.target.directory, as_c_str(name), AtFlags::empty());
        }
    }
}

/// Whether an error means that a resource is exhausted, rather than that the file must not be created.
pub fn is_out_of_resources(error: Errno) -> bool {
    matches!(error, Errno::NOSPC | Errno::DQUOT | Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::IO | Errno::EXIST)
}

/// Copies owner, group and mode of a file to a new one. Returns false if the new one would differ in one of these, or in its
/// extended attributes.
fn copy_metadata(new: &OwnedFd, old: &OwnedFd, stat: &Stat) -> bool {
    let copy = || -> Result<bool> {
        let own = rustix::fs::fstat(new)?;
        if own.st_dev != stat.st_dev {
            return Ok(false);
        }
        if (own.st_uid, own.st_gid) != (stat.st_uid, stat.st_gid) {
            let owner = (own.st_uid != stat.st_uid).then(|| Uid::from_raw(stat.st_uid));
            rustix::fs::fchown(new, owner, Some(Gid::from_raw(stat.st_gid)))?;
        }
        // After the owner, so that the mode never applies to the wrong owner.
        rustix::fs::fchmod(new, Mode::from_raw_mode(stat.st_mode & KEPT_MODE_BITS))?;
        let own = rustix::fs::fstat(new)?;
        let expected = (stat.st_uid, stat.st_gid, stat.st_mode & KEPT_MODE_BITS);
        Ok((own.st_uid, own.st_gid, own.st_mode & 0o7777) == expected && have_same_attributes(new, old)?)
    };
    copy().unwrap_or(false)
}

/// Whether two files have the same extended attributes, which include access control lists.
fn have_same_attributes(new: &OwnedFd, old: &OwnedFd) -> Result<bool> {
    let (mut new_names, mut old_names) = ([0; MAX_ATTRIBUTE_BYTES], [0; MAX_ATTRIBUTE_BYTES]);
    let names = attribute_names(new, &mut new_names)?;
    if names != attribute_names(old, &mut old_names)? {
        return Ok(false);
    }
    for name in names.split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(|_| Errno::INVAL)?;
        let (mut new_value, mut old_value) = ([0; MAX_ATTRIBUTE_BYTES], [0; MAX_ATTRIBUTE_BYTES]);
        let new_length = rustix::fs::fgetxattr(new, name, &mut new_value[..])?;
        let old_length = rustix::fs::fgetxattr(old, name, &mut old_value[..])?;
        if new_value[..new_length] != old_value[..old_length] {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the names of a file's extended attributes, each terminated by NUL.
fn attribute_names<'b>(file: &OwnedFd, buffer: &'b mut [u8; MAX_ATTRIBUTE_BYTES]) -> Result<&'b [u8]> {
    match rustix::fs::flistxattr(file, &mut buffer[..]) {
        Ok(length) => Ok(&buffer[..length]),
        // The file system does not support them.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(&[]),
        Err(error) => Err(error),
    }
}

/// Returns a name that is very likely unused, terminated by NUL. It need not be unpredictable, because files are created with
/// `O_EXCL`; so it does without `getrandom`, which a sandbox may refuse.
fn unique_name() -> ArrayString<32> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    // The address of a local differs between processes that start at the same moment, the count within a process.
    let address = (&raw const count).addr() as u64;
    let process = u64::from(std::process::id());
    let seed = [time, address, process, count].iter().fold(0, |state, part| splitmix64(state ^ part));
    let mut name = ArrayString::new();
    write!(name, ".imaging-{seed:016x}.tmp\0").expect("30 letters fit");
    name
}

/// Hashes an integer: one step of SplitMix64.
fn splitmix64(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ state >> 31
}

fn as_c_str(name: &ArrayString<32>) -> &CStr {
    CStr::from_bytes_with_nul(name.as_bytes()).expect("one NUL, at the end")
}
