//! Small blocks of pixels, turned so that their columns become rows.

/// Turns a block of `N` × `N`, a power of two. Each round interleaves the rows of the upper half with those of the lower,
/// which vectors do in one step each; that moves every bit of (row, column) by one place, and `log2 N` rounds exchange
/// the two.
#[inline(always)]
pub fn transpose<T: Copy, const N: usize>(mut block: [[T; N]; N]) -> [[T; N]; N] {
    for _ in 0..N.ilog2() {
        block = std::array::from_fn(|row| interleave(&block[row / 2], &block[N / 2 + row / 2], row % 2));
    }
    block
}

/// The first or the second half of both, by turns.
#[inline(always)]
fn interleave<T: Copy, const N: usize>(upper: &[T; N], lower: &[T; N], half: usize) -> [T; N] {
    std::array::from_fn(|n| if n % 2 == 0 { upper[half * N / 2 + n / 2] } else { lower[half * N / 2 + n / 2] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<const N: usize>() {
        let block: [[(usize, usize); N]; N] = std::array::from_fn(|row| std::array::from_fn(|column| (row, column)));
        for (row, values) in transpose(block).iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                assert_eq!(*value, (column, row));
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<2>();
        check::<4>();
        check::<16>();
    }
}
