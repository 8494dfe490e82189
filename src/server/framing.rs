//! The beginnings and ends of heads and bodies of HTTP/1 requests, read as strictly as any proxy reads them.
//!
//! hyper takes what RFC 9112 allows a server to take: a line feed alone as the end of a line, `Content-Length` in addition to
//! `Transfer-Encoding`, a coding twice. A proxy in front of the gateway may find other requests in the same bytes, so this looks
//! at the bytes as they come and finds what is ambiguous. It also finds what hyper would refuse with a bare answer: a request line
//! or the name of a field that cannot be read.

use memchr::memchr;

/// Bytes of a line that ends in a later read. hyper's own limits are lower.
const LONGEST_LINE: usize = 256 * 1024;

/// Follows the requests of a connection.
#[derive(Debug, Default)]
pub(super) struct Framing {
    state: State,
    /// The beginning of a line whose end has not come yet.
    line: Vec<u8>,
    head: Head,
    /// The beginning of the head in the bytes that are read now; `None` if it began in an earlier read.
    head_at: Option<usize>,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// Before a request line; empty lines are passed over.
    #[default]
    RequestLine,
    Fields,
    /// Bytes of a body that are still to come.
    Body(u64),
    ChunkSize,
    /// Bytes of a chunk that are still to come, with the end of its line.
    Chunk(u64),
    Trailers,
    /// HTTP/2, or what hyper refuses.
    Off,
}

/// The fields of a head that describe the body.
#[derive(Debug, Default)]
struct Head {
    length: Option<u64>,
    chunked: bool,
}

/// The ambiguity, as a sentence for the client.
pub(super) type Ambiguous = &'static str;

/// Bytes that are not answered as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) what: Ambiguous,
    /// hyper cannot read the head that begins here.
    pub(super) unreadable_at: Option<usize>,
}

/// Why a line cannot be used.
enum Wrong {
    Ambiguous(Ambiguous),
    Unreadable(Ambiguous),
}

impl From<Ambiguous> for Wrong {
    fn from(what: Ambiguous) -> Self {
        Wrong::Ambiguous(what)
    }
}

impl Framing {
    /// Looks at the next bytes of the connection.
    pub(super) fn read(&mut self, all: &[u8]) -> Result<(), Found> {
        let mut bytes = all;
        self.head_at = None;
        while !bytes.is_empty() {
            match &mut self.state {
                State::Off => return Ok(()),
                State::Body(left) | State::Chunk(left) => {
                    let taken = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                    *left -= taken as u64;
                    if *left == 0 {
                        self.state = match self.state {
                            State::Chunk(_) => State::ChunkSize,
                            _ => State::RequestLine,
                        };
                    }
                    bytes = &bytes[taken..];
                }
                _ => match memchr(b'\n', bytes) {
                    Some(end) => {
                        if matches!(self.state, State::RequestLine) && self.line.is_empty() {
                            self.head_at = Some(all.len() - bytes.len());
                        }
                        self.line_ends(&bytes[..end]).map_err(|wrong| self.found(wrong))?;
                        bytes = &bytes[end + 1..];
                    }
                    None if self.line.len() + bytes.len() > LONGEST_LINE => self.state = State::Off,
                    None => {
                        self.line.extend_from_slice(bytes);
                        return Ok(());
                    }
                },
            }
        }
        Ok(())
    }

    fn found(&mut self, wrong: Wrong) -> Found {
        self.state = State::Off;
        match wrong {
            Wrong::Ambiguous(what) => Found { what, unreadable_at: None },
            Wrong::Unreadable(what) => Found { what, unreadable_at: self.head_at },
        }
    }

