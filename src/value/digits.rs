//! Numbers in times, which are written often enough that a format string would be what they cost.

/// Writes each number, below 100, with two digits.
pub fn two_digits<const N: usize>(out: &mut [u8], numbers: [u8; N]) {
    for (pair, number) in out.chunks_exact_mut(2).zip(numbers) {
        pair[0] = b'0' + number / 10 % 10;
        pair[1] = b'0' + number % 10;
    }
}

/// A year as two numbers for [`two_digits`]. Years have four digits for a while.
pub fn century_and_year(year: i32) -> [u8; 2] {
    [year / 100, year % 100].map(|part| u8::try_from(part).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_digits() {
        let mut text = *b"        ";
        let [century, year] = century_and_year(2026);
        two_digits(&mut text, [century, year, 7, 30]);
        assert_eq!(&text, b"20260730");
    }
}
