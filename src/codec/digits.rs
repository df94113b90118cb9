//! Bytes as pairs of hexadecimal digits, for the formats that are text.

/// What [`VALUES`] has for a character that is no digit.
const NO_DIGIT: u8 = 0xff;

/// The value of each character as a hexadecimal digit.
static VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// The digits of each byte.
static DIGITS: [[u8; 2]; 256] = {
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        digits[byte] = [b"0123456789abcdef"[byte / 16], b"0123456789abcdef"[byte % 16]];
        byte += 1;
    }
    digits
};

/// Returns the value of two digits; `None` if one of the characters is none.
#[inline(always)]
pub fn parse(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| VALUES[usize::from(digit)]);
    ((high | low) & 0x80 == 0).then_some(high << 4 | low)
}

/// Returns the value of two digits. Other characters count as 0.
#[inline(always)]
pub fn parse_or_zero(digits: [u8; 2]) -> u8 {
    parse(digits).unwrap_or_else(|| {
        let [high, low] = digits.map(|digit| match VALUES[usize::from(digit)] {
            NO_DIGIT => 0,
            value => value,
        });
        high << 4 | low
    })
}

/// Returns the digits of a byte, in lower case.
#[inline(always)]
pub fn of(byte: u8) -> [u8; 2] {
    DIGITS[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        for byte in 0..=255 {
            assert_eq!(of(byte), *format!("{byte:02x}").as_bytes());
            let digit = |character: u8| char::from(character).to_digit(16).map(|value| value as u8);
            for other in *b"0aF g" {
                let pair = digit(byte).zip(digit(other)).map(|(high, low)| 16 * high + low);
                assert_eq!(parse([byte, other]), pair);
                let or_zero = 16 * digit(byte).unwrap_or(0) + digit(other).unwrap_or(0);
                assert_eq!(parse_or_zero([byte, other]), or_zero);
            }
        }
    }
}
