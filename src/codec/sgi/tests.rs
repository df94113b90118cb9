//! Rows and files.

use std::io::{Cursor, Read, Seek, SeekFrom};

use super::row::{Row, expand};
use super::{Context, SgiRleDecoder};
use crate::codec::call::{Call, Decoded, Decoder};
use crate::codec::fault::{Fault, Result};
use crate::codec::io::CodecFile;
use crate::codec::state::CodecState;
use crate::codec::tests::{Rows, state_of};
use crate::codec::tile::TileMut;

/// A file in memory, whose size may be a lie.
struct File {
    data: Cursor<Vec<u8>>,
    size: Option<i64>,
}

impl CodecFile for File {
    fn read(&mut self, dest: &mut [u8]) -> Result<usize> {
        self.data.read(dest).map_err(|_| Fault::Unknown)
    }

    fn write(&mut self, _: &[u8]) -> Result<()> {
        Err(Fault::Unknown)
    }

    fn seek(&mut self, position: SeekFrom) -> Result<()> {
        self.data.seek(position).map(drop).map_err(|_| Fault::Unknown)
    }

    fn tell(&mut self) -> Result<i64> {
        Ok(self.size.unwrap_or(self.data.position() as i64))
    }
}

/// Returns a file of these rows: those of the first band, from the bottom up, then the others'. Each has `packets` packets.
fn file(rows: &[&[u8]], packets: u32) -> Vec<u8> {
    let mut file = vec![0; 512];
    let mut offset = 512 + 8 * rows.len() as u32;
    for row in rows {
        file.extend(offset.to_be_bytes());
        offset += row.len() as u32;
    }
    rows.iter().for_each(|_| file.extend(packets.to_be_bytes()));
    rows.iter().for_each(|row| file.extend(*row));
    file.push(0);
    file
}

/// Decodes a file. Returns the result and the error code.
fn decode(image: &mut Rows, bpc: i32, data: Vec<u8>, size: Option<i64>) -> (Result<Decoded>, i32) {
    let mut state = CodecState { ystep: -1, ..state_of(image, 8, 0) };
    let mut file = File { data: Cursor::new(data), size };
    let tile: &mut dyn TileMut = image;
    let mut call = Call { state: &mut state, context: &mut Context { bpc }, line: &mut [], tile, file: &mut file };
    let decoded = SgiRleDecoder::decode(&mut call, &[]);
    (decoded, state.errcode)
}

#[test]
fn bands_are_interleaved() {
    for bands in 1..=5u8 {
        let rows: Vec<_> = (0..2 * bands).map(|row| [0x81, row, 2, row + 50, 0]).collect();
        let rows: Vec<_> = rows.iter().map(|row| &row[..]).collect();
        let mut image = Rows::new(bands.into(), 3, 2);
        assert_eq!(decode(&mut image, 1, file(&rows, 9), None), (Ok(Decoded::Consumed(0)), 0));
        for (y, row) in image.rows.iter().rev().enumerate() {
            let pixels = row.chunks_exact(bands.into()).enumerate();
            for (x, pixel) in pixels {
                let expected: Vec<_> =
                    (0..bands).map(|band| 2 * band + y as u8 + if x == 0 { 0 } else { 50 }).collect();
                assert_eq!(pixel, expected);
            }
        }
    }
}

#[test]
fn atoms_of_two_bytes() {
    let row = [0, 0x81, 1, 2, 0, 2, 3, 4, 0, 0];
    let mut image = Rows::new(2, 3, 1);
    image.format.bands = 1;
    assert_eq!(decode(&mut image, 2, file(&[&row], 3), None), (Ok(Decoded::Consumed(0)), 0));
    assert_eq!(image.rows, [[1, 2, 3, 4, 3, 4]]);
}

/// Packets of all lengths, of which the row has less and less room for, and of which it may lack the last.
#[test]
fn rows_end_anywhere() {
    for count in 1..=127u8 {
        let literals: Vec<u8> = (1..=count).collect();
        let data = [&[0x80 | count], &literals[..], &[count, 200], &[0; 200]].concat();
        let complete = 2 * usize::from(count);
        for length in (complete..complete + 5).chain([complete + 40, complete + 300]) {
            let before = vec![[99]; length];
            let mut row = vec![[0]; length];
            assert_eq!(expand(&mut row, &before, &data, 0, 9), Row::Complete);
            let mut expected = [literals.clone(), vec![200; count.into()]].concat();
            expected.resize(length, 99);
            assert_eq!(row.as_flattened(), expected);
        }
        assert_eq!(expand(&mut vec![[0]; complete - 1], &vec![[0]; complete - 1], &data, 0, 9), Row::Invalid);
    }
}

#[test]
fn faults_of_rows() {
    let mut row = [[0]; 4];
    let mut expand = |data: &[u8], position, packets| expand(&mut row, &[[5], [6], [7], [8]], data, position, packets);
    assert_eq!(expand(&[5, 1, 0], 0, 2), Row::Invalid);
    assert_eq!(expand(&[2, 1, 0x83, 1, 2, 3], 0, 3), Row::Invalid);
    assert_eq!(expand(&[2, 1, 2, 1], 0, 2), Row::Unterminated);
    assert_eq!(expand(&[0x82, 1, 2], 0, 9), Row::Invalid);
    assert_eq!(expand(&[2, 1], 0, 9), Row::Invalid);
    assert_eq!(expand(&[0], 4_000_000_000, 9), Row::Invalid);
    assert_eq!(expand(&[0], 4_000_000_000, -1), Row::Complete);
    assert_eq!(expand(&[0x82, 1, 2, 0, 9], 0, 2), Row::Complete);
    assert_eq!(row, [[1], [2], [7], [8]]);
}

#[test]
fn a_file_that_lies_about_its_size_is_an_error() {
    let data = file(&[&[3, 7, 0]], 2);
    for (size, fault) in [
        (i64::MIN, Fault::Overrun),
        (-2, Fault::Overrun),
        (-1, Fault::Unknown),
        (519, Fault::Overrun),
        (100_000, Fault::Unknown),
        (1 << 46, Fault::Unknown),
        (i64::MAX, Fault::Memory),
    ] {
        assert_eq!(decode(&mut Rows::new(1, 3, 1), 1, data.clone(), Some(size)).0, Err(fault), "{size}");
    }
}

#[test]
fn an_offset_within_the_header_is_an_error() {
    let mut data = file(&[&[3, 7, 0]], 2);
    data[512..516].copy_from_slice(&511u32.to_be_bytes());
    assert_eq!(decode(&mut Rows::new(1, 3, 1), 1, data, None), (Ok(Decoded::Consumed(0)), Fault::Overrun as i32));
}
