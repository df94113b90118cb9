//! The worker pool.
//!
//! A caller with a job works on it itself, and workers that are free join in. So no call waits for a worker to become
//! free, nested and concurrent calls share the pool, and where no thread can be had the work is done all the same.
//! Nothing here allocates but the C library, when it creates a thread, and that may fail.
//!
//! Workers end when they have had no job for [`IDLE`], and before the process forks: a program whose images are done has
//! as many threads as without this library.

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
use crate::process::{Condvar, Mutex, MutexGuard, lock_unless_held};

/// How long a worker stays without a job.
const IDLE: Duration = Duration::from_millis(200);

/// The longest wait for workers to end: in a process that was forked without fork handlers they do not exist.
const PATIENCE: Duration = Duration::from_secs(1);

/// Work that several threads may do together. It lies on its caller's stack.
struct Job {
    work: *const (dyn Fn() + Sync),
    /// How many more workers may join.
    wanted: usize,
    /// How many workers are at work. Changes only under the pool's lock.
    workers: AtomicUsize,
    /// Notified when the last worker is done.
    done: Condvar,
    /// Whether a worker was ever at it. Changes only under the pool's lock.
    joined: bool,
    panic: Option<Box<dyn Any + Send>>,
    next: *mut Job,
}

/// The workers and their queue.
struct Pool {
    /// How many exist.
    workers: usize,
    /// How many of them work on a job.
    busy: usize,
    /// How many of them spin, and see a new job without being notified.
    spinning: usize,
    /// How many may exist.
    limit: usize,
    /// How many callers wait for all workers that are not busy to end.
    closing: usize,
    /// The worker that has ended last and is not joined: each worker that ends joins the one before.
    ended: Option<libc::pthread_t>,
    /// The newest job, which leads to the older ones.
    jobs: *mut Job,
}

impl Pool {
    const fn new(limit: usize) -> Self {
        Self { workers: 0, busy: 0, spinning: 0, limit, closing: 0, ended: None, jobs: ptr::null_mut() }
    }
}

// SAFETY: jobs are used under the pool's lock, and stay until they are taken from the queue and no worker is at them.
unsafe impl Send for Pool {}

static POOL: Mutex<Pool> = Mutex::new(Pool::new(usize::MAX));

/// Counts changes that workers must see: new jobs, a lower limit, closing. Changes only under the lock.
static CHANGES: AtomicUsize = AtomicUsize::new(0);

/// Notified with each of these changes.
static CHANGED: Condvar = Condvar::new();

/// Notified when a worker ends while somebody waits for that.
static ENDED: Condvar = Condvar::new();

atfork!(POOL, before: end_idle_workers, in_child: |pool: &mut Pool| {
    // The child has none of the parent's threads, and so neither workers nor jobs.
    *pool = Pool::new(pool.limit);
    // SAFETY: this is the child's only thread.
    unsafe {
        CHANGED.reset();
        ENDED.reset();
    }
});

// A plugin that has the static library in it may be unloaded, and the workers' code with it.
extern "C" fn unload() {
    end_idle_workers();
}
at_unload!(unload);

/// Runs `work`, which takes pieces of a job until none is left: on the calling thread and on up to `workers` others at the
/// same time. When this returns, all have returned. A panic of one of them is the caller's.
pub fn run(workers: usize, work: &(dyn Fn() + Sync)) -> Outcome {
    let _uncancelled = CancellationDisabled::new();
    // SAFETY: a lifetime is extended; no worker uses the work once this function has returned.
    let work: *const (dyn Fn() + Sync) = unsafe { std::mem::transmute(work) };
    let mut job = Job {
        work,
        wanted: workers,
        workers: AtomicUsize::new(0),
        done: Condvar::new(),
        joined: false,
        panic: None,
        next: ptr::null_mut(),
    };
    let job = &raw mut job;
    submit(job);
    let start = Instant::now();
    // SAFETY: the work lives as long as this call.
    let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }));
    let worked = start.elapsed();
    let (joined, panic) = finish(job);
    if let Some(panic) = result.err().or(panic) {
        resume_unwind(panic);
    }
    Outcome { worked, waited: start.elapsed() - worked, joined }
}

/// Spins for about the cost of falling asleep and being woken: calls often come in rows, and the threads of one end
/// together, so what is waited for is mostly about to happen.
fn spin_until(mut is_true: impl FnMut() -> bool) {
    const SPINS: usize = 1000;
    for _ in 0..SPINS {
        std::hint::spin_loop();
        if is_true() {
            return;
        }
    }
}

/// Puts a job on the queue, creates workers if there are too few, and notifies those that sleep.
fn submit(job: *mut Job) {
    let mut pool = POOL.lock();
    // SAFETY: the caller's job, which no other thread knows yet.
    let wanted = unsafe {
        (*job).next = pool.jobs;
        (*job).wanted
    };
    pool.jobs = job;
    while pool.closing == 0 && pool.workers < wanted.min(pool.limit) && create_worker(&mut pool) {
        pool.workers += 1;
    }
    CHANGES.fetch_add(1, Relaxed);
    let sleeping = wanted.min(pool.workers).saturating_sub(pool.spinning);
    // A worker that wakes locks the pool first.
    drop(pool);
    for _ in 0..sleeping {
        CHANGED.notify_one();
    }
}

