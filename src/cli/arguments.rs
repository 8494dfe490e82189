//! The arguments of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::gateway::Inputs;

/// An API gateway that runs DataPower-style assemblies and invokes AWS Lambda.
#[derive(Debug, Parser)]
#[command(name = "gantry", version, max_term_width = 80, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "Examples:
  gantry dev assemblies/hello-lambda     try an API and its functions here
  gantry check apis/                     find every mistake, at its line
  gantry serve apis/ --listen 0.0.0.0:8080 --settings gantry.yaml";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Find every mistake in documents; with `--settings`, exactly as `serve` would
    #[command(visible_alias = "validate")]
    Check(CheckArguments),
    /// Find what documents allow and should not
    Audit(AuditArguments),
    /// Say what of an API Connect document runs here, and write its new form
    Import(ImportArguments),
    /// Serve the APIs of documents
    #[command(visible_alias = "run")]
    Serve(ServeArguments),
    /// Serve documents and their functions here, reloading on every change
    Dev(DevArguments),
    /// Run a function of a folder once, with an event from a file
    Invoke(InvokeArguments),
    /// Show what happened to a request of `dev`: steps, variables, calls, faults
    Trace(TraceArguments),
    /// Run the tests next to documents, without a network
    Test(TestArguments),
    /// Make a folder with a document and a function to start from
    New(NewArguments),
    /// Draw assemblies: as text, as Mermaid or as SVG
    Graph(GraphArguments),
    /// Print what documents compile to
    Export(ExportArguments),
    /// Print the event that a function gets for a request
    Event(EventArguments),
    /// Evaluate an expression or a mapping template over a message
    Eval(EvalArguments),
    /// Say what has changed between two states of documents
    Diff(DiffArguments),
    /// Print the page of an error code or of a policy
    Explain(ExplainArguments),
    /// Write, check or print the files that are generated from the code
    Schema(SchemaArguments),
    /// Print what a shell needs to complete commands
    Completion(CompletionArguments),
    /// Print the manual page
    Man,
    /// Print the version
    Version,
}

/// Documents and settings.
#[derive(Debug, Clone, Args)]
pub struct InputArguments {
    /// OpenAPI documents, or folders that hold them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The settings file
    #[arg(long, value_name = "FILE", env = "GANTRY_SETTINGS")]
    pub settings: Option<PathBuf>,
    #[command(flatten)]
    pub files: FilesArguments,
}

/// The files that documents may read.
#[derive(Debug, Clone, Default, Args)]
pub struct FilesArguments {
    /// A folder whose files documents may name, besides their own folders; may be repeated
    #[arg(long, value_name = "DIR", env = "GANTRY_FILES_FROM", value_delimiter = ':')]
    pub files_from: Vec<PathBuf>,
}

impl InputArguments {
    pub fn inputs(&self) -> Inputs {
        let files_from = self.files.files_from.clone();
        Inputs { paths: self.paths.clone(), files_from, settings: self.settings.clone(), local: None, mock: false }
    }
}

const CHECKED: &str = "A PATH of `-` is stdin.

Exit status: 0 clean or warnings only, 1 errors, 2 wrong usage, 3 unreadable.

Examples:
  gantry check apis/ --deny-warnings
  gantry check apis/ --fix
  gantry check apis/ --format sarif > gantry.sarif";

#[derive(Debug, Args)]
#[command(after_help = CHECKED)]
pub struct CheckArguments {
    #[command(flatten)]
    pub input: InputArguments,
    /// How findings are printed: `human` on a terminal, `short` elsewhere
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Exit with 1 for warnings too
    #[arg(long)]
    pub deny_warnings: bool,
    /// Read the folders below the folders too, but for hidden ones
    #[arg(long, short)]
    pub recursive: bool,
    /// Write the answer into the files for mistakes that have exactly one, such as
    /// a mistyped name
    #[arg(long)]
    pub fix: bool,
}

const COMPARED: &str = "Exit status: 0 nothing that is served has changed, 5 changes, 6 changes that
need care (a route is gone, who may call or must be sent has changed), 1 errors
in documents, 2 wrong usage.

