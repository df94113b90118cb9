//! The pool: threads that wait until they can help another one with its work.
//!
//! Whoever has work does it itself, and those who are free help. So nothing ever waits for a thread to be free, nested
//! and concurrent calls share the pool, and where there are no threads to be had the work is done all the same. Nothing
//! here asks for memory but the C library, when it makes a thread, and that may fail.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rustix::thread::{sched_getaffinity, sched_getcpu, sched_setaffinity};

use crate::memory::lock::{Condition, Held, Lock, held_by_who_forks};

/// Work that a thread may be helped with. It lies on that thread's stack.
struct Job {
    work: *const (dyn Fn() + Sync),
    /// Where that thread runs.
    processor: usize,
    /// How many more may help.
    wanted: usize,
    /// How many are helping. It changes only under the lock.
    helping: AtomicUsize,
    /// None is helping any more.
    left_alone: Condition,
    panic: Option<Box<dyn Any + Send>>,
    next: *mut Job,
}

/// Who helps, and whom.
struct Pool {
    threads: usize,
    /// How many of them look for something new, and need not be woken.
    awake: usize,
    /// How many there are to be at the most.
    limit: usize,
    /// The newest job.
    jobs: *mut Job,
}

// SAFETY: a job is used under the pool's lock, and stays until it is taken from the list and left alone.
unsafe impl Send for Pool {}

static POOL: Lock<Pool> = Lock::new(Pool { threads: 0, awake: 0, limit: usize::MAX, jobs: ptr::null_mut() });

/// How often there have been new jobs, or fewer threads were to be. It changes only under the lock.
static CHANGES: AtomicUsize = AtomicUsize::new(0);

/// There are new jobs, or fewer threads are to be.
static NEWS: Condition = Condition::new();

held_by_who_forks!(POOL, |pool: &mut Pool| {
    // The parent's threads are not in the child, and neither is whoever they helped.
    *pool = Pool { threads: 0, awake: 0, limit: pool.limit, jobs: ptr::null_mut() };
    // SAFETY: this is the child's only thread.
    unsafe { NEWS.forget_all() };
});

/// Does `work`, which takes what there is to do until nothing is left of it: on this thread and on up to `helpers` others
/// at the same time. When this returns, all have returned. A panic of one of them is this thread's.
pub fn share(helpers: usize, work: &(dyn Fn() + Sync)) {
    // SAFETY: a lifetime is forgotten; nobody uses the work once this function has returned.
    let work: *const (dyn Fn() + Sync) = unsafe { std::mem::transmute(work) };
    let mut job = Job {
        work,
        processor: sched_getcpu(),
        wanted: helpers,
        helping: AtomicUsize::new(0),
        left_alone: Condition::new(),
        panic: None,
        next: ptr::null_mut(),
    };
    let job = &raw mut job;
    offer(job);
    // SAFETY: the work lives as long as this call.
    let done = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }));
    let panic = take_back(job);
    if let Some(panic) = done.err().or(panic) {
        resume_unwind(panic);
    }
}

/// Gives something the time to come true that going to sleep and waking up would take: often it does, since work comes in
/// rows of calls, and is shared so that all end together.
fn look_out_for(mut is_true: impl FnMut() -> bool) {
    /// About as much as falling asleep and being woken again.
    const LOOKS: usize = 1000;
    for _ in 0..LOOKS {
        std::hint::spin_loop();
        if is_true() {
            return;
        }
    }
}

/// Puts a job on the list, and sees to it that there are threads.
fn offer(job: *mut Job) {
    let mut pool = POOL.take();
    // SAFETY: the caller's job, which nobody else knows yet.
    let helpers = unsafe {
        (*job).next = pool.jobs;
        (*job).wanted
    };
    pool.jobs = job;
    while pool.threads < helpers.min(pool.limit) && start() {
        pool.threads += 1;
    }
    CHANGES.fetch_add(1, Relaxed);
    let awaited = helpers.min(pool.threads);
    let asleep = awaited.saturating_sub(pool.awake);
    // Whoever wakes takes the lock first.
    drop(pool);
    for _ in 0..asleep {
        NEWS.wake_one();
    }
    if asleep > 0 {
        // Lets a thread that was woken on this processor see to it that it goes to another.
        rustix::thread::sched_yield();
    }
}

