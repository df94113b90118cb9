//! Feedback from past calls: whether multithreading pays at this time.
//!
//! On a busy machine a worker starts late, or is preempted in the middle of its chunk while the caller waits for it: a call
//! that is shorter than the scheduler's time slice then takes longer than on one thread. So each multithreaded call reports
//! how long its caller has worked and how long it has waited. The outcome moves a backoff, by which the cost threshold for
//! multithreading is shifted left:
//!
//! ```text
//! outcome of a call                     backoff        threshold
//! waited for more than half its work    + 2, up to 6   * 4
//! no worker joined at all               + 1, up to 6   * 2
//! otherwise                             - 1, down to 0 / 2
//! ```
//!
//! Calls below the raised threshold report nothing, so every [`PROBE_INTERVAL`]th of them lowers the backoff by one and is
//! multithreaded again. The state is two relaxed atomics: a lost update only delays the adaptation.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// The highest backoff. It raises the threshold to several milliseconds of work per thread, more than a time slice.
const MAX_BACKOFF: u32 = 6;

/// How many calls stay on one thread because of the backoff before one is multithreaded to probe.
const PROBE_INTERVAL: u32 = 64;

/// By how many bits the threshold is shifted left.
static BACKOFF: AtomicU32 = AtomicU32::new(0);

/// Counts the calls that stayed on one thread because of the backoff.
static SKIPPED: AtomicU32 = AtomicU32::new(0);

/// How a multithreaded call went.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// How long the calling thread worked.
    pub worked: Duration,
    /// How long it then waited for workers to finish.
    pub waited: Duration,
    /// Whether any worker joined.
    pub joined: bool,
}

/// Returns the backoff for the next call. `is_multithreaded` returns whether that call is multithreaded under a backoff.
pub fn backoff(is_multithreaded: impl Fn(u32) -> bool) -> u32 {
    let backoff = BACKOFF.load(Relaxed);
    if backoff > 0 && !is_multithreaded(backoff) && is_multithreaded(0) {
        let skipped = SKIPPED.fetch_add(1, Relaxed);
        if skipped % PROBE_INTERVAL == PROBE_INTERVAL - 1 {
            BACKOFF.store(backoff - 1, Relaxed);
            return backoff - 1;
        }
    }
    backoff
}

/// Adapts the backoff to the outcome of a call that was multithreaded under `backoff`.
pub fn report(backoff: u32, outcome: Outcome) {
    let next = next_backoff(backoff, outcome);
    if next != backoff {
        BACKOFF.store(next, Relaxed);
    }
}

fn next_backoff(backoff: u32, Outcome { worked, waited, joined }: Outcome) -> u32 {
    match (joined, waited > worked / 2) {
        (true, true) => (backoff + 2).min(MAX_BACKOFF),
        (false, _) => (backoff + 1).min(MAX_BACKOFF),
        (true, false) => backoff.saturating_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(worked: u64, waited: u64, joined: bool) -> Outcome {
        Outcome { worked: Duration::from_micros(worked), waited: Duration::from_micros(waited), joined }
    }

    #[test]
    fn the_backoff_follows_the_outcomes() {
        let (good, stalled, alone) = (outcome(100, 10, true), outcome(100, 3000, true), outcome(200, 1, false));
        assert_eq!([0, 1, 6].map(|backoff| next_backoff(backoff, good)), [0, 0, 5]);
        assert_eq!([0, 3, 6].map(|backoff| next_backoff(backoff, stalled)), [2, 5, 6]);
        assert_eq!([0, 3, 6].map(|backoff| next_backoff(backoff, alone)), [1, 4, 6]);
    }
}
