//! Runs single parts of Gantry, one after the other, over and over: `list` says which, `time` takes the clock, `count` runs
//! every case so that callgrind can tell its instructions and allocations from those around it. `run`, beside this, drives it.

mod assemblies;
mod cases;
mod parts;

use std::hint::black_box;
use std::time::{Duration, Instant};

use cases::Case;

/// The allocator of the product, so that it costs here what it costs there.
#[global_allocator]
static ALLOCATOR: gantry_allocator::Allocator = gantry_allocator::Allocator;

/// Rounds before anything counts: caches fill, lists reach their sizes.
const WARM: u32 = 12;

/// Batches of which the fastest counts.
const BATCHES: u32 = 60;

/// How long other threads have to end what they do ahead, which is slow under callgrind.
const SETTLED: Duration = Duration::from_secs(1);

/// How long a batch takes, about.
const BATCH: Duration = Duration::from_millis(4);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.get(1).map_or("", String::as_str);
    let chosen = cases::all().into_iter().filter(|case| case.name.contains(only));
    match arguments.first().map(String::as_str) {
        Some("list") => chosen.for_each(|case| println!("{}\t{}\t{}", case.name, case.repeat, case.about)),
        Some("time") => chosen.for_each(|case| {
            let name = case.name;
            println!("{name}\t{:.1}", nanoseconds(case));
        }),
        Some("count") => chosen.for_each(count),
        _ => {
            eprintln!("gantry-micro list|time|count [PART OF A NAME]");
        }
    }
}

/// Nanoseconds of one run: those of the fastest batch, which nothing else disturbed.
fn nanoseconds(case: Case) -> f64 {
    let mut run = (case.make)();
    for _ in 0..WARM {
        run();
    }
    let start = Instant::now();
    let mut known = 0_u32;
    while start.elapsed() < BATCH {
        run();
        known += 1;
    }
    let batches = (0..BATCHES).map(|_| {
        let start = Instant::now();
        for _ in 0..known {
            run();
        }
        start.elapsed().as_nanos() as f64 / f64::from(known)
    });
    batches.fold(f64::INFINITY, f64::min)
}

/// Runs a case warm, and then in a function of its own, which callgrind knows by its name.
fn count(case: Case) {
    let mut run = (case.make)();
    for _ in 0..WARM.max(case.repeat / 10) {
        run();
    }
    settle(case.works_on);
    counted_section(&mut *run, case.repeat, case.works_on);
}

#[inline(never)]
fn counted_section(run: &mut dyn FnMut(), repeat: u32, works_on: bool) {
    for _ in 0..black_box(repeat) {
        run();
        settle(works_on);
    }
}

/// Waits until other threads are done, so that what they do ahead is always done when the next run begins, and counted.
#[allow(clippy::disallowed_methods, reason = "there is no reactor")]
fn settle(works_on: bool) {
    if works_on {
        std::thread::sleep(SETTLED);
    }
}
