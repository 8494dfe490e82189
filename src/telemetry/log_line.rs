//! The form of a log line. Values may come from strangers: each stays in its line and in its field, and none is long.

use std::fmt::{self, Debug};
use std::time::SystemTime;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::base::{Printable, write_json_string};
use crate::settings::LogFormat;

/// Bytes of a value. Longer ones are cut.
const LONGEST: usize = 4 * 1024;

/// Columns of a block.
const WIDTH: usize = 80;

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineForm {
    Text,
    Json,
    /// For a person at a terminal: the message, and below it the fields that find no room after it.
    Block,
}

impl LineForm {
    /// The form of this format; `interactive` is whether a person reads it.
    pub(super) fn of(format: LogFormat, interactive: bool) -> Self {
        match format {
            LogFormat::Json => LineForm::Json,
            LogFormat::Text if interactive => LineForm::Block,
            LogFormat::Text => LineForm::Text,
        }
    }
}

/// Writes events as lines.
pub(super) struct LogLine {
    pub form: LineForm,
    /// Whether levels have colours.
    pub color: bool,
}

impl<S, N> FormatEvent<S, N> for LogLine
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let time = OffsetDateTime::from(SystemTime::now()).format(&Rfc3339).map_err(|_| fmt::Error)?;
        let meta = event.metadata();
        match self.form {
            LineForm::Text => self.text(&time, meta.level(), meta.target(), &fields, &mut out)?,
            LineForm::Json => json(&time, meta.level(), meta.target(), &fields, &mut out)?,
            LineForm::Block => self.block(meta.level(), &fields, &mut out)?,
        }
        out.write_char('\n')
    }
}

impl LogLine {
    fn text(&self, time: &str, level: &Level, target: &str, fields: &Fields, out: &mut Writer<'_>) -> fmt::Result {
        match self.color {
            true => write!(out, "\u{1b}[2m{time}\u{1b}[0m \u{1b}[{}m{level:>5}\u{1b}[0m {target}:", color(level))?,
            false => write!(out, "{time} {level:>5} {target}:")?,
        }
        if let Some(message) = &fields.message {
            write!(out, " {}", Printable(message))?;
        }
        fields.others.iter().try_for_each(|(name, value)| out.write_str(&assignment(name, value)))
    }

    fn block(&self, level: &Level, fields: &Fields, out: &mut Writer<'_>) -> fmt::Result {
        let message = Printable(fields.message.as_deref().unwrap_or_default()).to_string();
        match self.color {
            true => write!(out, "\u{1b}[{}m{level:>5}\u{1b}[0m ", color(level))?,
            false => write!(out, "{level:>5} ")?,
        }
        let line: String = fields.others.iter().map(|(name, value)| assignment(name, value)).collect();
        if MARGIN + message.chars().count() + line.chars().count() <= WIDTH {
            return write!(out, "{message}{line}");
        }
        out.write_str(&wrapped(&message, MARGIN))?;
        let longest = fields.others.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        fields.others.iter().try_for_each(|(name, value)| {
            let value = Printable(value.text()).to_string();
            let value = wrapped(&value, MARGIN + longest + 2);
            write!(out, "\n{:MARGIN$}{name:longest$}  {value}", "")
        })
    }
}

/// The column at which the message of a block begins.
const MARGIN: usize = 6;

/// A text in lines that end in the last column at the latest, all of which begin in the same one.
fn wrapped(text: &str, margin: usize) -> String {
    let options = textwrap::Options::new(WIDTH - margin).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).join(&format!("\n{:margin$}", ""))
}

/// ` name=value`
fn assignment(name: &str, value: &Value) -> String {
    match value {
        Value::Bare(value) => format!(" {name}={value}"),
        Value::Text(text) if is_one_word(text) => format!(" {name}={}", Printable(text)),
        Value::Text(text) => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!(" {name}=\"{}\"", Printable(&escaped))
        }
    }
}

fn color(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 31,
        Level::WARN => 33,
        Level::INFO => 32,
        Level::DEBUG => 34,
        Level::TRACE => 35,
    }
}

/// Whether a value needs no quotes to be told from its neighbours.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || "\"\\=".contains(letter))
}

fn json(time: &str, level: &Level, target: &str, fields: &Fields, out: &mut Writer<'_>) -> fmt::Result {
    let mut line = Vec::new();
    line.extend_from_slice(format!("{{\"timestamp\":\"{time}\",\"level\":\"{level}\"").as_bytes());
    let mut member = |name: &str, value: &Value| {
        line.push(b',');
        write_json_string(name, &mut line);
        line.push(b':');
        match value {
            Value::Bare(value) => line.extend_from_slice(value.as_bytes()),
            Value::Text(text) => write_json_string(text, &mut line),
        }
    };
    if let Some(message) = &fields.message {
        member("message", &Value::Text(message.clone()));
    }
    fields.others.iter().for_each(|(name, value)| member(name, value));
    member("target", &Value::Text(target.to_owned()));
    line.push(b'}');
    out.write_str(std::str::from_utf8(&line).map_err(|_| fmt::Error)?)
}

