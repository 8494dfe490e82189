//! One handler process: started, asked, killed.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::sync::broadcast;

use super::address::Home;
use super::function::{Function, Runtime};
use super::invocation::{Fault, Invocation, Outcome};
use super::log::{self, Log};
use super::notice::Notice;
use super::runtime_api::RuntimeApi;

/// How long a process may take to ask for its first event; AWS's limit for the init phase.
const INIT_LIMIT: Duration = Duration::from_secs(10);
const MEMORY_MB: &str = "128";
const PYTHON: &str = include_str!("bootstrap/python.py");
const NODE: &str = include_str!("bootstrap/node.mjs");
/// The only variables of ours that handlers see: where programs, home and temporary files are.
const INHERITED: [&str; 4] = ["PATH", "LANG", "HOME", "TMPDIR"];

/// A warm process. Dropping it kills its whole process group.
pub struct Process {
    pub version: String,
    timeout: Duration,
    child: Child,
    group: Group,
    api: RuntimeApi,
    log: Log,
}

/// How asking a process ended.
pub enum End {
    /// It answered and can be asked again.
    Warm(Outcome),
    /// It is gone.
    Gone(Outcome),
    /// It had died before it took the invocation, which another process may have.
    Untouched(Outcome),
}

/// A process group that dies with its owner.
struct Group(Option<Pid>);

impl Process {
    /// Starts a process and waits until it asks for its first event.
    pub async fn start(
        function: &Function,
        version: &str,
        home: &Home,
        notices: &broadcast::Sender<Notice>,
    ) -> Result<Process, Outcome> {
        let unstarted = |error: std::io::Error| Outcome::failed(Fault::NotStarted(error.to_string()));
        let (api, started) = RuntimeApi::open().await.map_err(unstarted)?;
        let mut command = command(function);
        environment(&mut command, function, version, home);
        command.env("AWS_LAMBDA_RUNTIME_API", api.address.to_string());
        let mut child = command
            .spawn()
            .map_err(|error| Outcome::failed(Fault::NotStarted(explain_spawn(&command, function, &error))))?;
        let mut log = Log::new();
        if let Some(stream) = child.stdout.take() {
            log.follow(stream, &function.name, notices);
        }
        if let Some(stream) = child.stderr.take() {
            log.follow(stream, &function.name, notices);
        }
        let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
        let (version, timeout) = (version.to_owned(), function.timeout);
        let mut process = Process { version, timeout, child, group, api, log };
        let fault = tokio::select! {
            biased;
            Ok(result) = started => match result {
                Ok(()) => return Ok(process),
                Err(fault) => {
                    // It is on its way out by itself, with words to say.
                    let exit = process.child.wait();
                    let _ = tokio::time::timeout(Duration::from_millis(200), exit).await;
                    fault
                }
            },
            Ok(status) = process.child.wait() => Fault::Exited(status),
            () = tokio::time::sleep(INIT_LIMIT) => Fault::TimedOut(INIT_LIMIT),
        };
        Err(process.buried(Err(fault), "").await)
    }

    /// Runs one invocation to its end, its time-out, or the end of the process.
    pub async fn invoke(&mut self, invocation: &Arc<Invocation>) -> End {
        let (id, begin) = (&invocation.id, Instant::now());
        self.log.restart(&format!("START RequestId: {id} Version: {}\n", self.version));
        let result = self.api.offer(invocation.clone(), self.timeout);
        let result = tokio::select! {
            biased;
            Ok(result) = result => {
                let log = if invocation.wants_log {
                    log::closed(self.log.tail().await, &report(id, begin))
                } else {
                    Vec::new()
                };
                return End::Warm(Outcome { result, log });
            }
            Ok(status) = self.child.wait() => Err(Fault::Exited(status)),
            () = tokio::time::sleep(self.timeout) => Err(Fault::TimedOut(self.timeout)),
        };
        let untouched = !self.api.taken() && matches!(result, Err(Fault::Exited(_)));
        let outcome = self.buried(result, &report(id, begin)).await;
        if untouched { End::Untouched(outcome) } else { End::Gone(outcome) }
    }

    /// Whether the process has ended between two invocations.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills the process group and waits for the process to be gone.
    pub async fn stop(mut self) {
        self.group.kill();
        let _ = self.child.wait().await;
    }

    async fn buried(&mut self, result: Result<bytes::Bytes, Fault>, last: &str) -> Outcome {
        self.group.kill();
        let _ = self.child.wait().await;
        self.log.drained().await;
        let log = log::closed(self.log.tail().await, last);
        Outcome { result, log }
    }
}

impl Group {
    fn kill(&mut self) {
        if let Some(group) = self.0.take() {
            // An error means that the group is empty.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program and its arguments; bootstraps get the handler file and the handler's name.
fn command(function: &Function) -> Command {
    let name = function.handler.as_deref().unwrap_or_default();
    let mut command = match &function.runtime {
        Runtime::Python(file) => {
            let mut command = Command::new("python3");
            command.arg("-c").arg(PYTHON).arg(file).arg(name);
            command
        }
        Runtime::Node(file) => {
            let mut command = Command::new("node");
            command.args(["--input-type=module", "-e", NODE]).arg(file).arg(name);
            command
        }
        Runtime::Executable(file) => Command::new(file),
        Runtime::Command(words) => {
            let (program, arguments) = words.split_first().map_or(("", &[][..]), |(p, a)| (p.as_str(), a));
            // A path is relative to the folder, a bare word is looked up in PATH.
            let relative = program.contains('/');
            let mut command =
                if relative { Command::new(function.folder.join(program)) } else { Command::new(program) };
            command.args(arguments);
            command
        }
    };
    command.current_dir(&function.folder).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A clean environment with what Lambda promises handlers, then the function's own variables.
fn environment(command: &mut Command, function: &Function, version: &str, home: &Home) {
    let name = &function.name;
    let module = function.file().and_then(Path::file_stem).map_or(name.into(), OsStr::to_string_lossy);
    let handler = function.handler.as_deref().unwrap_or("handler");
    command.env_clear();
    command.envs(INHERITED.iter().filter_map(|key| Some((key, std::env::var_os(key)?))));
    command
        // Unbuffered, so that lines reach the log when written; without .pyc files, whose
        // timestamps are too coarse for two edits within a second.
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("TZ", ":UTC")
        .env("AWS_REGION", &home.region)
        .env("AWS_DEFAULT_REGION", &home.region)
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", version)
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", MEMORY_MB)
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[{version}]{}", uuid::Uuid::new_v4().simple()))
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("LAMBDA_TASK_ROOT", &function.folder)
        .env("_HANDLER", format!("{module}.{handler}"))
        .envs(&function.environment);
}

fn explain_spawn(command: &Command, function: &Function, error: &std::io::Error) -> String {
    let program = command.as_std().get_program().to_string_lossy();
    let name = &function.name;
    if error.kind() == std::io::ErrorKind::NotFound {
        format!("function '{name}' needs {program}, which is not installed or not on the PATH")
    } else {
        format!("function '{name}': {program} cannot be started: {error}")
    }
}

fn report(id: &str, begin: Instant) -> String {
    let taken = begin.elapsed().as_secs_f64() * 1000.0;
    let billed = taken.ceil();
    format!(
        "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {taken:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {MEMORY_MB} MB\n"
    )
}
