//! A place in a text that is read from its start to its end.

/// A parser with a place in its text.
pub(super) trait Cursor<'t> {
    /// The text from the place on.
    fn rest(&self) -> &'t str;

    /// Goes on by so many bytes.
    fn advance(&mut self, bytes: usize);

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Goes on after a token, if it is next.
    fn eat(&mut self, token: &str) -> bool {
        let is_there = self.rest().starts_with(token);
        if is_there {
            self.advance(token.len());
        }
        is_there
    }

    /// The longest text of characters that fit.
    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|one| !fits(one)).unwrap_or(rest.len());
        self.advance(end);
        &rest[..end]
    }
}
