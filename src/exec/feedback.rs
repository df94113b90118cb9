//! Whether it pays to share work, as the last calls have shown.
//!
//! On a busy machine a worker comes late, or is suspended in the middle of its part while the caller waits: a call that
//! takes less than the scheduler's time slice is then slower than on one thread. So each shared call reports how long its
//! caller has waited, and the least work that is shared goes up by powers of two, and down again when sharing pays.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// The most that the least work goes up: to some milliseconds, of which a time slice is a small part.
const MAX_LEVEL: u32 = 6;

/// After how many calls that were not shared one is tried again.
const PROBE: u32 = 64;

/// By what power of two the least work is up.
static LEVEL: AtomicU32 = AtomicU32::new(0);

/// How many calls were not shared for that reason.
static UNSHARED: AtomicU32 = AtomicU32::new(0);

/// How a shared call went.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// How long the caller has worked.
    pub worked: Duration,
    /// How long it has then waited for workers.
    pub waited: Duration,
    /// Whether a worker has joined at all.
    pub joined: bool,
}

/// By what power of two the least work that is shared is up at this time. `is_shared` says whether some work is shared at a
/// level.
pub fn level(is_shared: impl Fn(u32) -> bool) -> u32 {
    let level = LEVEL.load(Relaxed);
    if level > 0 && !is_shared(level) && is_shared(0) && UNSHARED.fetch_add(1, Relaxed) % PROBE == PROBE - 1 {
        // Threads that do so at the same time only try the sooner.
        LEVEL.store(level - 1, Relaxed);
        return level - 1;
    }
    level
}

/// Learns from a call that was shared at a level.
pub fn report(level: u32, outcome: Outcome) {
    let next = next_level(level, outcome);
    if next != level {
        LEVEL.store(next, Relaxed);
    }
}

fn next_level(level: u32, Outcome { worked, waited, joined }: Outcome) -> u32 {
    match (joined, waited > worked / 2) {
        (true, true) => (level + 2).min(MAX_LEVEL),
        (false, _) => (level + 1).min(MAX_LEVEL),
        (true, false) => level.saturating_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(worked: u64, waited: u64, joined: bool) -> Outcome {
        Outcome { worked: Duration::from_micros(worked), waited: Duration::from_micros(waited), joined }
    }

    #[test]
    fn the_level_follows_the_outcomes() {
        let (good, stalled, alone) = (outcome(100, 10, true), outcome(100, 3000, true), outcome(200, 1, false));
        assert_eq!([0, 1, 6].map(|level| next_level(level, good)), [0, 0, 5]);
        assert_eq!([0, 3, 6].map(|level| next_level(level, stalled)), [2, 5, 6]);
        assert_eq!([0, 3, 6].map(|level| next_level(level, alone)), [1, 4, 6]);
    }
}
