//! Pseudorandom numbers for tests, the same ones in each run: a linear congruential generator (Numerical Recipes, 7.1).

/// Returns numbers without an end. Their upper bits are the more random ones.
pub fn words(seed: u32) -> impl Iterator<Item = u32> {
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(next(&seed), next)
}

/// Returns bytes without an end.
pub fn bytes(seed: u32) -> impl Iterator<Item = u8> {
    words(seed).map(|word| (word >> 24) as u8)
}
