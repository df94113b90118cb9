//! The pool of worker threads.
//!
//! A job is a closure that takes chunks of work until none is left. The thread that submits it calls it, too, and idle
//! workers join:
//!
//! ```text
//! caller     submit │ chunk │ chunk │ chunk │ finish: unlink the job, wait for its workers
//! worker 1      wake │ chunk │ chunk │ done            │ spin │ block ... 200 ms ... end
//! worker 2      (busy with another job)
//! ```
//!
//! So no call waits for a worker to become free, nested and concurrent jobs share the workers without deadlock, and a job
//! completes on its caller alone where no thread can be created, or would take memory that the job itself may need.
//!
//! - **Jobs** lie on the stacks of their callers and form a linked list, newest first, under the pool's mutex. A caller
//!   returns only when its job is unlinked and no worker calls it any more; all unsafe code here relies on that.
//! - **Spinning.** Workers spin briefly before they block, and so do callers that wait: calls often come in series, and the
//!   threads of one call finish together, so what they wait for is usually about to happen. A spinning worker sees a job
//!   without a system call.
//! - **Ending.** Workers end after [`IDLE_TIMEOUT`] without a job, above a lowered limit, and before the process forks. Each
//!   joins the thread that ended before it, so no more than one stack awaits its release.
//! - **Forks.** The thread that forks holds the pool's mutex meanwhile; the child starts with an empty pool.
//! - **Memory.** Nothing allocates but `pthread_create`, whose failure is handled.
//!
//! rayon has no pool for a guest in other people's processes: each job that it runs is allocated on the heap, where failure
//! aborts the process; its idle workers never end; and a forked child can neither use nor free its parent's pool. It is not
//! faster either: `docs/notes.md` has the measurements.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::feedback::Outcome;
use crate::process::atfork::atfork;
use crate::process::cancel::CancellationDisabled;
use crate::process::load::at_unload;
use crate::process::{Condvar, Mutex, MutexGuard, lock_unless_held, thread};

/// How long a worker waits for a job before it ends.
const IDLE_TIMEOUT: Duration = Duration::from_millis(200);

/// The longest wait for workers to end. They never do in a process that was forked without fork handlers: it has none.
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// A closure that several threads call at the same time. It lies on the stack of the thread that submitted it.
struct Job {
    work: *const (dyn Fn() + Sync),
    /// How many more workers may join. Changes only under the pool's mutex.
    vacancies: usize,
    /// How many workers call the closure now. Changes only under the pool's mutex.
    workers: AtomicUsize,
    /// Notified when `workers` becomes 0.
    done: Condvar,
    /// Whether any worker has joined. Changes only under the pool's mutex.
    joined: bool,
    /// The payload of a panic in a worker.
    panic: Option<Box<dyn Any + Send>>,
    /// The next older job of the queue.
    next: *mut Job,
}

/// The workers and the queue of jobs.
struct Pool {
    /// The number of workers.
    workers: usize,
    /// The number of workers that work on a job.
    busy: usize,
    /// The number of workers that spin, and so see a new job without a notification.
    spinning: usize,
    /// The highest number of workers.
    limit: usize,
    /// The number of threads that wait for all idle workers to end.
    closing: usize,
    /// The worker that ended last and is not joined yet.
    ended: Option<libc::pthread_t>,
    /// The newest job, the head of the queue.
    jobs: *mut Job,
}

impl Pool {
    const fn new(limit: usize) -> Self {
        Self { workers: 0, busy: 0, spinning: 0, limit, closing: 0, ended: None, jobs: ptr::null_mut() }
    }
}

// SAFETY: the pointers to jobs are followed only while the pool is locked, and a job is unlinked before its caller's stack
// frame ends (`finish`). Any thread may do so, since the closures are `Sync` and the payloads of panics `Send`.
unsafe impl Send for Pool {}

static POOL: Mutex<Pool> = Mutex::new(Pool::new(usize::MAX));

/// Counts the events that workers react to: a new job, a lower limit, closing. Changes only under the pool's mutex, and is
/// read without it by workers that spin.
static EVENTS: AtomicUsize = AtomicUsize::new(0);

/// Notified after each event.
static EVENT: Condvar = Condvar::new();

