//! The memory of a script engine: blocks that can be put back to the state that they had once.

use std::cell::{Cell, UnsafeCell};
use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use libmimalloc_sys::{mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_zalloc};
use rquickjs::allocator::Allocator;

/// The engine cuts its small objects out of blocks of this size. They are never refused: its parser does not outlive that everywhere.
const SMALL: usize = 4 << 10;

/// Bytes for an engine while it is set up. Those that are not used are never touched.
const STRETCH: usize = 8 << 20;

/// The alignment of all blocks, and the unit of their sizes.
const UNIT: usize = 16;

/// The bytes before each block.
#[repr(C, align(16))]
struct Head {
    /// The blocks of a run are a ring. Those of the setup have no neighbours.
    previous: *mut Head,
    next: *mut Head,
    size: usize,
}

const HEAD: usize = size_of::<Head>();

/// The blocks of one engine.
pub(crate) struct Blocks {
    inner: UnsafeCell<Inner>,
    in_use: Rc<Cell<usize>>,
    in_use_at_first: Cell<usize>,
}

struct Inner {
    /// The memory of the setup, of `STRETCH` bytes.
    stretch: *mut u8,
    used: usize,
    /// Blocks of the setup that were given back, by size.
    free: BTreeMap<usize, Vec<*mut Head>>,
    /// The copies of all that is in use of the stretch, once the setup is over.
    copies: Option<Box<[Copied]>>,
    /// The start of the ring of a run's blocks; it is no block itself.
    ring: Box<Head>,
}

/// A copy of a part of the stretch.
struct Copied {
    start: usize,
    bytes: Box<[MaybeUninit<u8>]>,
}

impl Blocks {
    /// `in_use` shows the bytes of all blocks. `None`: there is no memory.
    pub(crate) fn new(in_use: Rc<Cell<usize>>) -> Option<Rc<Self>> {
        // SAFETY: any size may be asked for, and the alignment is a power of two.
        let stretch = NonNull::new(unsafe { mi_malloc_aligned(STRETCH, UNIT) })?.as_ptr().cast();
        let mut ring = Box::new(Head { previous: ptr::null_mut(), next: ptr::null_mut(), size: 0 });
        let start: *mut Head = &mut *ring;
        (ring.previous, ring.next) = (start, start);
        let inner = Inner { stretch, used: 0, free: BTreeMap::new(), copies: None, ring };
        Some(Rc::new(Blocks { inner: UnsafeCell::new(inner), in_use, in_use_at_first: Cell::new(0) }))
    }

    /// Ends the setup: what there is now is what `put_back` returns to.
    pub(crate) fn keep(&self) {
        self.with(|inner| {
            let copies = inner.in_use().into_iter().map(|range| {
                let mut bytes = Box::new_uninit_slice(range.len());
                // SAFETY: the range is inside of the stretch and as long as the copy, and they do not overlap. Bytes that were never written
                // stay so.
                unsafe {
                    ptr::copy_nonoverlapping(inner.stretch.add(range.start).cast(), bytes.as_mut_ptr(), bytes.len())
                };
                Copied { start: range.start, bytes }
            });
            inner.copies = Some(copies.collect());
            inner.free.clear();
        });
        self.in_use_at_first.set(self.in_use.get());
    }

    /// Frees all blocks of a run and writes back what there was at the end of the setup.
    ///
    /// # Safety
    ///
    /// No block of the run is used afterwards, and nothing outside of the blocks knows of a change in those of the setup.
    pub(crate) unsafe fn put_back(&self) {
        self.with(|inner| {
            inner.free_run();
            for Copied { start, bytes } in inner.copies.iter().flatten() {
                // SAFETY: as in `keep`.
                unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), inner.stretch.add(*start).cast(), bytes.len()) };
            }
        });
        self.in_use.set(self.in_use_at_first.get());
    }

    /// Bytes that `put_back` copies.
    pub(crate) fn kept(&self) -> usize {
        self.with(|inner| inner.copies.iter().flatten().map(|copied| copied.bytes.len()).sum())
    }

    /// Nothing in `work` comes back here.
    fn with<R>(&self, work: impl FnOnce(&mut Inner) -> R) -> R {
        // SAFETY: blocks belong to one thread, as `Rc` and `Cell` do, and none of the closures in this file calls a method of `Blocks`.
        work(unsafe { &mut *self.inner.get() })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.free_run();
        // SAFETY: it is a block of mimalloc's, and the engine is gone.
        unsafe { mi_free(self.stretch.cast()) };
    }
}

