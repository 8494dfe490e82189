//! The allocators of Gantry and of its script engine, and the copy of an engine that each run of a script begins with: all of Gantry's
//! code that the compiler cannot check.
//!
//! mimalloc's own adapter names the alignment of every block. Where a block is larger than 1 KiB and its size no power of two,
//! mimalloc then takes a larger one and looks for a place in it; without the word it gives one that is aligned just as well.

mod bytecode;
pub mod counting;
#[expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "it is what forbids them to others")]
mod image;
mod script;

pub use bytecode::Bytecode;
pub use image::{Bounds, Image, Setup, Watch};

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys::{
    mi_collect, mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc, mi_zalloc_aligned,
};

/// What a block is aligned to that is at least as large: mimalloc's `MI_MAX_ALIGN_SIZE`.
const NATURAL: usize = 16;

/// mimalloc, for `#[global_allocator]`.
pub struct Allocator;

/// Whether blocks of this size are aligned so without a word.
fn is_natural(size: usize, align: usize) -> bool {
    align <= NATURAL && align <= size
}

// SAFETY: mimalloc hands out blocks that nobody else owns, of at least the size and with the alignment that is asked for, and
// every block that comes back is one of its own. Where no alignment is named, `is_natural` holds.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: the alignment of a layout is a power of two.
        unsafe {
            match is_natural(size, align) {
                true => mi_malloc(size).cast(),
                false => mi_malloc_aligned(size, align).cast(),
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as above.
        unsafe {
            match is_natural(size, align) {
                true => mi_zalloc(size).cast(),
                false => mi_zalloc_aligned(size, align).cast(),
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller says that it is a block of ours.
        unsafe { mi_free(block.cast()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller says that it is a block of ours; the alignment of a layout is a power of two.
        unsafe {
            match is_natural(size, layout.align()) {
                true => mi_realloc(block.cast(), size).cast(),
                false => mi_realloc_aligned(block.cast(), size, layout.align()).cast(),
            }
        }
    }
}

/// Gives the system back what a load needed and no longer does, half of what the process has then. The allocator would do so
/// by itself, at a time of its own.
pub fn give_memory_back() {
    // SAFETY: it takes no pointer and returns none, touches only memory that nobody owns, and may be called on every thread.
    unsafe { mi_collect(true) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `is_natural` promises is what mimalloc does.
    #[test]
    fn every_block_is_aligned_before_and_after_it_grows() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in (1..200).chain([1000, 1024, 1025, 1100, 5000, 70_000, 300_000]) {
                let layout = Layout::from_size_align(size, align).unwrap_or_else(|_| Layout::new::<u8>());
                // SAFETY: the size is not zero, and each block goes back once, with the layout that it has then.
                unsafe {
                    let block = Allocator.alloc(layout);
                    assert_eq!(block as usize % align, 0, "{size} {align}");
                    block.write_bytes(7, size);
                    let larger = Allocator.realloc(block, layout, size * 3);
                    assert_eq!(larger as usize % align, 0, "{size} {align} after it grew");
                    assert_eq!(larger.add(size - 1).read(), 7);
                    Allocator.dealloc(larger, Layout::from_size_align_unchecked(size * 3, align));
                    let zeroed = Allocator.alloc_zeroed(layout);
                    assert_eq!((zeroed as usize % align, zeroed.add(size - 1).read()), (0, 0), "{size} {align}");
                    Allocator.dealloc(zeroed, layout);
                }
            }
        }
    }
}
