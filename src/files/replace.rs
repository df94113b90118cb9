//! Files that are written beside their name and renamed to it when they are whole.
//!
//! All calls go through one descriptor of the directory, so that nobody who renames directories meanwhile can have the new
//! file land elsewhere.

use std::ffi::CStr;
use std::fmt::Write;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use arrayvec::ArrayString;
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::{Errno, Result, retry_on_intr};

use super::open::kind;
use super::{FileId, Name, sync};

/// How many names are tried for a new file: only a directory in which somebody makes files of exactly these names needs
/// more than one.
const TRIES: usize = 100;

/// The bits of a mode that a replacement keeps: not set-user-ID and set-group-ID, which must never come to stand on content
/// that somebody else has chosen.
const KEPT: u32 = 0o1777;

/// How many bytes the names of extended attributes, and the value of one, may have to be compared.
const ATTRIBUTES: usize = 1024;

/// The directory that a name is in, and the name there.
pub struct Place<'a> {
    directory: OwnedFd,
    name: &'a CStr,
    /// Whether the directory is opened so that it can be synced.
    can_sync: bool,
}

impl<'a> Place<'a> {
    /// Opens the directory. None where the path has no name at its end, but a slash.
    pub fn open(path: &'a CStr) -> Result<Option<Self>> {
        let bytes = path.to_bytes_with_nul();
        let start = bytes.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let name = CStr::from_bytes_with_nul(&bytes[start..]).map_err(|_| Errno::INVAL)?;
        if name.is_empty() {
            return Ok(None);
        }
        let directory = Name::new(&[if start == 0 { b"." } else { &bytes[..start] }]).map_err(|_| Errno::NOMEM)?;
        let open = |access| {
            let flags = access | OFlags::DIRECTORY | OFlags::CLOEXEC;
            retry_on_intr(|| rustix::fs::open(directory.as_c_str(), flags, Mode::empty()))
        };
        match open(OFlags::RDONLY) {
            Ok(directory) => Ok(Some(Self { directory, name, can_sync: true })),
            // Files may be made in a directory that may not be read.
            Err(Errno::ACCESS | Errno::PERM) => {
                open(OFlags::PATH).map(|directory| Some(Self { directory, name, can_sync: false }))
            }
            Err(error) => Err(error),
        }
    }

    /// What is at the name: a symbolic link itself, and not what it points to.
    pub fn stat(&self) -> Result<Stat> {
        retry_on_intr(|| rustix::fs::statat(&self.directory, self.name, AtFlags::SYMLINK_NOFOLLOW))
    }
}

/// A new file under a name that nobody else uses. Dropped before it is [put in its place](Self::put_in_place), it is gone.
pub struct Temporary<'a> {
    place: Place<'a>,
    name: Option<ArrayString<32>>,
}

impl<'a> Temporary<'a> {
    /// Creates a file for a name where there is none. The kernel gives it the mode that any new file has there: by the umask
    /// or by the directory's default access control list.
    pub fn create(place: Place<'a>) -> Result<(Self, OwnedFd)> {
        Self::with_mode(place, Mode::from_raw_mode(0o666))
    }