    /// A line has come to its line feed, which is not in `last`.
    fn line_ends(&mut self, last: &[u8]) -> Result<(), Wrong> {
        if self.line.is_empty() {
            return self.line(last);
        }
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(last);
        let result = self.line(&line);
        line.clear();
        self.line = line;
        result
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Wrong> {
        let Some(line) = line.strip_suffix(b"\r") else {
            return Err(Wrong::Ambiguous("A line of the request ends with a line feed alone"));
        };
        self.state = match self.state {
            State::RequestLine if line.is_empty() => State::RequestLine,
            State::RequestLine if line.starts_with(b"PRI * ") => State::Off,
            State::RequestLine => {
                request_line(line)?;
                self.head = Head::default();
                State::Fields
            }
            State::Fields if line.is_empty() => self.head.body()?,
            State::Fields => {
                self.head.field(line)?;
                State::Fields
            }
            State::ChunkSize => chunk(line)?,
            State::Trailers if line.is_empty() => State::RequestLine,
            other => other,
        };
        Ok(())
    }
}

impl Head {
    /// Takes over a field that specifies something of the body.
    fn field(&mut self, line: &[u8]) -> Result<(), Wrong> {
        let name = memchr(b':', line).map(|colon| &line[..colon]);
        let Some(name) = name.filter(|name| is_token(name)) else {
            return Err(Wrong::Unreadable("A header field has no name that HTTP allows"));
        };
        // Few names begin with these letters, and most lines need no further look.
        if !matches!(line.first(), Some(b'c' | b'C' | b't' | b'T')) {
            return Ok(());
        }
        let value = line[name.len() + 1..].trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            let same = self.length.is_none() || self.length == length;
            self.length = length;
            return match length.is_some() && same {
                true => Ok(()),
                false => Err(Wrong::Unreadable("Content-Length is not one number")),
            };
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err("Transfer-Encoding is not `chunked` and nothing else".into());
            }
            self.chunked = true;
        }
        let names: [&[u8]; 2] = [b"content_length", b"transfer_encoding"];
        match names.iter().any(|other| name.eq_ignore_ascii_case(other)) {
            true => Err(Wrong::Ambiguous(
                "A header field is called Content_Length or Transfer_Encoding, which some servers read as the real one",
            )),
            false => Ok(()),
        }
    }

    /// The part after the head.
    fn body(&self) -> Result<State, Wrong> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err("The request has both Content-Length and Transfer-Encoding".into()),
            (true, None) => Ok(State::ChunkSize),
            (false, Some(length)) if length > 0 => Ok(State::Body(length)),
            (false, _) => Ok(State::RequestLine),
        }
    }
}

/// A method, a target and a version with one space between them.
fn request_line(line: &[u8]) -> Result<(), Wrong> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (method, target, version) = (parts.next(), parts.next(), parts.next());
    if !method.is_some_and(is_token) || parts.next().is_some() || !version.is_some_and(|one| one.starts_with(b"HTTP/"))
    {
        return Err(Wrong::Unreadable(
            "The request line is not a method, a target and a version with one space between them",
        ));
    }
    let cannot_be_there = |byte: &u8| byte.is_ascii_control() || matches!(byte, b'<' | b'>');
    match target.is_none_or(|target| target.is_empty() || target.iter().any(cannot_be_there)) {
        true => Err(Wrong::Unreadable("The target has a character that has to be percent-encoded")),
        false => Ok(()),
    }
}

/// Whether it is a method, or the name of a field.
fn is_token(name: &[u8]) -> bool {
    const OTHERS: &[u8] = b"!#$%&'*+-.^_`|~";
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || OTHERS.contains(byte))
}

