//! The loop over a row, software-pipelined.

/// Converts a row of pixels in blocks of eight; without an `input` it is converted in place. `locate` returns the
/// positions of a block's pixels in the table, `interpolate` the colours there.
#[inline]
#[target_feature(enable = "avx2")]
pub fn convert_row<P>(
    out: &mut [u8],
    input: Option<&[u8]>,
    locate: impl Fn(&[u8; 32]) -> P,
    interpolate: impl Fn(&P) -> [u8; 32],
) {
    let (blocks, rest) = out.as_chunks_mut::<32>();
    let input = input.map(<[u8]>::as_chunks::<32>);
    convert_blocks(blocks, input.map(|(blocks, _)| blocks), &locate, &interpolate);
    let mut last = [0; 32];
    last[..rest.len()].copy_from_slice(input.map_or(&*rest, |(_, rest)| rest));
    convert_blocks(std::slice::from_mut(&mut last), None, &locate, &interpolate);
    rest.copy_from_slice(&last[..rest.len()]);
}

/// Converts blocks. Positions are computed one block ahead, so that loads do not wait for their addresses.
#[target_feature(enable = "avx2")]
fn convert_blocks<P>(
    out: &mut [[u8; 32]],
    input: Option<&[[u8; 32]]>,
    locate: &impl Fn(&[u8; 32]) -> P,
    interpolate: &impl Fn(&P) -> [u8; 32],
) {
    let Some(last) = out.len().checked_sub(1) else { return };
    let mut positions = locate(&input.unwrap_or(out)[0]);
    for n in 0..out.len() {
        let next = locate(&input.unwrap_or(out)[(n + 1).min(last)]);
        out[n] = interpolate(&positions);
        positions = next;
    }
}
