//! `system.*`: the clock, in UTC, and how dates are written.

use std::time::SystemTime;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::base::Generation;
use crate::value::Value;

const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00");

/// The system's time zone. A gateway in UTC means the same wherever it runs.
const TIME_ZONE: &str = "+00:00";

/// What stands below `system` at this time.
pub(super) fn get(now: OffsetDateTime, generation: Generation, path: &[&str]) -> Value {
    match path {
        [] => Value::object(["datetime", "date", "time", "timezone"].map(|name| (name, get(now, generation, &[name])))),
        ["datetime"] => datetime(now, generation).into(),
        ["date"] => members("date", &["day-of-week", "day-of-month", "month", "year"], now, generation),
        ["time"] => members("time", &["hour", "minute", "seconds"], now, generation),
        ["date" | "time", part] => part_of(part, path[0], now, generation).map_or(Value::Null, Value::from),
        ["timezone"] => TIME_ZONE.into(),
        _ => Value::Null,
    }
}

fn members(whole: &str, parts: &[&str], now: OffsetDateTime, generation: Generation) -> Value {
    Value::object(parts.iter().map(|part| (*part, get(now, generation, &[whole, part]))))
}

/// The v5 engine counts months and the days of a week from 0 and weeks from Sunday, as JavaScript does.
fn part_of(part: &str, whole: &str, now: OffsetDateTime, generation: Generation) -> Option<i64> {
    let is_v5 = generation == Generation::V5;
    Some(match (whole, part) {
        ("date", "day-of-week") if is_v5 => now.weekday().number_days_from_sunday().into(),
        ("date", "day-of-week") => now.weekday().number_from_monday().into(),
        ("date", "day-of-month") => now.day().into(),
        ("date", "month") => i64::from(u8::from(now.month())) - i64::from(is_v5),
        ("date", "year") => now.year().into(),
        ("time", "hour") => now.hour().into(),
        ("time", "minute") => now.minute().into(),
        ("time", "seconds") => now.second().into(),
        _ => return None,
    })
}

fn datetime(now: OffsetDateTime, generation: Generation) -> String {
    match generation {
        Generation::V10 => milliseconds(now),
        Generation::V5 => now.format(SECONDS).unwrap_or_default(),
    }
}

/// A point in time as JavaScript writes it into JSON: `2023-11-14T22:13:20.000Z`.
pub(super) fn milliseconds(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).format(MILLISECONDS).unwrap_or_default()
}

/// Milliseconds since 1970.
pub(super) fn since_epoch(at: SystemTime) -> Value {
    let passed = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Value::from(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
}

/// Reads a date, or a date with its time; without a zone it is UTC.
pub(super) fn read_date(text: &str) -> Option<OffsetDateTime> {
    let date = format_description!("[year]-[month]-[day]");
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second][optional [.[subsecond]]]");
    // `1995-12-17 03:24:00 Z` is written too.
    let text = text.trim();
    let text = match text.get(10..11) {
        Some(" ") => format!("{}T{}", &text[..10], text[11..].replace(' ', "")),
        _ => text.replace(' ', ""),
    };
    let local = || {
        let whole = PrimitiveDateTime::parse(&text, seconds).or_else(|_| PrimitiveDateTime::parse(&text, minutes));
        whole.ok().or_else(|| Some(Date::parse(&text, date).ok()?.midnight()))
    };
    OffsetDateTime::parse(&text, &Rfc3339).ok().or_else(|| local().map(PrimitiveDateTime::assume_utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generations_count_differently() {
        // A Sunday.
        let now = time::macros::datetime!(2024-01-07 09:05:03.0214 UTC);
        for (path, v10, v5) in [
            ("datetime", "2024-01-07T09:05:03.021Z", "2024-01-07T09:05:03+00:00"),
            ("date.day-of-week", "7", "0"),
            ("date.day-of-month", "7", "7"),
            ("date.month", "1", "0"),
            ("date.year", "2024", "2024"),
            ("time.hour", "9", "9"),
            ("time.minute", "5", "5"),
            ("time.seconds", "3", "3"),
            ("timezone", "+00:00", "+00:00"),
            ("time", r#"{"hour":9,"minute":5,"seconds":3}"#, r#"{"hour":9,"minute":5,"seconds":3}"#),
            ("date.hour", "", ""),
            ("time.month", "", ""),
            ("none", "", ""),
        ] {
            let names: Vec<&str> = path.split('.').collect();
            let text = |generation| get(now, generation, &names).to_text().into_owned();
            assert_eq!((text(Generation::V10).as_str(), text(Generation::V5).as_str()), (v10, v5), "{path}");
        }
        assert_eq!(get(now, Generation::V10, &[]).at(["date", "year"]), Some(&2024.into()));
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, read) in [
            ("1995-12-17", "1995-12-17T00:00:00.000Z"),
            ("1995-12-17T03:24", "1995-12-17T03:24:00.000Z"),
            ("1995-12-17T03:24:00 Z", "1995-12-17T03:24:00.000Z"),
            ("1995-12-17 03:24:00.5", "1995-12-17T03:24:00.500Z"),
            ("1995-12-17T03:24:00+02:00", "1995-12-17T01:24:00.000Z"),
        ] {
            assert_eq!(read_date(text).map(milliseconds).as_deref(), Some(read), "{text}");
        }
        for text in ["", "soon", "1995-13-17", "é995-12-17 1"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }
}
