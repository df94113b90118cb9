//! The raw codec with lengths around `INT_MAX`.

use memmap2::MmapOptions;

use super::decode::{RawState, decode};
use super::encode::encode;
use crate::abi::{IMAGING_CODEC_CONFIG, IMAGING_CODEC_END, ImagingCodecStateInstance};

/// Returns a state before its first call.
fn state(xsize: i32, ysize: i32, bits: i32) -> ImagingCodecStateInstance {
    ImagingCodecStateInstance {
        count: 0,
        state: 0,
        errcode: 0,
        x: 0,
        y: 0,
        ystep: 0,
        xsize,
        ysize,
        xoff: 0,
        yoff: 0,
        shuffle: None,
        bits,
        bytes: 0,
        planes: 0,
        buffer: std::ptr::null_mut(),
        context: std::ptr::null_mut(),
        fd: std::ptr::null_mut(),
    }
}

/// Maps 9 GiB of zeros, which take no memory until they are written to.
fn zeros() -> memmap2::MmapMut {
    MmapOptions::new().len(9 << 30).no_reserve_swap().map_anon().expect("address space")
}

/// Decodes zeros in calls of `calls` bytes. Returns the result of each call, and the number of lines.
fn decoded(state: &mut ImagingCodecStateInstance, stride: i32, calls: &[usize]) -> (Vec<Option<usize>>, usize) {
    let (zeros, mut lines) = (zeros(), 0);
    let mut raw = RawState { stride, skip: 0 };
    let mut call = |bytes: &usize| {
        decode(
            state,
            &mut raw,
            &zeros[..*bytes],
            |_| true,
            |_, _| {
                lines += 1;
                Some(())
            },
        )
    };
    (calls.iter().map(&mut call).collect(), lines)
}

const INT_MAX: usize = i32::MAX as usize;

#[test]
fn a_buffer_with_all_lines_may_exceed_int_max() {
    for (xsize, ysize, bits) in [(26755, 26755, 24), (46341, 46341, 8), (32768, 32768, 32), (65536, 65536, 16)] {
        let bytes = xsize as usize * ysize as usize * bits as usize / 8;
        assert!(bytes > INT_MAX);
        for ystep in [1, -1] {
            for extra in [0, 1, 100_000] {
                let mut state = ImagingCodecStateInstance { ystep, ..state(xsize, ysize, bits) };
                assert_eq!(decoded(&mut state, 0, &[bytes + extra]), (vec![None], ysize as usize));
                assert_eq!(state.errcode, 0);
            }
        }
    }
}

#[test]
fn an_incomplete_buffer_is_consumed_up_to_int_max() {
    let line = 30_000usize;
    let whole = INT_MAX / line * line;
    let calls = [3 << 30, (3 << 30) - whole + 7, line];
    let rest = calls[1] / line * line;
    let lines = (whole + rest) / line + 1;
    let mut state = state(10_000, lines as i32, 24);
    assert_eq!(decoded(&mut state, 0, &calls), (vec![Some(whole), Some(rest), None], lines));
}

#[test]
fn gaps_count_towards_int_max() {
    // The last line has no gap behind it, and a call may begin with a gap.
    let (stride, lines) = (1 << 20, 4096usize);
    let all = (lines - 1) * (1 << 20) + 100;
    let mut whole = state(100, lines as i32, 8);
    assert_eq!(decoded(&mut whole, stride, &[all]), (vec![None], lines));
    let mut one_less = state(100, lines as i32, 8);
    let consumed = (INT_MAX - 100) / (1 << 20) * (1 << 20) + 100;
    let (results, _) = decoded(&mut one_less, stride, &[all - 1]);
    assert_eq!(results, [Some(consumed)]);
    let mut in_two = state(100, lines as i32, 8);
    assert_eq!(decoded(&mut in_two, stride, &[100, all - 100]), (vec![Some(100), None], lines));
}

#[test]
fn lines_longer_than_int_max_are_refused() {
    for (xsize, bits) in [(i32::MAX, 9), (1 << 28, 64), (1 << 30, 24)] {
        let mut state = state(xsize, 3, bits);
        assert_eq!(decoded(&mut state, 0, &[1 << 32]), (vec![None], 0));
        assert_eq!(state.errcode, IMAGING_CODEC_CONFIG);
    }
}

#[test]
fn lines_that_do_not_fit_are_not_started() {
    let mut decoding = state(4, 3, 8);
    let mut raw = RawState::default();
    assert_eq!(decode(&mut decoding, &mut raw, &[0; 100], |_| false, |_, _| unreachable!()), None);
    let mut encoding = ImagingCodecStateInstance { bytes: 4, ..state(4, 3, 8) };
    let mut buffer = [7; 100];
    assert_eq!(encode(&mut encoding, &mut buffer, |_| false, |_, _| unreachable!()), None);
    assert_eq!((decoding.errcode, encoding.errcode, buffer), (IMAGING_CODEC_CONFIG, IMAGING_CODEC_CONFIG, [7; 100]));
}

#[test]
fn images_larger_than_int_max_are_encoded_in_steps() {
    let mut state = ImagingCodecStateInstance { bytes: 3 * 26755, ..state(26755, 26755, 24) };
    // A buffer of some lines.
    let mut buffer = vec![0; 65536 * 64];
    let (mut written, mut lines) = (0, 0);
    while state.errcode == 0 {
        written += encode(
            &mut state,
            &mut buffer,
            |_| true,
            |_, _| {
                lines += 1;
                Some(())
            },
        )
        .expect("a valid state");
    }
    assert_eq!((state.errcode, written, lines), (IMAGING_CODEC_END, 3 * 26755 * 26755, 26755));
}
