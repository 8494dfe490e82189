//! Dates and times of RFC 3339, and its durations.

/// `2026-02-28`.
pub(super) fn is_date(text: &str) -> bool {
    let Some((year, month, day)) = fields(text, b'-', [4, 2, 2]) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `12:00:00.5Z`, `12:00:00+01:00`. A leap second is one only at the end of a day in UTC.
pub(super) fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let Some((hour, minute, second)) = fields(clock, b':', [2, 2, 2]) else { return false };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.trim_start_matches(|letter: char| letter.is_ascii_digit());
            if end.len() == fraction.len() {
                return false;
            }
            end
        }
        None => rest,
    };
    let Some(offset) = offset(rest) else { return false };
    if hour > 23 || minute > 59 || second > 60 {
        return false;
    }
    let minutes = i64::from(hour) * 60 + i64::from(minute) - offset;
    second < 60 || minutes.rem_euclid(24 * 60) == 23 * 60 + 59
}

/// A date and a time, with a `T` between.
pub(super) fn is_date_time(text: &str) -> bool {
    text.split_once(['T', 't']).is_some_and(|(date, time)| is_date(date) && is_time(time))
}

/// `P3Y6M4DT12H30M5S`, `P2W`: the larger unit first, and none left out between two.
pub(super) fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    if let Some(weeks) = rest.strip_suffix('W') {
        return is_digits(weeks);
    }
    match rest.split_once('T') {
        Some(("", time)) => is_run(time, "HMS"),
        Some((date, time)) => is_run(date, "YMD") && is_run(time, "HMS"),
        None => is_run(rest, "YMD"),
    }
}

/// Numbers with units that follow each other.
fn is_run(mut text: &str, units: &str) -> bool {
    let mut next = None;
    while let Some(end) = text.find(|letter: char| !letter.is_ascii_digit()) {
        let unit = text[end..].chars().next().and_then(|letter| units.find(letter));
        let Some(unit) = unit.filter(|unit| end > 0 && next.is_none_or(|next| next == *unit)) else { return false };
        next = Some(unit + 1);
        text = &text[end + 1..];
    }
    text.is_empty() && next.is_some()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `Z`, or minutes east of Greenwich.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = (text.get(..1)?, text.get(1..)?);
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (i64::from(hours) * 60 + i64::from(minutes)))
}

/// Three numbers of so many digits.
fn fields(text: &str, separator: u8, digits: [usize; 3]) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(char::from(separator));
    let mut next = |digits: usize| parts.next().and_then(|part| number(part, digits));
    let all = (next(digits[0])?, next(digits[1])?, next(digits[2])?);
    parts.next().is_none().then_some(all)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    if text.len() == digits && is_digits(text) { text.parse().ok() } else { None }
}