/// Notified when a worker ends while another thread waits for that.
static WORKER_ENDED: Condvar = Condvar::new();

atfork!(POOL, before: end_idle_workers, in_child: |pool: &mut Pool| {
    // The parent's other threads do not exist in the child: neither workers nor the callers of jobs.
    *pool = Pool::new(pool.limit);
    // SAFETY: a forked child starts with a single thread, this one, which does not wait.
    unsafe {
        EVENT.reset();
        WORKER_ENDED.reset();
    }
});

// A plugin that contains the static library may be unloaded, and with it the code that its workers run.
extern "C" fn unload() {
    end_idle_workers();
}
at_unload!(unload);

/// Calls `work` on the calling thread and on up to `max_workers` workers at the same time. Returns when all calls have
/// returned. Resumes a panic of any of them on the calling thread.
pub fn run(max_workers: usize, work: &(dyn Fn() + Sync)) -> Outcome {
    let _uncancelled = CancellationDisabled::new();
    // SAFETY: only the lifetime changes. Workers call the closure between joining the job and decrementing `Job::workers`, and
    // `finish` returns after the last of them has done so and no other can join.
    let work: *const (dyn Fn() + Sync) = unsafe { std::mem::transmute(work) };
    let mut job = Job {
        work,
        vacancies: max_workers,
        workers: AtomicUsize::new(0),
        done: Condvar::new(),
        joined: false,
        panic: None,
        next: ptr::null_mut(),
    };
    let job = &raw mut job;
    submit(job);
    let start = Instant::now();
    // SAFETY: the pointer was made of a reference that is valid until this function returns.
    let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }));
    let worked = start.elapsed();
    let (joined, panic) = finish(job);
    if let Some(panic) = result.err().or(panic) {
        resume_unwind(panic);
    }
    Outcome { worked, waited: start.elapsed() - worked, joined }
}

/// Spins until a condition holds, for about as long as blocking and being woken would take.
fn spin_until(mut is_true: impl FnMut() -> bool) {
    const SPINS: usize = 1000;
    for _ in 0..SPINS {
        std::hint::spin_loop();
        if is_true() {
            return;
        }
    }
}

/// Puts a job on the queue, creates the workers that it lacks, and wakes those that block.
fn submit(job: *mut Job) {
    let mut pool = POOL.lock();
    // SAFETY: the job lives in the frame of `run`, and no other thread knows it before it is linked below.
    let wanted = unsafe {
        (*job).next = pool.jobs;
        (*job).vacancies
    };
    pool.jobs = job;
    while pool.closing == 0 && pool.workers < wanted.min(pool.limit) && create_worker(&mut pool) {
        pool.workers += 1;
    }
    EVENTS.fetch_add(1, Relaxed);
    let blocked = wanted.min(pool.workers).saturating_sub(pool.spinning);
    // Unlocked before the notifications, since a worker that wakes locks the pool first.
    drop(pool);
    for _ in 0..blocked {
        EVENT.notify_one();
    }
}

/// Unlinks a job from the queue and waits until no worker calls it. Returns whether any worker joined, and the payload of
/// a panic in one.
fn finish(job: *mut Job) -> (bool, Option<Box<dyn Any + Send>>) {
    let mut pool = POOL.lock();
    let mut link = &raw mut pool.jobs;
    // SAFETY: `job` lives in the frame of `run`, and the jobs linked in the queue in the frames of their own calls, which
    // return after unlinking them. The queue is locked here; `workers`, which is read without the lock, is atomic.
    unsafe {
        while *link != job {
            link = &raw mut (**link).next;
        }
        *link = (*job).next;
        let is_done = || (*job).workers.load(Relaxed) == 0;
        if !is_done() {
            drop(pool);
            spin_until(is_done);
            pool = POOL.lock();
        }
        while !is_done() {
            (*job).done.wait(&mut pool);
        }
        ((*job).joined, (*job).panic.take())
    }
}

/// Creates a worker's thread. Returns whether that was possible.
fn create_worker(pool: &mut Pool) -> bool {
    join(pool.ended.take());
    thread::create(worker).is_some()
}