Examples:
  git worktree add /tmp/before main
  gantry diff /tmp/before/apis apis/
  gantry diff before.yaml after.yaml --format markdown > changes.md";

#[derive(Debug, Args)]
#[command(after_help = COMPARED)]
pub struct DiffArguments {
    /// An OpenAPI document as it was, or a folder of them
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The same as it is now
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// The settings file, for both
    #[arg(long, value_name = "FILE", env = "GANTRY_SETTINGS")]
    pub settings: Option<PathBuf>,
    #[command(flatten)]
    pub files: FilesArguments,
    /// How the changes are printed
    #[arg(long, value_enum, default_value = "text")]
    pub format: Comparison,
}

/// How `diff` prints changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Comparison {
    /// For people
    Text,
    /// For a pull request
    Markdown,
    /// For tools
    Json,
}

const AUDITED: &str = "Accepted findings stand in `gantry-audit.yaml`, each with its reason.

Exit status: 0 nothing that bad, 1 findings, 2 wrong usage, 3 unreadable.

Examples:
  gantry audit apis/
  gantry audit apis/ --fail-on error --format sarif > audit.sarif";

#[derive(Debug, Args)]
#[command(after_help = AUDITED)]
pub struct AuditArguments {
    #[command(flatten)]
    pub input: InputArguments,
    /// How findings are printed: `human` on a terminal, `short` elsewhere
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Findings that somebody has accepted [default: gantry-audit.yaml]
    #[arg(long, value_name = "FILE")]
    pub accepted: Option<PathBuf>,
    /// Exit with 1 for findings that are this bad or worse
    #[arg(long, value_enum, default_value = "warning", value_name = "SEVERITY")]
    pub fail_on: Threshold,
}

const IMPORTED: &str = "API Connect documents run as they are; the new form is for those who go on here.

Exit status: 0 all of it runs, 1 something does not, 2 wrong usage,
3 unreadable.

Examples:
  gantry import orders_1.0.0.yaml
  gantry import orders_1.0.0.yaml --write apis/orders.yaml --extract-scripts";

#[derive(Debug, Args)]
#[command(after_help = IMPORTED)]
pub struct ImportArguments {
    /// The document
    pub file: PathBuf,
    /// The settings file
    #[arg(long, value_name = "FILE", env = "GANTRY_SETTINGS")]
    pub settings: Option<PathBuf>,
    #[command(flatten)]
    pub files: FilesArguments,
    /// Write the document with an `x-assembly`, comments and all, to this file
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
    /// Write longer scripts into files next to it
    #[arg(long, requires = "write")]
    pub extract_scripts: bool,
    /// Replace files that exist
    #[arg(long, requires = "write")]
    pub force: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// How bad a finding must be to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Threshold {
    Note,
    Warning,
    Error,
    Never,
}

const SERVED: &str = "Signals: SIGTERM or SIGINT drains and ends, a second one ends at once; SIGHUP loads again.

Exit status: 0 drained, 1 the documents have errors, 2 wrong usage, 3 cannot start,
4 requests or background calls were cut off.";

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, String> {
    let like = if text.parse::<u16>().is_ok() { format!("127.0.0.1:{text}") } else { "127.0.0.1:8080".to_owned() };
    text.parse().map_err(|_| format!("expected an address and a port, such as {like}"))
}

#[derive(Debug, Args)]
#[command(after_help = SERVED)]
pub struct ServeArguments {
    #[command(flatten)]
    pub input: InputArguments,
    /// The address of the APIs [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "GANTRY_LISTEN", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// The address of health and metrics [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDR", env = "GANTRY_ADMIN_LISTEN", value_parser = address)]
    pub admin_listen: Option<SocketAddr>,
    /// Load the documents again whenever they change
    #[arg(long, env = "GANTRY_WATCH")]
    pub watch: bool,
}

#[derive(Debug, Args)]
#[command(mut_arg("watch", |watch| watch.hide(true)))]
pub struct DevArguments {
    #[command(flatten)]
    pub serve: ServeArguments,
    /// Answer from the examples and schemas of responses; no assembly runs
    #[arg(long)]
    pub mock: bool,
    /// The address of the embedded Lambda service [default: a free port]
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", hide_default_value = true, value_parser = address)]
    pub lambda_listen: SocketAddr,
}