/// Takes a job from the list and waits until those who help with it are done. The panic of one of them, if any.
fn take_back(job: *mut Job) -> Option<Box<dyn Any + Send>> {
    let mut pool = POOL.take();
    let mut place = &raw mut pool.jobs;
    // SAFETY: the lock is held; the list has jobs that live, this one among them, and others change only under the lock.
    unsafe {
        while *place != job {
            place = &raw mut (**place).next;
        }
        *place = (*job).next;
        let left_alone = || (*job).helping.load(Relaxed) == 0;
        if !left_alone() {
            drop(pool);
            look_out_for(left_alone);
            pool = POOL.take();
        }
        while !left_alone() {
            pool.wait_for(&(*job).left_alone);
        }
        (*job).panic.take()
    }
}

/// Makes a thread, if there is one to be had.
fn start() -> bool {
    const STACK: usize = 2 << 20;
    // SAFETY: all of it is initialised by the function that its address goes to first.
    unsafe {
        let mut attributes = std::mem::zeroed();
        if libc::pthread_attr_init(&mut attributes) != 0 {
            return false;
        }
        libc::pthread_attr_setdetachstate(&mut attributes, libc::PTHREAD_CREATE_DETACHED);
        libc::pthread_attr_setstacksize(&mut attributes, STACK);
        let (mut thread, mut before) = (0, std::mem::zeroed());
        libc::pthread_sigmask(libc::SIG_BLOCK, &not_ours(), &mut before);
        let made = libc::pthread_create(&mut thread, &attributes, help, ptr::null_mut()) == 0;
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, ptr::null_mut());
        libc::pthread_attr_destroy(&mut attributes);
        made
    }
}

/// The signals that are for the program's own threads: all but those of what a thread does itself, and of profilers.
fn not_ours() -> libc::sigset_t {
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

/// What a thread of the pool does, until there are to be fewer of them.
extern "C" fn help(_: *mut c_void) -> *mut c_void {
    // SAFETY: a name of less than 16 bytes.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), c"imaging".as_ptr()) };
    let mut pool = POOL.take();
    while pool.threads <= pool.limit {
        match next_job(&pool) {
            Some(job) => pool = help_with(job, pool),
            None => pool = wait_for_news(pool),
        }
    }
    pool.threads -= 1;
    ptr::null_mut()
}

/// Waits until there may be something new.
fn wait_for_news(mut pool: Held<'static, Pool>) -> Held<'static, Pool> {
    let seen = CHANGES.load(Relaxed);
    pool.awake += 1;
    drop(pool);
    look_out_for(|| CHANGES.load(Relaxed) != seen);
    pool = POOL.take();
    pool.awake -= 1;
    if CHANGES.load(Relaxed) == seen {
        pool.wait_for(&NEWS);
    }
    pool
}

/// The newest job that more threads may help with.
fn next_job(pool: &Held<'static, Pool>) -> Option<*mut Job> {
    let mut job = pool.jobs;
    // SAFETY: the lock is held; jobs on the list live, and change only under the lock.
    unsafe {
        while !job.is_null() && (*job).wanted == 0 {
            job = (*job).next;
        }
    }
    (!job.is_null()).then_some(job)
}

/// Helps with a job that is on the list.
fn help_with(job: *mut Job, pool: Held<'static, Pool>) -> Held<'static, Pool> {
    // SAFETY: the lock is held, and from here on the job stays, since this thread is helping with it.
    let (work, processor) = unsafe {
        (*job).wanted -= 1;
        (*job).helping.fetch_add(1, Relaxed);
        ((*job).work, (*job).processor)
    };
    drop(pool);
    make_room_on(processor);
    // SAFETY: as above.
    let done = catch_unwind(AssertUnwindSafe(|| unsafe { (*work)() }));
    let pool = POOL.take();
    // SAFETY: the lock is held again; the job is gone once the lock is let go of.
    unsafe {
        if let Err(panic) = done {
            (*job).panic = Some(panic);
        }
        if (*job).helping.fetch_sub(1, Relaxed) == 1 {
            (*job).left_alone.wake_one();
        }
    }
    pool
}

/// Leaves a processor to the thread that is helped there, if this one was woken beside it. Systems see to that by
/// themselves, but later: a virtual machine's takes processors that have nothing to do for absent, and small work is done
/// before it knows better.
fn make_room_on(processor: usize) {
    if sched_getcpu() != processor {
        return;
    }
    let Ok(all) = sched_getaffinity(None) else { return };
    let mut others = all;
    others.unset(processor);
    // Going there is what counts: from then on it may be anywhere again. Where there is no other, this is refused.
    if sched_setaffinity(None, &others).is_ok() {
        let _ = sched_setaffinity(None, &all);
    }
}

/// Sets how many threads there are to be at the most. Those above it go when they are free.
pub fn limit(threads: usize) {
    let mut pool = POOL.take();
    pool.limit = threads;
    CHANGES.fetch_add(1, Relaxed);
    drop(pool);
    NEWS.wake_all();
}