/// Takes a job from the queue and waits until no worker is at it. Returns whether one ever was, and the panic of one.
fn finish(job: *mut Job) -> (bool, Option<Box<dyn Any + Send>>) {
    let mut pool = POOL.lock();
    let mut link = &raw mut pool.jobs;
    // SAFETY: the pool is locked; the queue holds live jobs, this one among them, which others change under the lock.
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

/// Creates a thread for a worker, if one can be had.
fn create_worker(pool: &mut Pool) -> bool {
    const STACK: usize = 256 << 10;
    join(pool.ended.take());
    // SAFETY: everything is initialised by the function that its address goes to first.
    unsafe {
        let mut attributes = std::mem::zeroed();
        if libc::pthread_attr_init(&mut attributes) != 0 {
            return false;
        }
        libc::pthread_attr_setstacksize(&mut attributes, STACK);
        let (mut thread, mut before) = (0, std::mem::zeroed());
        libc::pthread_sigmask(libc::SIG_BLOCK, &signals_of_the_program(), &mut before);
        let created = libc::pthread_create(&mut thread, &attributes, worker, ptr::null_mut()) == 0;
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, ptr::null_mut());
        libc::pthread_attr_destroy(&mut attributes);
        created
    }
}

/// The signals that are for the program's own threads: all but those of a thread's own faults, and of profilers.
fn signals_of_the_program() -> libc::sigset_t {
    // SAFETY: the set is initialised by the function that its address goes to first.
    unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigfillset(&mut signals);
        for own in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGTRAP, libc::SIGPROF] {
            libc::sigdelset(&mut signals, own);
        }
        signals
    }
}

/// Waits until a thread that has ended, or is about to, is gone, and frees its stack.
fn join(thread: Option<libc::pthread_t>) {
    if let Some(thread) = thread {
        // SAFETY: a worker that was not joined: its handle is taken by one thread, once.
        unsafe { libc::pthread_join(thread, ptr::null_mut()) };
    }
}

/// What a worker does until it ends.
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
            (pool, timed_out) = wait_for_change(pool);
        }
    }
    pool.workers -= 1;
    // SAFETY: names the calling thread.
    let before = pool.ended.replace(unsafe { libc::pthread_self() });
    if pool.closing > 0 {
        ENDED.notify_all();
    }
    drop(pool);
    join(before);
    ptr::null_mut()
}

/// Waits for a change that concerns workers. Returns whether there was none for as long as a worker stays.
fn wait_for_change(mut pool: MutexGuard<'static, Pool>) -> (MutexGuard<'static, Pool>, bool) {
    let seen = CHANGES.load(Relaxed);
    let changed = || CHANGES.load(Relaxed) != seen;
    pool.spinning += 1;
    drop(pool);
    spin_until(changed);
    pool = POOL.lock();
    pool.spinning -= 1;
    let timed_out = !changed() && CHANGED.wait_for(&mut pool, IDLE) && !changed();
    (pool, timed_out)
}

/// The newest job that wants more workers.
fn next_job(pool: &MutexGuard<'static, Pool>) -> Option<*mut Job> {
    let mut job = pool.jobs;
    // SAFETY: the pool is locked; jobs on the queue live, and change only under the lock.
    unsafe {
        while !job.is_null() && (*job).wanted == 0 {
            job = (*job).next;
        }
    }
    (!job.is_null()).then_some(job)
}

/// Works on a job of the queue.
fn work_on(job: *mut Job, mut pool: MutexGuard<'static, Pool>) -> MutexGuard<'static, Pool> {
    // SAFETY: the pool is locked; from here on the job stays, since a worker is at it.
    let work = unsafe {
        (*job).wanted -= 1;
        (*job).joined = true;
        (*job).workers.fetch_add(1, Relaxed);
        (*job).work
    };
    pool.busy += 1;
    drop(pool);
    // SAFETY: the caller of `run` waits for this worker, and keeps the work as long.
    let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }));
    let mut pool = POOL.lock();
    pool.busy -= 1;
    // SAFETY: the pool is locked; the job stays until this worker unlocks it.
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

/// Sets how many workers may exist. Those above that end when they are free.
pub fn set_limit(workers: usize) {
    let mut pool = POOL.lock();
    pool.limit = workers;
    notify_all(pool);
}

/// Has every worker look at the pool.
fn notify_all(pool: MutexGuard<'static, Pool>) {
    CHANGES.fetch_add(1, Relaxed);
    drop(pool);
    CHANGED.notify_all();
}

/// Ends all workers that have no job, and waits until their threads are gone.
fn end_idle_workers() {
    // A signal handler that has interrupted this module forks, or exits.
    let Some(mut pool) = lock_unless_held(&POOL) else { return };
    if pool.workers > pool.busy {
        pool.closing += 1;
        notify_all(pool);
        pool = POOL.lock();
        while pool.workers > pool.busy && !ENDED.wait_for(&mut pool, PATIENCE) {}
        pool.closing -= 1;
    }
    // The last one has only to join the one before it, and needs no lock for that.
    join(pool.ended.take());
}