/// Waits until a worker that has ended, or is about to, is gone.
fn join(worker: Option<libc::pthread_t>) {
    if let Some(worker) = worker {
        // SAFETY: the handle of a worker. It comes from `Pool::ended`, from which it is taken once.
        unsafe { thread::join(worker) };
    }
}

/// The main function of a worker.
extern "C" fn worker(_: *mut c_void) -> *mut c_void {
    let mut pool = POOL.lock();
    let mut timed_out = false;
    while pool.workers <= pool.limit {
        if let Some(job) = next_job(&pool) {
            pool = work_on(job, pool);
            timed_out = false;
        } else if timed_out || pool.closing > 0 {
            break;
        } else {
            (pool, timed_out) = wait_for_event(pool);
        }
    }
    pool.workers -= 1;
    // SAFETY: returns the handle of the calling thread.
    let ended_before = pool.ended.replace(unsafe { libc::pthread_self() });
    if pool.closing > 0 {
        WORKER_ENDED.notify_all();
    }
    drop(pool);
    join(ended_before);
    ptr::null_mut()
}

/// Waits for an event: spins, then blocks. Returns whether [`IDLE_TIMEOUT`] passed without one.
fn wait_for_event(mut pool: MutexGuard<'static, Pool>) -> (MutexGuard<'static, Pool>, bool) {
    let seen = EVENTS.load(Relaxed);
    let is_new = || EVENTS.load(Relaxed) != seen;
    pool.spinning += 1;
    drop(pool);
    spin_until(is_new);
    pool = POOL.lock();
    pool.spinning -= 1;
    let timed_out = !is_new() && EVENT.wait_for(&mut pool, IDLE_TIMEOUT) && !is_new();
    (pool, timed_out)
}

/// Returns the newest job with a vacancy.
fn next_job(pool: &MutexGuard<'static, Pool>) -> Option<*mut Job> {
    let mut job = pool.jobs;
    // SAFETY: the pool is locked, and while a job is linked its caller has not returned from `finish`.
    unsafe {
        while !job.is_null() && (*job).vacancies == 0 {
            job = (*job).next;
        }
    }
    (!job.is_null()).then_some(job)
}

/// Joins a job of the queue and works on it.
fn work_on(job: *mut Job, mut pool: MutexGuard<'static, Pool>) -> MutexGuard<'static, Pool> {
    // SAFETY: the pool has been locked since `next_job` found the job in the queue. From the increment of `workers` on, the
    // job's caller waits in `finish` for the decrement below.
    let work = unsafe {
        (*job).vacancies -= 1;
        (*job).joined = true;
        (*job).workers.fetch_add(1, Relaxed);
        (*job).work
    };
    pool.busy += 1;
    drop(pool);
    // SAFETY: the closure lives until its caller returns from `run`, which waits for this worker.
    let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }));
    let mut pool = POOL.lock();
    pool.busy -= 1;
    // SAFETY: the pool is locked, and the caller cannot return from `finish` before it has locked the pool after the
    // decrement.
    unsafe {
        if let Err(panic) = result {
            (*job).panic = Some(panic);
        }
        if (*job).workers.fetch_sub(1, Relaxed) == 1 {
            (*job).done.notify_one();
        }
    }
    pool
}

/// Sets the highest number of workers. Those above it end when they are idle.
pub fn set_limit(workers: usize) {
    let mut pool = POOL.lock();
    pool.limit = workers;
    notify_all(pool);
}

/// Wakes all workers to look at the pool.
fn notify_all(pool: MutexGuard<'static, Pool>) {
    EVENTS.fetch_add(1, Relaxed);
    drop(pool);
    EVENT.notify_all();
}

/// Ends all idle workers, and waits until their threads are gone.
fn end_idle_workers() {
    // Locked already: a signal handler has interrupted this module, and forks or exits.
    let Some(mut pool) = lock_unless_held(&POOL) else { return };
    if pool.workers > pool.busy {
        pool.closing += 1;
        notify_all(pool);
        pool = POOL.lock();
        while pool.workers > pool.busy && !WORKER_ENDED.wait_for(&mut pool, END_TIMEOUT) {}
        pool.closing -= 1;
    }
    // Each worker joins the one that ended before it, for which it needs no lock; so only the last one remains.
    join(pool.ended.take());
}