/// The line before a chunk: its size, perhaps with extensions.
fn chunk(line: &[u8]) -> Result<State, Wrong> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (size, extension) = line.split_at(digits);
    if extension.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err("A chunk of the body has a control character in its extension".into());
    }
    let size = std::str::from_utf8(size).ok().and_then(|text| u64::from_str_radix(text, 16).ok());
    Ok(match size {
        Some(0) => State::Trailers,
        // With the end of its line.
        Some(size) => size.checked_add(2).map_or(State::Off, State::Chunk),
        None => State::Off,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same whether the bytes come at once or one by one.
    fn read(bytes: &str) -> Option<Ambiguous> {
        let whole = Framing::default().read(bytes.as_bytes()).err().map(|found| found.what);
        let mut framing = Framing::default();
        let single = bytes.as_bytes().chunks(1).find_map(|byte| framing.read(byte).err()).map(|found| found.what);
        assert_eq!(whole, single, "{bytes:?}");
        whole
    }

    const HEAD: &str = "POST /p HTTP/1.1\r\nHost: a\r\n";
    const SMUGGLED: &str = "GET /x HTTP/1.1\nHost: a\n\n";

    #[test]
    fn what_is_ambiguous_is_found() {
        for (rest, what) in [
            ("X: 1\n\r\n", "line feed"),
            ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", "both"),
            ("Transfer-Encoding: chunked\r\ncontent-length: 4\r\n\r\n", "both"),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "nothing else"),
            ("Transfer-Encoding: chunked, chunked\r\n\r\n", "nothing else"),
            ("Transfer-Encoding: gzip, chunked\r\n\r\n", "nothing else"),
            ("Transfer_Encoding: chunked\r\n\r\n", "Transfer_Encoding"),
            ("Transfer-Encoding: chunked\r\n\r\n5;a\0\r\n12345\r\n0\r\n\r\n", "control"),
            ("Transfer-Encoding: chunked\r\n\r\n5\n12345\r\n0\r\n\r\n", "line feed"),
            ("Transfer-Encoding: chunked\r\n\r\n0\r\nX: 1\n\r\n", "line feed"),
        ] {
            let found = read(&format!("{HEAD}{rest}"));
            assert!(found.is_some_and(|found| found.contains(what)), "{rest:?}: {found:?}");
        }
        assert!(read(SMUGGLED).is_some());
    }

    #[test]
    fn what_cannot_be_read_is_found_with_its_head() {
        let good = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
        for bad in [
            "GET /a b HTTP/1.1\r\n",
            "GET  /a HTTP/1.1\r\n",
            "GET /a\r\n",
            "G(T /a HTTP/1.1\r\n",
            "GET /<a> HTTP/1.1\r\n",
            "GET /a\u{1} HTTP/1.1\r\n",
            "GET /a HTTP/1.1\r\nX Y: 1\r\n",
            "GET /a HTTP/1.1\r\nX: 1\r\n folded\r\n",
            "GET /a HTTP/1.1\r\n: 1\r\n",
            "GET /a HTTP/1.1\r\nX : 1\r\n",
            "POST /a HTTP/1.1\r\nContent-Length: 1, 2\r\n",
            "POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        ] {
            let found = |bytes: &str| Framing::default().read(bytes.as_bytes()).unwrap_err().unreadable_at;
            assert_eq!((found(bad), found(&format!("{good}{bad}"))), (Some(0), Some(good.len())), "{bad:?}");
            // A head of two reads has gone to hyper in part.
            let mut framing = Framing::default();
            let (first, second) = bad.as_bytes().split_at(bad.len() - 2);
            let later = framing.read(first).and_then(|()| framing.read(second)).unwrap_err();
            assert!(later.unreadable_at.is_none_or(|at| at < first.len()), "{bad:?}");
        }
    }

    #[test]
    fn bodies_are_not_read_as_requests() {
        for rest in [
            format!("Content-Length: {}\r\n\r\n{SMUGGLED}", SMUGGLED.len()),
            format!("Transfer-Encoding: Chunked\r\n\r\n{:x};a=b\r\n{SMUGGLED}\r\n0\r\nX: 1\r\n\r\n", SMUGGLED.len()),
            "Content-Length: 0\r\n\r\n".to_owned(),
            "Cookie: transfer-encoding\r\nTe: trailers\r\n\r\n".to_owned(),
        ] {
            let request = format!("{HEAD}{rest}");
            assert_eq!(read(&format!("{request}\r\n{request}{request}")), None, "{rest:?}");
            assert!(read(&format!("{request}{SMUGGLED}")).is_some(), "{rest:?}");
        }
        assert_eq!(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\n\n"), None);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(prop_oneof![
            Just("\r\n"), Just("\n"), Just("Content-Length: "), Just("Transfer-Encoding: chunked"), Just("ffffffffffffffff"), Just("5"),
            Just("POST / HTTP/1.1"), Just("\0"), Just(":"),
        ], 0..40)) {
            read(&bytes.concat());
        }
    }
}