/// The fields of an event.
#[derive(Default)]
struct Fields {
    message: Option<String>,
    others: Vec<(&'static str, Value)>,
}

/// The value of a field.
enum Value {
    /// A number or a boolean, as JSON has it too.
    Bare(String),
    Text(String),
}

impl Value {
    fn text(&self) -> &str {
        match self {
            Value::Bare(text) | Value::Text(text) => text,
        }
    }
}

impl Fields {
    fn push(&mut self, field: &Field, text: String) {
        let text = shortened(text);
        match field.name() {
            "message" => self.message = Some(text),
            name => self.others.push((name, Value::Text(text))),
        }
    }

    fn push_bare(&mut self, field: &Field, value: String) {
        self.others.push((field.name(), Value::Bare(value)));
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = text.floor_char_boundary(LONGEST);
        let rest = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… ({rest} bytes more)"));
    }
    text
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.push(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.push(field, value.to_string());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push_bare(field, value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push_bare(field, value.to_string());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push_bare(field, value.to_string());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        match value.is_finite() {
            true => self.push_bare(field, value.to_string()),
            false => self.push(field, value.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The log lines of `events`, without the time.
    fn logged(form: LineForm, events: impl FnOnce()) -> String {
        let out = Shared::default();
        let written = out.clone();
        let lines = tracing_subscriber::fmt().with_writer(move || written.clone());
        let lines = lines.event_format(LogLine { form, color: false }).finish();
        tracing::subscriber::with_default(lines, events);
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    const HOSTILE: &str = "x\n2026-01-01T00:00:00Z ERROR gantry: forged\u{1b}[2J \u{202e}a=\"b\" status=200";

    #[test]
    fn text_cannot_forge_a_line_or_a_field() {
        let lines = logged(LineForm::Text, || {
            tracing::info!(cause = HOSTILE, shown = %HOSTILE, debug = ?HOSTILE, plain = "word", number = 7, "{HOSTILE}");
        });
        assert_eq!(lines.matches('\n').count(), 1, "{lines}");
        let escaped = "x\\\\u{a}";
        assert!(!lines.contains(escaped) && !lines.contains('\u{1b}') && !lines.contains('\u{202e}'), "{lines}");
        assert!(lines.contains("cause=\"x\\n2026"), "{lines}");
        assert!(lines.contains("a=\\\"b\\\" status=200\" shown=\"x"), "{lines}");
        assert!(lines.ends_with(" plain=word number=7\n"), "{lines}");
    }

    #[test]
    fn json_is_one_object_of_the_fields() {
        let lines = logged(LineForm::Json, || {
            tracing::warn!(
                cause = HOSTILE,
                status = 502,
                ratio = 0.5,
                bad = f64::NAN,
                handled = true,
                none = None::<&str>,
                "m"
            );
        });
        assert!(!lines.chars().any(|letter| letter != '\n' && crate::base::acts_on_readers(letter)), "{lines}");
        let mut line: serde_json::Value = serde_json::from_str(&lines).unwrap();
        let time = line.as_object_mut().unwrap().shift_remove("timestamp").unwrap();
        assert!(OffsetDateTime::parse(time.as_str().unwrap(), &Rfc3339).is_ok());
        let expected = serde_json::json!({
            "level": "WARN", "message": "m", "cause": HOSTILE, "status": 502, "ratio": 0.5, "bad": "NaN", "handled": true,
            "target": module_path!(),
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn a_long_value_is_cut() {
        let lines = logged(LineForm::Text, || tracing::info!("{}", "ä".repeat(LONGEST)));
        assert!(lines.len() < LONGEST + 200 && lines.ends_with("… (4096 bytes more)\n"), "{}", lines.len());
    }

    #[test]
    fn a_block_fits_a_terminal_and_small_events_are_one_line() {
        let one = logged(LineForm::Block, || tracing::info!(generation = 2, "loaded"));
        assert_eq!(one, " INFO loaded generation=2\n");
        let block = logged(LineForm::Block, || {
            tracing::warn!(
                step = "Get orders",
                target = "GET http://127.0.0.1:1/a/path/that/is/so/long/that/it/does/not/fit/into/one/line/of/eighty",
                cause = "no connection could be made: Connection refused (os error 111), as always here",
                "the call failed, and the flow goes on"
            )
        });
        assert!(block.lines().all(|line| line.chars().count() <= 80), "{block}");
        let expected = " WARN the call failed, and the flow goes on\n      step    Get orders\n      target  GET\n              \
                        http://127.0.0.1:1/a/path/that/is/so/long/that/it/does/not/fit/int\n              o/one/line/of/eighty\n";
        assert!(block.starts_with(expected), "{block}");
    }
}
