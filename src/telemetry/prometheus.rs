//! The metrics as Prometheus text, for readers that do not ask for OpenMetrics.

use std::fmt::Write;

/// The content type of [`prometheus_text`].
pub const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// OpenMetrics as the text format before it: counters are described under the name that their samples have, facts are gauges, and
/// there is no unit and no end.
pub fn prometheus_text(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help: Option<(&str, &str)> = None;
    for line in open_metrics.lines() {
        if let Some((name, words)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            help = Some((name, words));
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            let (suffix, kind) = match kind {
                "counter" => ("_total", kind),
                "info" => ("_info", "gauge"),
                "unknown" => ("", "untyped"),
                _ => ("", kind),
            };
            if let Some((_, words)) = help.take().filter(|(of, _)| *of == name) {
                // Writing into a string cannot fail.
                writeln!(text, "# HELP {name}{suffix} {words}").ok();
            }
            writeln!(text, "# TYPE {name}{suffix} {kind}").ok();
        } else if !line.starts_with("# UNIT ") && line != "# EOF" {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_and_facts_have_the_names_of_their_samples() {
        let open = "# HELP a_b Words here.\n# TYPE a_b counter\na_b_total{x=\"1\"} 2\n# HELP c_seconds Time.\n\
                    # TYPE c_seconds gauge\n# UNIT c_seconds seconds\nc_seconds 1.5\n# HELP d What it is.\n# TYPE d info\n\
                    d_info{v=\"1\"} 1\n# EOF\n";
        let text = "# HELP a_b_total Words here.\n# TYPE a_b_total counter\na_b_total{x=\"1\"} 2\n# HELP c_seconds Time.\n\
                    # TYPE c_seconds gauge\nc_seconds 1.5\n# HELP d_info What it is.\n# TYPE d_info gauge\nd_info{v=\"1\"} 1\n";
        assert_eq!(prometheus_text(open), text);
    }
}