const INVOKED: &str = "The result goes to stdout, what the handler writes to stderr.

Exit status: 0 a result, 1 the handler failed, 3 there is no such function or
event.

Examples:
  gantry invoke hello --event event.json --functions assemblies/hello-lambda
  echo '{\"id\": 7}' | gantry invoke orders:prod --event -";

#[derive(Debug, Args)]
#[command(after_help = INVOKED)]
pub struct InvokeArguments {
    /// The function: a name or an ARN, with a version or alias after a colon
    pub function: String,
    /// A file with the event in JSON; `-` is stdin [default: an empty event]
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    /// The folder of handler files and `functions.yaml`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub functions: Vec<PathBuf>,
}

const EVENTS: &str = "The request runs through the document with everything around a step. Functions
and services answer `200 {}`, and nothing leaves the process.

Exit status: 0 printed, 1 errors in documents or no function was called, 2 wrong
usage, 3 a file cannot be read.

Examples:
  gantry event GET /hello?name=Ada --documents assemblies/hello-lambda
  gantry event POST /orders --body order.json | gantry invoke approve --event -";

#[derive(Debug, Args)]
#[command(after_help = EVENTS)]
pub struct EventArguments {
    /// The method
    pub method: String,
    /// The path with base path and query
    pub path: String,
    /// Documents, or folders that hold them
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub documents: Vec<PathBuf>,
    /// A header of the request; may be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// A file with the body of the request; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub body: Option<PathBuf>,
    /// The call, counted from 1, where a request calls several functions
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub call: usize,
    /// The settings file
    #[arg(long, value_name = "FILE", env = "GANTRY_SETTINGS")]
    pub settings: Option<PathBuf>,
    #[command(flatten)]
    pub files: FilesArguments,
}

const EVALUATED: &str = "In an expression `message` and `request` are the message, other names are
variables, and a name that is no variable is a member of the body. A mapping
template finds `path`, `querystring`, `context` and `stageVariables` among them.

Exit status: 0 a result, 1 a mistake in the expression, 2 wrong usage, 3 a file
cannot be read.

Examples:
  gantry eval '$sum(items.price)' --message order.json
  gantry eval 'Order $(message.body.id)' --message order.json
  gantry eval '//item/@id' --message order.xml
  gantry eval --file total.jsonata --message - --variables settings.json
  gantry eval --file order.vtl --message order.json
  gantry eval --operation addOrder --document export.yaml --message order.json";

#[derive(Debug, Args)]
#[command(after_help = EVALUATED)]
pub struct EvalArguments {
    /// The expression
    #[arg(required_unless_present_any = ["file", "operation"], conflicts_with = "operation")]
    pub expression: Option<String>,
    /// The mapping template of an operation: its id, or METHOD and path
    #[arg(long, value_name = "OPERATION", requires = "document", conflicts_with = "file")]
    pub operation: Option<String>,
    /// The AWS export that has the operation
    #[arg(long, value_name = "FILE", requires = "operation")]
    pub document: Option<PathBuf>,
    /// The template of the response instead of that of the request
    #[arg(long, requires = "operation")]
    pub response: bool,
    /// A file with the expression
    #[arg(long, value_name = "FILE", conflicts_with = "expression")]
    pub file: Option<PathBuf>,
    /// A file with the body of the message: JSON, XML or text; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub message: Option<PathBuf>,
    /// A header of the message; may be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    pub header: Vec<String>,
    /// A file with variables, as an object in JSON
    #[arg(long, value_name = "FILE")]
    pub variables: Option<PathBuf>,
    /// The language [default: a mapping template for `.vtl`, a template where there
    /// is `$(`, XPath for a path in XML, else JSONata]
    #[arg(long = "as", value_enum, value_name = "LANGUAGE")]
    pub kind: Option<ExpressionKind>,
}

/// The language of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExpressionKind {
    Jsonata,
    Template,
    Xpath,
    /// A template of AWS API Gateway, in VTL
    MappingTemplate,
}

const TRACED: &str = "`gantry dev` records every request, `gantry serve` those that `traces.record` of
the settings chooses.

