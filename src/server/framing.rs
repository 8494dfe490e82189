//! Where the heads and bodies of HTTP/1 requests begin and end, read as strictly as any proxy reads them.
//!
//! hyper takes what RFC 9112 allows a server to take: a line feed alone as the end of a line, `Content-Length` in addition to
//! `Transfer-Encoding`, a coding twice. A proxy in front of the gateway may find other requests in the same bytes, so this looks
//! at the bytes as they come and finds what is ambiguous. What hyper refuses by itself is left to it.

/// Bytes of a line that ends in a later read. hyper's own limits are lower.
const LONGEST_LINE: usize = 256 * 1024;

/// Follows the requests of a connection.
#[derive(Debug, Default)]
pub(super) struct Framing {
    state: State,
    /// The beginning of a line whose end has not come yet.
    line: Vec<u8>,
    head: Head,
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

/// What the fields of a head say of the body.
#[derive(Debug, Default)]
struct Head {
    length: Option<u64>,
    chunked: bool,
}

/// What is ambiguous, as a sentence for the client.
pub(super) type Ambiguous = &'static str;

impl Framing {
    /// Looks at the next bytes of the connection.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<(), Ambiguous> {
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
                _ => match memchr::memchr(b'\n', bytes) {
                    Some(end) => {
                        self.line_ends(&bytes[..end])?;
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

    /// A line has come to its line feed, which is not in `last`.
    fn line_ends(&mut self, last: &[u8]) -> Result<(), Ambiguous> {
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

    fn line(&mut self, line: &[u8]) -> Result<(), Ambiguous> {
        let Some(line) = line.strip_suffix(b"\r") else {
            return Err("A line of the request ends with a line feed alone");
        };
        self.state = match self.state {
            State::RequestLine if line.is_empty() => State::RequestLine,
            State::RequestLine if line.starts_with(b"PRI * ") => State::Off,
            State::RequestLine => {
                self.head = Head::default();
                State::Fields
            }
            State::Fields if line.is_empty() => self.head.body()?,
            State::Fields => match self.head.field(line)? {
                true => State::Fields,
                false => State::Off,
            },
            State::ChunkSize => chunk(line)?,
            State::Trailers if line.is_empty() => State::RequestLine,
            other => other,
        };
        Ok(())
    }
}

impl Head {
    /// Takes over a field that says something of the body. False where hyper refuses it.
    fn field(&mut self, line: &[u8]) -> Result<bool, Ambiguous> {
        // Few names begin with these letters, and most lines need no further look.
        if !matches!(line.first(), Some(b'c' | b'C' | b't' | b'T')) {
            return Ok(true);
        }
        let Some(colon) = memchr::memchr(b':', line) else { return Ok(false) };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            let same = self.length.is_none() || self.length == length;
            self.length = length;
            return Ok(length.is_some() && same);
        }
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err("Transfer-Encoding is not `chunked` and nothing else");
            }
            self.chunked = true;
        }
        let names: [&[u8]; 2] = [b"content_length", b"transfer_encoding"];
        match names.iter().any(|other| name.eq_ignore_ascii_case(other)) {
            true => Err(
                "A header field is called Content_Length or Transfer_Encoding, which some servers read as the real one",
            ),
            false => Ok(true),
        }
    }

    /// What comes after the head.
    fn body(&self) -> Result<State, Ambiguous> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err("The request has both Content-Length and Transfer-Encoding"),
            (true, None) => Ok(State::ChunkSize),
            (false, Some(length)) if length > 0 => Ok(State::Body(length)),
            (false, _) => Ok(State::RequestLine),
        }
    }
}

/// The line before a chunk: its size, perhaps with extensions.
fn chunk(line: &[u8]) -> Result<State, Ambiguous> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (size, extension) = line.split_at(digits);
    if extension.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err("A chunk of the body has a control character in its extension");
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
        let whole = Framing::default().read(bytes.as_bytes()).err();
        let mut framing = Framing::default();
        let single = bytes.as_bytes().chunks(1).find_map(|byte| framing.read(byte).err());
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