    /// Creates a file that can replace another and lose nothing of it, but its content and dangerous mode bits. None where
    /// that cannot be.
    pub fn like(place: Place<'a>, old: &OwnedFd, stat: &Stat) -> Result<Option<(Self, OwnedFd)>> {
        let is_itself = place
            .stat()
            .is_ok_and(|named| kind(&named) == FileType::RegularFile && FileId::of(&named) == FileId::of(stat));
        if !is_itself || stat.st_nlink != 1 {
            return Ok(None);
        }
        // For nobody else until it has the owner and the mode of the old file.
        match Self::with_mode(place, Mode::RUSR | Mode::WUSR) {
            Ok((temporary, file)) => Ok(become_like(&file, old, stat).then_some((temporary, file))),
            Err(error) if is_lack_of_resources(error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn with_mode(place: Place<'a>, mode: Mode) -> Result<(Self, OwnedFd)> {
        // To be read, too: it may have to be copied.
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        for _ in 0..TRIES {
            let name = unusual_name();
            match retry_on_intr(|| rustix::fs::openat(&place.directory, as_c_str(&name), flags, mode)) {
                Ok(file) => return Ok((Self { place, name: Some(name) }, file)),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Errno::EXIST)
    }

    /// Renames the file to its name. Where that fails, nothing has changed.
    pub fn put_in_place(&mut self) -> Result<()> {
        let Some(name) = &self.name else { return Ok(()) };
        let directory = &self.place.directory;
        retry_on_intr(|| rustix::fs::renameat(directory, as_c_str(name), directory, self.place.name))?;
        self.name = None;
        Ok(())
    }

    /// Waits until the new name is on the disk.
    pub fn sync_directory(&self) -> Result<()> {
        if self.place.can_sync { sync::sync(&self.place.directory) } else { Ok(()) }
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // The error that led here is being told already; a leftover is all that could come of this one.
            let _ = rustix::fs::unlinkat(&self.place.directory, as_c_str(name), AtFlags::empty());
        }
    }
}

/// Whether an error tells that there is too little of something, rather than that a file must not be made here.
pub fn is_lack_of_resources(error: Errno) -> bool {
    matches!(error, Errno::NOSPC | Errno::DQUOT | Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::IO | Errno::EXIST)
}

/// Gives a new file the owner, the group and the mode of an old one. False where it would differ in one of these, or in its
/// extended attributes.
fn become_like(new: &OwnedFd, old: &OwnedFd, stat: &Stat) -> bool {
    let become_like = || -> Result<bool> {
        let own = rustix::fs::fstat(new)?;
        if own.st_dev != stat.st_dev {
            return Ok(false);
        }
        if (own.st_uid, own.st_gid) != (stat.st_uid, stat.st_gid) {
            let owner = (own.st_uid != stat.st_uid).then(|| Uid::from_raw(stat.st_uid));
            rustix::fs::fchown(new, owner, Some(Gid::from_raw(stat.st_gid)))?;
        }
        // Behind the change of owner, so that the mode is never that of a file that belongs to somebody else.
        rustix::fs::fchmod(new, Mode::from_raw_mode(stat.st_mode & KEPT))?;
        let own = rustix::fs::fstat(new)?;
        Ok((own.st_uid, own.st_gid, own.st_mode & 0o7777) == (stat.st_uid, stat.st_gid, stat.st_mode & KEPT)
            && have_same_attributes(new, old)?)
    };
    become_like().unwrap_or(false)
}

/// Whether two files have the same extended attributes. Those of an access control list are among them.
fn have_same_attributes(new: &OwnedFd, old: &OwnedFd) -> Result<bool> {
    let (mut new_names, mut old_names) = ([0; ATTRIBUTES], [0; ATTRIBUTES]);
    let names = attribute_names(new, &mut new_names)?;
    if names != attribute_names(old, &mut old_names)? {
        return Ok(false);
    }
    for name in names.split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(|_| Errno::INVAL)?;
        let (mut new_value, mut old_value) = ([0; ATTRIBUTES], [0; ATTRIBUTES]);
        let new_length = rustix::fs::fgetxattr(new, name, &mut new_value[..])?;
        let old_length = rustix::fs::fgetxattr(old, name, &mut old_value[..])?;
        if new_value[..new_length] != old_value[..old_length] {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The names of a file's extended attributes, each ended by NUL.
fn attribute_names<'b>(file: &OwnedFd, buffer: &'b mut [u8; ATTRIBUTES]) -> Result<&'b [u8]> {
    match rustix::fs::flistxattr(file, &mut buffer[..]) {
        Ok(length) => Ok(&buffer[..length]),
        // The file system has none.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(&[]),
        Err(error) => Err(error),
    }
}

/// A name that no file is likely to have, ended by NUL. It need not be secret: files are created with `O_EXCL`. So it is
/// made without the system's random numbers, which a sandbox may refuse.
fn unusual_name() -> ArrayString<32> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
    // Addresses differ between processes that start at the same moment, the number between those of one program.
    let address = (&raw const count).addr() as u64;
    let process = u64::from(std::process::id());
    let seed = [time, address, process, count].iter().fold(0, |state, part| mix(state ^ part));
    let mut name = ArrayString::new();
    write!(name, ".imaging-{seed:016x}.tmp\0").expect("30 letters fit");
    name
}

/// Spreads the bits of a number over all of it (the finalizer of SplitMix64).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

fn as_c_str(name: &ArrayString<32>) -> &CStr {
    CStr::from_bytes_with_nul(name.as_bytes()).expect("one NUL, at the end")
}
