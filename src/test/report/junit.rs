//! JUnit's XML, as CI systems read it.

use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesText, Event};

use crate::base::render_short;
use crate::test::outcome::{Failure, FileOutcome, Outcome, TestOutcome};

/// A suite for each file and a case for each test. A file that cannot be run is a case with an error.
pub fn junit(outcome: &Outcome) -> io::Result<String> {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    let broken = outcome.files.iter().filter(|file| file.findings.errors() > 0).count();
    let all = outcome.tests().count() + broken;
    out.create_element("testsuites")
        .with_attributes([
            ("tests", &*all.to_string()),
            ("failures", &*outcome.failed().to_string()),
            ("errors", &*broken.to_string()),
            ("time", &*seconds(outcome.took)),
        ])
        .write_inner_content(|out| outcome.files.iter().try_for_each(|file| suite(out, file)))?;
    let text = String::from_utf8_lossy(&out.into_inner()).into_owned();
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n"))
}

fn suite(out: &mut Writer<Vec<u8>>, file: &FileOutcome) -> io::Result<()> {
    let broken = usize::from(file.findings.errors() > 0);
    let failed = file.tests.iter().filter(|test| !test.failures.is_empty()).count();
    let took: Duration = file.tests.iter().map(|test| test.took).sum();
    let name = printable(&file.file.display().to_string());
    out.create_element("testsuite")
        .with_attributes([
            ("name", &*name),
            ("tests", &*(file.tests.len() + broken).to_string()),
            ("failures", &*failed.to_string()),
            ("errors", &*broken.to_string()),
            ("time", &*seconds(took)),
        ])
        .write_inner_content(|out| {
            file.tests.iter().try_for_each(|test| case(out, &name, test))?;
            if broken > 0 {
                let errors: Vec<String> =
                    file.findings.iter().map(|finding| render_short(finding, &file.sources)).collect();
                out.create_element("testcase")
                    .with_attributes([("name", "the file can be run"), ("classname", &*name)])
                    .write_inner_content(|out| element(out, "error", "the file cannot be run", &errors.join("\n")))?;
            }
            Ok(())
        })?;
    Ok(())
}

fn case(out: &mut Writer<Vec<u8>>, suite: &str, test: &TestOutcome) -> io::Result<()> {
    let (name, took) = (printable(&test.name), seconds(test.took));
    let element_of_case =
        out.create_element("testcase").with_attributes([("name", &*name), ("classname", suite), ("time", &*took)]);
    if test.failures.is_empty() {
        element_of_case.write_empty()?;
        return Ok(());
    }
    element_of_case.write_inner_content(|out| {
        test.failures.iter().try_for_each(|failure| element(out, "failure", &failure.message, &text(failure)))
    })?;
    Ok(())
}

fn element(out: &mut Writer<Vec<u8>>, name: &'static str, message: &str, text: &str) -> io::Result<()> {
    out.create_element(name)
        .with_attribute(("message", &*printable(message)))
        .write_inner_content(|out| out.write_event(Event::Text(BytesText::new(&printable(text)))))?;
    Ok(())
}

fn text(failure: &Failure) -> String {
    let parts = [Some(&failure.place), failure.difference.as_ref(), failure.step.as_ref()];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// XML has no place for most control characters.
fn printable(text: &str) -> String {
    let is_xml = |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|letter| if is_xml(letter) { letter } else { '\u{fffd}' }).collect()
}
