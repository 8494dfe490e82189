//! An HTTP/1.1 server of a few lines for tests: real sockets, answers chosen by a function, every request recorded.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it stood on the wire.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorded {
    pub method: String,
    pub target: String,
    /// `HTTP/1.1`
    pub version: String,
    /// In order, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The client's port, by which connections are told apart.
    pub port: u16,
}

/// The server's response to a request.
pub(crate) enum Answer {
    /// Status line, headers and body; `Content-Length` is added.
    Reply(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Bytes as they are, then the connection closes.
    Raw(Vec<u8>),
    /// Bytes as they are, then nothing more.
    Stall(Vec<u8>),
    /// The request is read, the connection closes.
    Close,
    /// The request is read, nothing ever comes.
    Hang,
}

/// The server; it ends with the test's process.
pub(crate) struct TestServer {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Recorded>>>,
}

impl Recorded {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl TestServer {
    /// Serves on a free port of the loopback interface.
    pub(crate) fn start(answer: impl Fn(&Recorded) -> Answer + Send + Sync + 'static) -> Self {
        TestServer::start_on(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    pub(crate) fn start_on(
        listener: TcpListener,
        answer: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen) = (Arc::new(answer), requests.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen) = (answer.clone(), seen.clone());
                std::thread::spawn(move || serve(stream, &*answer, &seen));
            }
        });
        TestServer { address, requests }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }
}

/// A port nothing listens on.
pub(crate) fn closed_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn serve(stream: TcpStream, answer: &dyn Fn(&Recorded) -> Answer, seen: &Mutex<Vec<Recorded>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let port = stream.peer_addr().map_or(0, |peer| peer.port());
    while let Some(request) = read_request(&mut reader) {
        let answer = answer(&request);
        seen.lock().unwrap().push(Recorded { port, ..request });
        if !write_answer(&stream, answer) {
            return;
        }
    }
}

/// Whether the connection goes on.
pub(crate) fn write_answer(mut out: impl Write, answer: Answer) -> bool {
    match answer {
        Answer::Reply(status, headers, body) => {
            let mut bytes = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len()).into_bytes();
            for (name, value) in headers {
                bytes.extend(format!("{name}: {value}\r\n").into_bytes());
            }
            bytes.extend(b"\r\n");
            bytes.extend(body);
            out.write_all(&bytes).is_ok()
        }
        Answer::Raw(bytes) => {
            let _ = out.write_all(&bytes);
            false
        }
        Answer::Close => false,
        Answer::Stall(bytes) => {
            let _ = out.write_all(&bytes);
            write_answer(out, Answer::Hang)
        }
        Answer::Hang => {
            pause(Duration::from_secs(60));
            false
        }
    }
}

/// The next request of a connection; `None` when the peer has closed it.
pub(crate) fn read_request(reader: &mut impl BufRead) -> Option<Recorded> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let mut request =
        Recorded { method: words.next()?.to_owned(), target: words.next()?.to_owned(), ..Recorded::default() };
    request.version = words.next()?.to_owned();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if request.header("transfer-encoding") == Some("chunked") {
        request.body = read_chunks(reader)?;
    } else if let Some(length) = request.header("content-length") {
        request.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut request.body).ok()?;
    }
    Some(request)
}

fn read_chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk).ok()?;
        body.extend(&chunk[..length]);
        if length == 0 {
            return Some(body);
        }
    }
}

/// A server's thread may stand still; the reactor is not on it.
#[allow(clippy::disallowed_methods, reason = "a thread of its own")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
