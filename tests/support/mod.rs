//! Runs the `gantry` binary as a person would.

// Every test file is a crate of its own and uses a part of this.
#![allow(dead_code)]

#[path = "../../src/test_support/skip.rs"]
mod skip;

pub use skip::skipped;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anything may take here. Long, because machines are busy; nothing measures speed with it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running `gantry`, ended with SIGTERM when it goes.
pub struct Gantry {
    child: Child,
    pub traffic: SocketAddr,
    pub admin: SocketAddr,
    stderr: Arc<Mutex<String>>,
    stdout: Arc<Mutex<String>>,
    /// The threads that read both.
    readers: Vec<JoinHandle<()>>,
}

/// An HTTP response.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

/// Runs a command to its end.
pub fn gantry(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("gantry runs")
}

pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
    // Nothing of the developer's own set-up may decide a test.
    for (name, _) in std::env::vars() {
        if name.starts_with("GANTRY_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
}

impl Gantry {
    /// Starts `gantry VERB …` on free ports and waits until it is ready. A port that another test took in the meantime is given up for
    /// another one.
    pub fn start(arguments: &[&str]) -> Self {
        for _ in 0..3 {
            match Self::started(arguments) {
                Err(output) if output.contains("is in use by another process") => {}
                Err(output) => panic!("`gantry {}` is not ready\n{output}", arguments.join(" ")),
                Ok(gantry) => return gantry,
            }
        }
        panic!("`gantry {}` found no free port", arguments.join(" "));
    }

    /// The process when it is ready, or what it printed before its end.
    fn started(arguments: &[&str]) -> Result<Self, String> {
        let mut gantry = Self::spawn(arguments);
        let end = Instant::now() + PATIENCE;
        while gantry.try_get_from(gantry.admin, "/readyz").is_none_or(|answer| answer.status != 200) {
            if let Some(status) = gantry.child.try_wait().expect("a child") {
                // The threads that read its output need a moment to come to the end.
                gantry.read_to_end();
                return Err(format!("it ended with {status}\n{}", gantry.output()));
            }
            if Instant::now() > end {
                return Err(gantry.output());
            }
            pause(Duration::from_millis(20));
        }
        Ok(gantry)
    }

    /// Starts it without waiting.
    pub fn spawn(arguments: &[&str]) -> Self {
        Self::spawn_with(arguments, |_| Vec::new())
    }

    /// Starts it without waiting and reads nothing of what it prints.
    pub fn spawn_unread(arguments: &[&str]) -> Self {
        let (child, traffic, admin) = Self::child(arguments, |_| Vec::new());
        Gantry { child, traffic, admin, stderr: Arc::default(), stdout: Arc::default(), readers: Vec::new() }
    }

    /// Starts it with variables that may name its own address.
    pub fn spawn_with(arguments: &[&str], variables: impl Fn(SocketAddr) -> Vec<(String, String)>) -> Self {
        let (mut child, traffic, admin) = Self::child(arguments, variables);
        let (stderr, errors) = collect(child.stderr.take().expect("a pipe"));
        let (stdout, lines) = collect(child.stdout.take().expect("a pipe"));
        Gantry { child, traffic, admin, stderr, stdout, readers: vec![errors, lines] }
    }

    /// The process with pipes, where it serves, and where it is asked for its health.
    fn child(
        arguments: &[&str],
        variables: impl Fn(SocketAddr) -> Vec<(String, String)>,
    ) -> (Child, SocketAddr, SocketAddr) {
        let (traffic, admin) = (free_address(), free_address());
        let child = command()
            .args(arguments)
            .envs(variables(traffic))
            .args(["--listen", &traffic.to_string(), "--admin-listen", &admin.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gantry starts");
        (child, traffic, admin)
    }

    /// Everything printed on stderr so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Everything printed on stdout so far.
    pub fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    /// What it printed, for the message of a failure.
    fn output(&self) -> String {
        format!("stderr:\n{}\nstdout:\n{}", self.stderr(), self.stdout())
    }

    /// Waits until everything that a process printed which has ended is read.
    fn read_to_end(&mut self) {
        for reader in self.readers.drain(..) {
            reader.join().expect("the output is read");
        }
    }

    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[], "")
    }

    pub fn send(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        request(self.traffic, verb, path, headers, body)
            .unwrap_or_else(|error| panic!("no answer to {verb} {path}: {error}\n{}", self.output()))
    }

    pub fn try_get_from(&self, address: SocketAddr, path: &str) -> Option<Response> {
        request(address, "GET", path, &[], "").ok()
    }

    /// Waits for a condition; the message of a failure has all that was printed.
    pub fn wait_until(&self, what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !condition() {
            assert!(Instant::now() < end, "waited for: {what}\n{}", self.output());
            pause(Duration::from_millis(20));
        }
    }

    /// Waits until it says that it is ready.
    pub fn wait_until_ready(&self) {
        self.wait_until("it is ready", || {
            self.try_get_from(self.admin, "/readyz").is_some_and(|answer| answer.status == 200)
        });
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("the process is there");
    }

    /// Waits for the end and gives the exit code.
    pub fn exit_code(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            pause(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Gantry {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal(rustix::process::Signal::TERM);
            if self.exit_code().is_none() {
                let _ = self.child.kill();
            }
        }
    }
}

/// A pause between two looks at something that another process changes.
#[allow(clippy::disallowed_methods)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A port that was free a moment ago.
fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

fn collect(pipe: impl Read + Send + 'static) -> (Arc<Mutex<String>>, JoinHandle<()>) {
    let text = Arc::new(Mutex::new(String::new()));
    let sink = text.clone();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut sink = sink.lock().unwrap();
            sink.push_str(&line);
            sink.push('\n');
        }
    });
    (text, reader)
}

/// One request on a connection of its own.
pub fn request(
    address: SocketAddr,
    verb: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{verb} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other("no head"))?;
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body =
        if headers.to_lowercase().contains("transfer-encoding: chunked") { dechunk(body) } else { body.to_owned() };
    Ok(Response {
        status: status.ok_or_else(|| std::io::Error::other("no status"))?,
        headers: headers.to_owned(),
        body,
    })
}

fn dechunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length.trim(), 16).unwrap_or(0);
        if length == 0 || rest.len() < length {
            break;
        }
        whole.push_str(&rest[..length]);
        body = rest[length..].trim_start_matches("\r\n");
    }
    whole
}

/// Whether Python 3 is there; a test that needs it says loudly that it did not run.
pub fn python_is_here(test: &str) -> bool {
    let here = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !here {
        skipped(&format!("{test}: python3 is not on this machine"));
    }
    here
}

/// The repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of a folder of the repository that a test may change.
pub fn copy_of(folder: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for entry in std::fs::read_dir(repository().join(folder)).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            std::fs::copy(&path, copy.path().join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    copy
}

/// Replaces a text in a file, as an editor would: the new file is written next to the old one and renamed over it.
pub fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("the file");
    assert!(text.contains(from), "{} does not hold {from:?}", file.display());
    let new = file.with_extension("new");
    std::fs::write(&new, text.replace(from, to)).expect("a new file");
    std::fs::rename(&new, file).expect("the new file in place");
}

/// Writes a file into a folder; gives its path.
pub fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path.to_str().expect("a path in UTF-8").to_owned()
}
