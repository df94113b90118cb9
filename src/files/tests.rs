//! Files while they are written, and holes. `c_tests/saving.c` tests the rest, with processes, users and mounts.

use std::ffi::CString;
use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::{Input, Output};
use crate::error::Error;

/// A temporary directory, removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("libimaging-files-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).expect("it is new");
        Self(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("the directory can be written to");
        path
    }

    /// Lists the names in it, with mode and length.
    fn list(&self) -> Vec<(String, u32, u64)> {
        let entries = std::fs::read_dir(&self.0).expect("it is there").map(|entry| entry.expect("readable"));
        let mut list: Vec<_> = entries
            .map(|entry| (entry.file_name().into_string().expect("ASCII"), entry.metadata().expect("there")))
            .map(|(name, metadata)| (name, metadata.mode() & 0o7777, metadata.len()))
            .collect();
        list.sort();
        list
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn c(path: &Path) -> CString {
    CString::new(path.as_os_str().to_owned().into_vec()).expect("no NUL")
}

#[test]
fn a_dropped_output_removes_its_private_temporary_file() {
    let scratch = Scratch::new("unfinished");
    let path = scratch.file("picture", b"old");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("it is ours");
    let name = c(&path);
    let mut output = Output::create(&name, None).expect("it can be replaced");
    output.write(&[1; 100_000]).expect("there is room");
    let list = scratch.list();
    assert_eq!(list.len(), 2);
    assert!(list[0].0.starts_with(".imaging-") && list[0].0.len() < 32, "{list:?}");
    assert_eq!((list[0].1, list[0].2), (0o600, 100_000));
    assert_eq!(list[1], ("picture".to_owned(), 0o600, 3));
    drop(output);
    assert_eq!(scratch.list(), [("picture".to_owned(), 0o600, 3)]);

    // The same for a new file.
    let name = c(&scratch.0.join("new"));
    let mut output = Output::create(&name, None).expect("it can be made");
    output.write(b"x").expect("there is room");
    drop(output);
    assert_eq!(scratch.list().len(), 1);
}

#[test]
fn zeros_are_written_or_become_holes() {
    let scratch = Scratch::new("zeros");
    for (name, hard_link) in [("replaced", false), ("in-place", true)] {
        let path = scratch.file(name, &[7; 500_000]);
        if hard_link {
            std::fs::hard_link(&path, scratch.0.join("link")).expect("hard links");
        }
        let name = c(&path);
        let mut output = Output::create(&name, None).expect("it can be written");
        for zeros in [10, 200_000, 70_000] {
            output.write(b"line").expect("there is room");
            output.write_zeros(zeros).expect("there is room");
        }
        output.finish().expect("there is room");
        let expected: Vec<u8> =
            [10, 200_000, 70_000].iter().flat_map(|zeros| [&b"line"[..], &vec![0; *zeros]].concat()).collect();
        assert_eq!(std::fs::read(&path).expect("it is there"), expected);
    }
}

#[test]
fn zeros_are_written_to_a_pipe() {
    let (mut reader, writer) = std::io::pipe().expect("there are descriptors");
    let path = CString::new(format!("/proc/self/fd/{}", writer.as_raw_fd())).expect("no NUL");
    let reading = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map(|_| bytes)
    });
    let mut output = Output::create(&path, None).expect("it has a reader");
    output.write(b"a").expect("it is read");
    output.write_zeros(300_000).expect("it is read");
    output.write(b"b").expect("it is read");
    output.finish().expect("it is read");
    drop(writer);
    let bytes = reading.join().expect("no panic").expect("readable");
    assert_eq!(bytes.len(), 300_002);
    assert!(bytes[0] == b'a' && bytes[300_001] == b'b' && bytes[1..300_001].iter().all(|byte| *byte == 0));
}

#[test]
fn errors_name_the_type_of_the_file() {
    let scratch = Scratch::new("kinds");
    let _socket = std::os::unix::net::UnixListener::bind(scratch.0.join("socket")).expect("a short path");
    for (path, text) in [
        (scratch.0.clone(), "is a directory, and must be a regular file"),
        (PathBuf::from("/dev/null"), "is a terminal or another character device, and must be"),
    ] {
        let error = Input::open_regular(&c(&path), false).err().expect("it is no file").to_string();
        assert!(error.contains(text), "{error}");
    }
    let socket = c(&scratch.0.join("socket"));
    assert!(matches!(Input::open_regular(&socket, false), Err(Error::Os { code: libc::ENXIO, .. })));
    assert!(matches!(Output::create(&socket, None), Err(Error::Os { code: libc::ENXIO, .. })));
}

#[test]
fn a_truncated_file_is_an_error() {
    let scratch = Scratch::new("cut");
    let path = scratch.file("cut", b"0123456789");
    let input = Input::open_regular(&c(&path), false).expect("it is a file");
    std::fs::write(&path, b"012").expect("it is ours");
    let error = input.read_exact_at(&mut [0; 4], 1).unwrap_err();
    assert!(error.to_string().ends_with("has become shorter while it was read"), "{error}");
}

#[test]
fn a_full_device_is_an_error() {
    let mut output = Output::create(c"/dev/full", None).expect("every system has it");
    output.write(b"x").expect("it is in the buffer");
    assert_eq!(output.finish(), Err(Error::os("/dev/full", libc::ENOSPC)));
}