impl Inner {
    fn is_of_setup(&self, head: *mut Head) -> bool {
        (self.stretch as usize..self.stretch as usize + STRETCH).contains(&(head as usize))
    }

    /// The parts of the stretch between the blocks that were given back.
    fn in_use(&self) -> Vec<Range<usize>> {
        let start = self.stretch as usize;
        let free = self
            .free
            .iter()
            .flat_map(|(size, blocks)| blocks.iter().map(move |head| (*head as usize - start, *size + HEAD)));
        let mut free: Vec<(usize, usize)> = free.collect();
        free.sort_unstable();
        let mut ranges = Vec::new();
        let mut at = 0;
        for (start, size) in free.into_iter().chain([(self.used, 0)]) {
            if start > at {
                ranges.push(at..start);
            }
            at = start + size;
        }
        ranges
    }

    fn free_run(&mut self) {
        let start: *mut Head = &mut *self.ring;
        let mut head = self.ring.next;
        while head != start {
            // SAFETY: every member of the ring is a block of mimalloc's that nothing has freed.
            unsafe {
                let next = (*head).next;
                mi_free(head.cast());
                head = next;
            }
        }
        (self.ring.previous, self.ring.next) = (start, start);
    }

    /// A block of the setup or of a run; null where there is no memory.
    fn take(&mut self, size: usize, zeroed: bool) -> *mut Head {
        match self.copies {
            None => self.take_for_setup(size, zeroed),
            Some(_) => self.take_for_run(size, zeroed),
        }
    }

    fn take_for_setup(&mut self, size: usize, zeroed: bool) -> *mut Head {
        let free = self.free.range_mut(size..=size + size / 4).find_map(|(_, blocks)| blocks.pop());
        let head = free.unwrap_or_else(|| {
            if size + HEAD > STRETCH - self.used {
                return ptr::null_mut();
            }
            // SAFETY: the block ends inside of the stretch. All sizes are multiples of `UNIT`, so that it is aligned.
            let head: *mut Head = unsafe { self.stretch.add(self.used) }.cast();
            self.used += size + HEAD;
            // SAFETY: nothing else uses these bytes.
            unsafe { head.write(Head { previous: ptr::null_mut(), next: ptr::null_mut(), size }) };
            head
        });
        if zeroed && !head.is_null() {
            // SAFETY: the block has at least `size` bytes after its head.
            unsafe { head.add(1).cast::<u8>().write_bytes(0, size) };
        }
        head
    }

    fn take_for_run(&mut self, size: usize, zeroed: bool) -> *mut Head {
        let Some(whole) = size.checked_add(HEAD) else { return ptr::null_mut() };
        // SAFETY: any size may be asked for.
        let head: *mut Head = unsafe { if zeroed { mi_zalloc(whole) } else { mi_malloc(whole) } }.cast();
        if !head.is_null() {
            // SAFETY: the block begins with room for a head, and is aligned for it: its size is a multiple of `UNIT`.
            unsafe { (*head).size = size };
            self.link(head);
        }
        head
    }

    fn link(&mut self, head: *mut Head) {
        let start: *mut Head = &mut *self.ring;
        // SAFETY: the members of the ring and the new block are heads that nothing has freed.
        unsafe {
            let next = (*start).next;
            ((*head).previous, (*head).next) = (start, next);
            (*next).previous = head;
            (*start).next = head;
        }
    }

    /// Takes a block of a run out of the ring.
    fn unlink(&mut self, head: *mut Head) {
        // SAFETY: the caller says that it is a member.
        unsafe {
            let (previous, next) = ((*head).previous, (*head).next);
            (*previous).next = next;
            (*next).previous = previous;
        }
    }

    fn give_back(&mut self, head: *mut Head) {
        if !self.is_of_setup(head) {
            self.unlink(head);
            // SAFETY: a block of a run is one of mimalloc's.
            unsafe { mi_free(head.cast()) };
        } else if self.copies.is_none() {
            // SAFETY: the caller says that it is a block.
            let size = unsafe { (*head).size };
            self.free.entry(size).or_default().push(head);
        }
    }