Exit status: 0 shown, 2 wrong usage, 3 nothing to show.

Examples:
  gantry trace                       the request that ended last
  gantry trace --follow              every request from now on
  gantry trace 4b0c6a52-… --json     everything that is recorded of one
  gantry trace --test > apis/late.test.yaml";

#[derive(Debug, Args)]
#[command(after_help = TRACED)]
pub struct TraceArguments {
    /// The id of the request, as in `X-Request-Id` and in logs [default: the last one]
    pub id: Option<String>,
    /// Show every request that ends from now on
    #[arg(long, conflicts_with = "id")]
    pub follow: bool,
    /// Print records as JSON, one line each
    #[arg(long)]
    pub json: bool,
    /// Print a test for `gantry test` that makes the same request, with stand-ins that
    /// answer as the calls were answered
    #[arg(long, conflicts_with_all = ["json", "follow"])]
    pub test: bool,
    /// The admin listener of the gateway
    #[arg(long, value_name = "URL", env = "GANTRY_ADMIN_LISTEN", default_value = "http://127.0.0.1:9090")]
    pub admin: String,
    /// The value of `server.admin-token`; the variable keeps it out of lists of processes
    #[arg(long, env = "GANTRY_SERVER_ADMIN_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

const TESTED: &str = "Tests are in files that end in `.test.yaml`, next to the documents.

Exit status: 0 all passed, 1 a test failed or cannot be run, 2 wrong usage,
3 there is no test, or something cannot be read or written.

Examples:
  gantry test apis/
  gantry test apis/ --filter orders --watch
  gantry test apis/ --report junit --output junit.xml --lcov lcov.info";

#[derive(Debug, Args)]
#[command(after_help = TESTED)]
pub struct TestArguments {
    /// Test files, or folders that hold them, at any depth
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub files: FilesArguments,
    /// Only the tests with this text in their names
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Print the names of the tests and run none
    #[arg(long)]
    pub list: bool,
    /// How the results are printed
    #[arg(long, value_enum, default_value = "text")]
    pub report: TestReport,
    /// Write the report to this file
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print which steps, branches and catches have run
    #[arg(long)]
    pub coverage: bool,
    /// Write the coverage to this file, in the format of LCOV
    #[arg(long, value_name = "FILE")]
    pub lcov: Option<PathBuf>,
    /// Run the tests again whenever they or the documents change
    #[arg(long)]
    pub watch: bool,
}

/// How the results of tests are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestReport {
    /// For people
    Text,
    /// TAP, version 14
    Tap,
    /// XML as JUnit writes it
    Junit,
}

#[derive(Debug, Args)]
pub struct NewArguments {
    /// The folder, named as the API shall be
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
pub struct GraphArguments {
    /// OpenAPI documents, or folders that hold them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub files: FilesArguments,
    /// The kind of drawing
    #[arg(long, value_enum, default_value = "text")]
    pub format: Drawing,
    /// Only the assembly of this `operationId`
    #[arg(long, value_name = "ID")]
    pub operation: Option<String>,
}

/// The kind of drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Drawing {
    /// For the terminal
    Text,
    /// For a README
    Mermaid,
    /// A picture
    Svg,
}

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(flatten)]
    pub input: InputArguments,
    /// The pipelines as JSON: ops with their steps and places, body loads, handlers, variables
    #[arg(long, required = true)]
    pub compiled: bool,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A code, such as `G0301`, or `policy` and its name
    #[arg(required = true, num_args = 1..=2, value_name = "CODE|policy NAME")]
    pub what: Vec<String>,
}

#[derive(Debug, Args)]
pub struct CompletionArguments {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SchemaArguments {
    /// Write every generated file below this folder
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".")]
    pub write: Option<PathBuf>,
    /// Exit with 1 when a generated file below this folder is not what the code generates
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".")]
    pub check: Option<PathBuf>,
    /// Print one of them: `document`, `assembly`, `settings`, a policy's name, or a path
    #[arg(long, value_name = "NAME")]
    pub print: Option<String>,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the lines of the document
    Human,
    /// One line each: file:line:column: error CODE message
    Short,
    /// A list of objects, for scripts
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, for comments in a pull request on GitHub
    Github,
}
