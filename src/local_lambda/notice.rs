//! News of the service, first of all for `gantry dev`.

use std::fmt;

use super::problem::Problem;

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A line the handler wrote to its standard output or error.
    Log { function: String, line: String },
    /// A new handler file was found.
    Added { function: String },
    /// A handler file is gone.
    Removed { function: String },
    /// The edited code has started and answers from now on.
    Reloaded { function: String },
    /// The edited code does not start. Where `older` code is running, it continues to answer.
    Broken { function: String, message: String, place: Option<Place>, older: bool },
    /// An event failed as often as it may, and whether its line is in the dead-letter log.
    EventLost { function: String, attempts: u32, written: Option<Result<(), String>> },
    /// The folders are wrong in some way; the functions found before keep answering.
    Refused(Problem),
}

/// A line in a handler's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Notice::Log { function, line } => write!(f, "[{function}] {line}"),
            Notice::Added { function } => write!(f, "function {function}: found"),
            Notice::Removed { function } => write!(f, "function {function}: gone"),
            Notice::Reloaded { function } => write!(f, "function {function}: reloaded"),
            Notice::Broken { function, message, place, older } => {
                if let Some(Place { file, line }) = place {
                    write!(f, "{file}:{line}: ")?;
                }
                let until = match older {
                    true => "the code before the edit continues to answer",
                    false => "calls fail until it does",
                };
                write!(f, "function {function} does not start, {until}: {message}")
            }
            Notice::EventLost { function, attempts, written } => {
                let what = match written {
                    None => "name a dead-letter-log in functions.yaml to keep such events".to_owned(),
                    Some(Ok(())) => "it is in the dead-letter log".to_owned(),
                    Some(Err(reason)) => format!("its dead-letter log cannot be written: {reason}"),
                };
                write!(f, "function {function}: an event failed {attempts} times and is lost; {what}")
            }
            Notice::Refused(problem) => problem.fmt(f),
        }
    }
}

impl Place {
    /// The innermost place in a runtime's error text that lies in the function's folder.
    ///
    /// Understands Python (`File "F", line N`, and awslambdaric's `Line N`) and Node
    /// (`F:N:C` in a stack frame, `F:N` above a syntax error).
    pub fn find(text: &str, folder: &str) -> Option<Place> {
        let mut places = text.match_indices(folder).filter_map(|(start, _)| {
            let rest = &text[start..];
            let end = rest.find(['"', ':', '\n', ')'])?;
            let (file, after) = rest.split_at(end);
            let after = after.trim_start_matches(['"', ':', ',', ' ']);
            let after = after.strip_prefix(['l', 'L']).and_then(|rest| rest.strip_prefix("ine ")).unwrap_or(after);
            let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
            let line = digits.parse().ok()?;
            Some(Place { file: file.to_owned(), line })
        });
        // Python prints the innermost frame last, Node first; only Python writes `File "`.
        if text.contains("File \"") { places.last() } else { places.next() }
    }
}
