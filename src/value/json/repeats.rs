//! Names that come again in their object: of a repeated name the last value counts, at the place of the first, as in
//! JavaScript's `JSON.parse`. The tape is marked so that its readers see each name once.

use super::tape::{self, Tag, Word};

/// Members of an object whose names are looked for one by one. Those of larger ones are sorted.
const FEW: usize = 16;

/// The names of an object on a tape that is being written.
pub(super) struct Names<'t> {
    pub tape: &'t mut Vec<Word>,
    pub text: &'t str,
    pub decoded: &'t str,
}

/// One bit for a name, the same for equal names. `name` is a place in `text`.
#[inline(always)]
pub(super) fn bit(text: &[u8], name: Word) -> u64 {
    let byte = |at: usize| u32::from(text.get(at).copied().unwrap_or_default());
    // Of an empty name these are its quotes.
    let (first, last) = (byte(name.at()), byte((name.at() + name.size()).wrapping_sub(1)));
    let mixed = (first | last << 8 | (name.size() as u32) << 16).wrapping_mul(0x9e37_79b1);
    1 << (mixed >> 26)
}

impl Names<'_> {
    /// Ends an object, whose names have these [bits](bit) or fewer; says whether a name came again.
    #[inline]
    pub fn end(self, node: usize, all: usize, bits: u64, sorted: &mut Vec<u32>) -> bool {
        // With as many bits as names, each name is there once.
        if all <= FEW && all == bits.count_ones() as usize {
            self.tape[node] = Word::new(Tag::Object, all, self.tape.len() - node);
            return false;
        }
        self.end_with_care(node, all, sorted)
    }

    #[inline(never)]
    fn end_with_care(mut self, node: usize, all: usize, sorted: &mut Vec<u32>) -> bool {
        let (tag, count) = match all {
            many if many > FEW => {
                let start = sorted.len();
                self.sort(node, many, sorted);
                self.tape.push(Word::new(Tag::Null, 0, start));
                (Tag::Large, sorted.len() - start)
            }
            few if self.repeat(node, few) => (Tag::Object, self.mark(node, few)),
            few => (Tag::Object, few),
        };
        self.tape[node] = Word::new(tag, count, self.tape.len() - node);
        count < all
    }

    #[inline]
    fn bytes(&self, word: Word) -> &[u8] {
        let text = if word.tag() == Tag::Decoded { self.decoded } else { self.text };
        &text.as_bytes()[word.at()..word.at() + word.size()]
    }

    /// Whether a name of a small object comes again.
    fn repeat(&self, node: usize, count: usize) -> bool {
        let mut names: [&[u8]; FEW] = [&[]; FEW];
        for (at, key) in self.keys(node, count).enumerate() {
            let name = self.bytes(self.tape[key]);
            if names[..at].contains(&name) {
                return true;
            }
            names[at] = name;
        }
        false
    }

    /// The positions of the names.
    fn keys(&self, node: usize, count: usize) -> impl Iterator<Item = usize> {
        let mut next = node + 1;
        (0..count).map(move |_| {
            let key = next;
            next += 1 + self.tape[key + 1].span();
            key
        })
    }

    /// Marks what comes again among the members of a small object; says how many count.
    fn mark(&mut self, node: usize, count: usize) -> usize {
        let mut keys: Vec<usize> = self.keys(node, count).collect();
        let mut counted = 0;
        while !keys.is_empty() {
            let first = self.tape[keys[0]];
            let (same, others): (Vec<usize>, Vec<usize>) =
                keys.into_iter().partition(|key| self.bytes(self.tape[*key]) == self.bytes(first));
            self.replace(&same);
            counted += 1;
            keys = others;
        }
        counted
    }

    /// Adds how far the names of a large object are from it, in their order, and marks what comes again.
    fn sort(&mut self, node: usize, count: usize, sorted: &mut Vec<u32>) {
        let start = sorted.len();
        sorted.extend(self.keys(node, count).map(|key| (key - node) as u32));
        let name = |names: &Self, far: u32| names.tape[node + far as usize];
        sorted[start..].sort_unstable_by(|one, another| {
            let names = [one, another].map(|far| self.bytes(name(self, *far)));
            tape::order(names[0], names[1]).then(one.cmp(another))
        });
        let (mut at, mut counted) = (start, start);
        while at < sorted.len() {
            let first = self.bytes(name(self, sorted[at]));
            let same = sorted[at..].iter().take_while(|far| self.bytes(name(self, **far)) == first).count();
            if same > 1 {
                let keys: Vec<usize> = sorted[at..at + same].iter().map(|far| node + *far as usize).collect();
                self.replace(&keys);
            }
            sorted[counted] = sorted[at];
            (at, counted) = (at + same, counted + 1);
        }
        sorted.truncate(counted);
    }

    /// Of members of one name, puts the last value in the place of the first.
    fn replace(&mut self, keys: &[usize]) {
        let [first, others @ ..] = keys else { return };
        let Some(last) = others.last() else { return };
        let span = self.tape[first + 1].span();
        self.tape[first + 1] = Word::new(Tag::Instead, span, last - first);
        for key in others {
            self.tape[*key] = Word::new(Tag::Again, 0, 0);
        }
    }
}
