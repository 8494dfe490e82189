//! The PROXY protocol, versions 1 and 2: a proxy says at the beginning of a connection which connection it passes on.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt};

/// The bytes that version 2 begins with.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest line of version 1.
const LONGEST_LINE: usize = 107;
/// The longest rest of a header of version 2. Proxies add facts of their own to the addresses.
const LONGEST_REST: usize = 4096;

/// The two ends of the connection that a proxy passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PassedOn {
    pub(super) client: SocketAddr,
    pub(super) local: SocketAddr,
}

/// Reads the header and not one byte more. `None` where the proxy speaks for itself, such as to check the gateway's health.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<PassedOn>> {
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE {
        return version_2(stream).await;
    }
    let mut line = start.to_vec();
    // Byte by byte: what follows the line belongs to another protocol.
    while !line.ends_with(b"\r\n") {
        if line.len() == LONGEST_LINE || !line.starts_with(b"PROXY ") {
            return Err(wrong("it does not begin with a header of the PROXY protocol"));
        }
        line.push(stream.read_u8().await?);
    }
    version_1(&line)
}

fn version_1(line: &[u8]) -> io::Result<Option<PassedOn>> {
    let text = std::str::from_utf8(line).map_err(|_| wrong("its line of the PROXY protocol is no text"))?;
    let mut words = text.trim_end_matches("\r\n").split(' ').skip(1);
    let family = words.next();
    if family == Some("UNKNOWN") {
        return Ok(None);
    }
    let fields: Vec<&str> = words.collect();
    let parsed = match (family, &fields[..]) {
        (Some("TCP4"), [from, to, from_port, to_port]) => {
            address::<Ipv4Addr>(from, from_port).zip(address::<Ipv4Addr>(to, to_port))
        }
        (Some("TCP6"), [from, to, from_port, to_port]) => {
            address::<Ipv6Addr>(from, from_port).zip(address::<Ipv6Addr>(to, to_port))
        }
        _ => None,
    };
    let (client, local) = parsed.ok_or_else(|| wrong("its line of the PROXY protocol has other fields"))?;
    Ok(Some(PassedOn { client, local }))
}

fn address<A: std::str::FromStr + Into<IpAddr>>(address: &str, port: &str) -> Option<SocketAddr> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|_| digits)?;
    Some(SocketAddr::new(address.parse::<A>().ok()?.into().to_canonical(), port))
}

async fn version_2(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<PassedOn>> {
    let [command, family, high, low] = {
        let mut fixed = [0; 4];
        stream.read_exact(&mut fixed).await?;
        fixed
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST_REST {
        return Err(wrong("its header of the PROXY protocol is too long"));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    match (command, family) {
        // LOCAL: the proxy itself.
        (0x20, _) => Ok(None),
        (0x21, 0x11) => addresses::<4>(&rest),
        (0x21, 0x21) => addresses::<16>(&rest),
        // Sockets of Unix, and families that are not known, have no address.
        (0x21, _) => Ok(None),
        _ => Err(wrong("its header of the PROXY protocol has another version or command")),
    }
}

/// Two addresses and two ports; what follows is of no interest.
fn addresses<const N: usize>(rest: &[u8]) -> io::Result<Option<PassedOn>>
where
    IpAddr: From<[u8; N]>,
{
    let short = || wrong("its header of the PROXY protocol is too short");
    let (from, rest) = rest.split_first_chunk::<N>().ok_or_else(short)?;
    let (to, rest) = rest.split_first_chunk::<N>().ok_or_else(short)?;
    let (from_port, rest) = rest.split_first_chunk().ok_or_else(short)?;
    let (to_port, _) = rest.split_first_chunk().ok_or_else(short)?;
    let address = |bytes: &[u8; N], port: &[u8; 2]| {
        SocketAddr::new(IpAddr::from(*bytes).to_canonical(), u16::from_be_bytes(*port))
    };
    Ok(Some(PassedOn { client: address(from, from_port), local: address(to, to_port) }))
}

fn wrong(message: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client's address, and what is left of the bytes.
    async fn client(bytes: &[u8]) -> Result<(String, Vec<u8>), ErrorKind> {
        let mut stream = bytes;
        let read = read(&mut stream).await.map_err(|error| error.kind())?;
        Ok((
            read.map_or_else(|| "itself".to_owned(), |both| format!("{} {}", both.client, both.local)),
            stream.to_vec(),
        ))
    }

    fn second(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = (rest.len() as u16).to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, rest, b"GET"].concat()
    }

    #[tokio::test]
    async fn version_1_is_a_line() {
        for (line, expected) in [
            ("PROXY TCP4 192.0.2.1 192.0.2.2 4000 443\r\nGET", "192.0.2.1:4000 192.0.2.2:443"),
            ("PROXY TCP6 2001:db8::1 ::ffff:192.0.2.2 4000 443\r\nGET", "[2001:db8::1]:4000 192.0.2.2:443"),
            ("PROXY UNKNOWN\r\nGET", "itself"),
            ("PROXY UNKNOWN a b c d\r\nGET", "itself"),
        ] {
            assert_eq!(client(line.as_bytes()).await, Ok((expected.to_owned(), b"GET".to_vec())), "{line}");
        }
        let long = format!("PROXY TCP4 {}\r\n", "1".repeat(200));
        for line in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 4000\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 4000 443 1\r\n",
            "PROXY TCP4  192.0.2.1 192.0.2.2 4000 443\r\n",
            "PROXY TCP4 2001:db8::1 192.0.2.2 4000 443\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 +400 443\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 99999 443\r\n",
            "PROXY UDP4 192.0.2.1 192.0.2.2 4000 443\r\n",
            &long,
        ] {
            assert_eq!(client(line.as_bytes()).await, Err(ErrorKind::InvalidData), "{line}");
        }
        assert_eq!(client(b"PROXY TCP4 192").await, Err(ErrorKind::UnexpectedEof));
    }

    #[tokio::test]
    async fn version_2_is_binary() {
        let four = [&[192, 0, 2, 1, 192, 0, 2, 2, 0x0f, 0xa0, 1, 0xbb][..], b"\x04\0\x03abc"].concat();
        let six = [&[0; 15][..], &[1], &[0; 15], &[1, 0x0f, 0xa0, 1, 0xbb]].concat();
        for (bytes, expected) in [
            (second(0x21, 0x11, &four), "192.0.2.1:4000 192.0.2.2:443"),
            (second(0x21, 0x21, &six), "[::1]:4000 [::1]:443"),
            (second(0x20, 0x00, b""), "itself"),
            (second(0x21, 0x31, &[0; 216]), "itself"),
        ] {
            assert_eq!(client(&bytes).await, Ok((expected.to_owned(), b"GET".to_vec())));
        }
        for bytes in [
            second(0x11, 0x11, &four),
            second(0x22, 0x11, &four),
            second(0x21, 0x11, &four[..11]),
            second(0x21, 0x21, &six[..35]),
            second(0x21, 0x11, &[0; 5000]),
        ] {
            assert_eq!(client(&bytes).await, Err(ErrorKind::InvalidData));
        }
        assert_eq!(client(&second(0x21, 0x11, &four)[..20]).await, Err(ErrorKind::UnexpectedEof));
    }
}
