//! Squared distances between colours.

/// The bits of a squared distance: at most 3 * 255^2.
pub const DISTANCE_BITS: u32 = 18;

/// Returns the squared distance between two colours. The fourth byte does not count.
#[inline(always)]
pub fn squared([r, g, b, _]: [u8; 4], [other_r, other_g, other_b, _]: [u8; 4]) -> u32 {
    let squared = |a: u8, b: u8| {
        let difference = i32::from(a) - i32::from(b);
        (difference * difference) as u32
    };
    squared(r, other_r) + squared(g, other_g) + squared(b, other_b)
}

/// Returns the least squared distance between a colour and those of a cube, from `low` to `low + edge` in each band.
#[inline(always)]
pub fn squared_to_cube(colour: [u8; 4], low: [u8; 4], edge: u8) -> u32 {
    let mut sum = 0;
    for (value, low) in colour.into_iter().zip(low).take(3) {
        let distance = u32::from(low.saturating_sub(value) + value.saturating_sub(low + edge));
        sum += distance * distance;
    }
    sum
}