    /// A larger or smaller block with the same bytes; null, and the block stays as it is.
    fn resize(&mut self, head: *mut Head, size: usize) -> *mut Head {
        // SAFETY: the caller says that it is a block.
        let before = unsafe { (*head).size };
        if self.is_of_setup(head) {
            if size <= before {
                return head;
            }
            let larger = self.take(size, false);
            if !larger.is_null() {
                // SAFETY: both are blocks of at least `before` bytes, and different ones.
                unsafe { ptr::copy_nonoverlapping(head.add(1).cast::<u8>(), larger.add(1).cast::<u8>(), before) };
                self.give_back(head);
            }
            return larger;
        }
        let Some(whole) = size.checked_add(HEAD) else { return ptr::null_mut() };
        self.unlink(head);
        // SAFETY: it is a block of mimalloc's, and in no ring, so that nothing points to it any more.
        let after: *mut Head = unsafe { mi_realloc(head.cast(), whole) }.cast();
        if after.is_null() {
            self.link(head);
        } else {
            // SAFETY: as in `take_for_run`.
            unsafe { (*after).size = size };
            self.link(after);
        }
        after
    }
}

/// The allocator of an engine.
pub(crate) struct Timed<C> {
    is_over: C,
    blocks: Rc<Blocks>,
}

impl<C: FnMut(usize) -> bool + 'static> Timed<C> {
    /// `is_over` is asked when a large block is wanted, and of how many bytes: `true` refuses it.
    pub(crate) fn new(is_over: C, blocks: Rc<Blocks>) -> Self {
        Timed { is_over, blocks }
    }

    fn take(&mut self, size: usize, zeroed: bool) -> *mut u8 {
        let Some(size) = size.max(1).checked_next_multiple_of(UNIT).filter(|size| !self.refuses(*size)) else {
            return ptr::null_mut();
        };
        self.counted(0, |inner| inner.take(size, zeroed))
    }

    fn refuses(&mut self, size: usize) -> bool {
        size > SMALL && (self.is_over)(size)
    }

    /// Counts a block in place of one of so many bytes.
    fn counted(&self, before: usize, make: impl FnOnce(&mut Inner) -> *mut Head) -> *mut u8 {
        let head = self.blocks.with(make);
        if head.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: it is a block, with its bytes after its head.
        let (size, bytes) = unsafe { ((*head).size, head.add(1).cast()) };
        let in_use = &self.blocks.in_use;
        in_use.set(in_use.get() - before + size);
        bytes
    }
}

/// The head of a block of ours.
unsafe fn head(block: *mut u8) -> *mut Head {
    // SAFETY: the caller says that it is a block of ours, so there is a head before it.
    unsafe { block.cast::<Head>().sub(1) }
}

// SAFETY: the blocks of the setup are parts of the stretch that do not overlap, those of a run come from mimalloc; both have at least the
// size that is asked for, are aligned to `UNIT`, and have their size before them.
unsafe impl<C: FnMut(usize) -> bool + 'static> Allocator for Timed<C> {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        self.take(size, false)
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        count.checked_mul(size).map_or(ptr::null_mut(), |size| self.take(size, true))
    }

    unsafe fn dealloc(&mut self, block: *mut u8) {
        if block.is_null() {
            return;
        }
        // SAFETY: the caller says that it is a block of ours.
        let (head, size) = unsafe { (head(block), (*head(block)).size) };
        self.blocks.in_use.set(self.blocks.in_use.get() - size);
        self.blocks.with(|inner| inner.give_back(head));
    }

    unsafe fn realloc(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        if block.is_null() {
            return self.take(size, false);
        }
        // SAFETY: the caller says that it is a block of ours.
        let (head, before) = unsafe { (head(block), (*head(block)).size) };
        let size = size.max(1).checked_next_multiple_of(UNIT);
        let Some(size) = size.filter(|size| *size <= before || !self.refuses(*size)) else { return ptr::null_mut() };
        self.counted(before, |inner| inner.resize(head, size))
    }

    unsafe fn usable_size(block: *mut u8) -> usize {
        // SAFETY: the caller says that it is a block of ours.
        if block.is_null() { 0 } else { unsafe { (*head(block)).size } }
    }
}
