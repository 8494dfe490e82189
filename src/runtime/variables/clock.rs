//! `system.*`: the clock, in UTC, and how dates are written.

use std::time::SystemTime;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::path::Path;
use crate::base::Generation;
use crate::runtime::State;
use crate::value::Value;

const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00");

/// The system's time zone. A gateway in UTC means the same wherever it runs.
const TIME_ZONE: &str = "+00:00";

/// Everything below `system`.
pub(super) fn whole(state: &State, _: Path<'_>) -> Value {
    let (now, generation) = (state.fixed.now_utc(), state.route.pipeline.generation);
    Value::object([
        ("datetime", datetime_at(now, generation).into()),
        ("date", date_of(now, generation)),
        ("time", time_of(now)),
        ("timezone", TIME_ZONE.into()),
    ])
}

pub(super) fn datetime(state: &State, _: Path<'_>) -> Value {
    datetime_at(state.fixed.now_utc(), state.route.pipeline.generation).into()
}

pub(super) fn date(state: &State, _: Path<'_>) -> Value {
    date_of(state.fixed.now_utc(), state.route.pipeline.generation)
}

pub(super) fn day_of_week(state: &State, _: Path<'_>) -> Value {
    weekday(state.fixed.now_utc(), state.route.pipeline.generation)
}

pub(super) fn day_of_month(state: &State, _: Path<'_>) -> Value {
    i64::from(state.fixed.now_utc().day()).into()
}

pub(super) fn month(state: &State, _: Path<'_>) -> Value {
    month_of(state.fixed.now_utc(), state.route.pipeline.generation)
}

pub(super) fn year(state: &State, _: Path<'_>) -> Value {
    i64::from(state.fixed.now_utc().year()).into()
}

pub(super) fn time(state: &State, _: Path<'_>) -> Value {
    time_of(state.fixed.now_utc())
}

pub(super) fn hour(state: &State, _: Path<'_>) -> Value {
    i64::from(state.fixed.now_utc().hour()).into()
}

pub(super) fn minute(state: &State, _: Path<'_>) -> Value {
    i64::from(state.fixed.now_utc().minute()).into()
}

pub(super) fn seconds(state: &State, _: Path<'_>) -> Value {
    i64::from(state.fixed.now_utc().second()).into()
}

/// The clock's time zone: UTC.
pub(super) fn timezone(_: &State, _: Path<'_>) -> Value {
    TIME_ZONE.into()
}

fn date_of(now: OffsetDateTime, generation: Generation) -> Value {
    Value::object([
        ("day-of-week", weekday(now, generation)),
        ("day-of-month", i64::from(now.day()).into()),
        ("month", month_of(now, generation)),
        ("year", i64::from(now.year()).into()),
    ])
}

fn time_of(now: OffsetDateTime) -> Value {
    let parts = [("hour", now.hour()), ("minute", now.minute()), ("seconds", now.second())];
    Value::object(parts.map(|(name, part)| (name, i64::from(part).into())))
}

/// 1 to 7 from Monday; the v5 engine counts from 0 and from Sunday, as JavaScript does.
fn weekday(now: OffsetDateTime, generation: Generation) -> Value {
    let weekday = now.weekday();
    i64::from(match generation {
        Generation::V10 => weekday.number_from_monday(),
        Generation::V5 => weekday.number_days_from_sunday(),
    })
    .into()
}

/// 1 to 12; the v5 engine counts from 0.
fn month_of(now: OffsetDateTime, generation: Generation) -> Value {
    (i64::from(u8::from(now.month())) - i64::from(generation == Generation::V5)).into()
}

fn datetime_at(now: OffsetDateTime, generation: Generation) -> String {
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
        for (generation, datetime, date) in [
            (
                Generation::V10,
                "2024-01-07T09:05:03.021Z",
                r#"{"day-of-week":7,"day-of-month":7,"month":1,"year":2024}"#,
            ),
            (
                Generation::V5,
                "2024-01-07T09:05:03+00:00",
                r#"{"day-of-week":0,"day-of-month":7,"month":0,"year":2024}"#,
            ),
        ] {
            assert_eq!(datetime_at(now, generation), datetime);
            assert_eq!(date_of(now, generation).to_text(), date);
        }
        assert_eq!(time_of(now).to_text(), r#"{"hour":9,"minute":5,"seconds":3}"#);
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
