//! The three environment variables that set up the default arena: for programs without Pillow's Python layer, which
//! reads them itself.

use std::ffi::{CStr, c_int};

use super::arena::{Arena, MAX_ALIGNMENT};
use crate::error::{Detail, Error, Result};
use crate::process::environment;

/// A variable, the rule for its value, and how to read and apply it.
struct Setting {
    variable: &'static CStr,
    rule: &'static str,
    read: fn(&str) -> Option<c_int>,
    apply: fn(Arena, c_int) -> Result<()>,
}

const SETTINGS: [Setting; 3] = [
    Setting {
        variable: c"PILLOW_ALIGNMENT",
        rule: "must be a power of two from 1 to 128",
        read: |value| size(value).filter(|n| (1..=MAX_ALIGNMENT).contains(n) && n.count_ones() == 1),
        apply: |arena, alignment| {
            arena.set_alignment(alignment);
            Ok(())
        },
    },
    Setting {
        variable: c"PILLOW_BLOCK_SIZE",
        rule: "must be a number of bytes, at least 4096 and divisible by 4096, with k or m behind it for KiB or MiB",
        read: |value| size(value).filter(|n| *n >= 0x1000 && n % 0x1000 == 0),
        apply: |arena, bytes| {
            arena.set_block_size(bytes);
            Ok(())
        },
    },
    Setting {
        variable: c"PILLOW_BLOCKS_MAX",
        rule: "must be a number of blocks, 0 or more",
        read: |value| size(value).filter(|n| *n >= 0),
        apply: Arena::set_blocks_max,
    },
];

/// Reads the variables with `lookup` and applies them to `arena`: all of them, or, where one breaks its rule, none.
pub fn configure<'a>(arena: Arena, lookup: impl Fn(&CStr) -> Option<&'a CStr>) -> Result<()> {
    let mut values = [None; SETTINGS.len()];
    for (setting, slot) in SETTINGS.iter().zip(&mut values) {
        let Some(value) = lookup(setting.variable) else { continue };
        let parsed = value.to_str().ok().and_then(setting.read).ok_or_else(|| Error::Setting {
            variable: setting.variable.to_str().unwrap_or(""),
            value: detail_of(value),
            rule: setting.rule,
        })?;
        *slot = Some(parsed);
    }
    for (setting, value) in SETTINGS.iter().zip(values) {
        if let Some(value) = value {
            (setting.apply)(arena, value)?;
        }
    }
    Ok(())
}

/// A value for an error's text.
fn detail_of(value: &CStr) -> Detail {
    let mut text = Detail::new();
    // What does not fit is cut.
    let _ = std::fmt::write(&mut text, format_args!("{}", environment::shown(value)));
    text
}

/// A number, with an optional `k` or `m`, and blanks around it: as Pillow reads all three.
fn size(value: &str) -> Option<c_int> {
    let value = value.trim();
    let (digits, factor) = match (value.strip_suffix(['k', 'K']), value.strip_suffix(['m', 'M'])) {
        (Some(digits), _) => (digits, 1 << 10),
        (_, Some(digits)) => (digits, 1 << 20),
        _ => (value, 1),
    };
    digits.parse::<c_int>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_suffixes() {
        assert_eq!(size("4096"), Some(4096));
        assert_eq!(size(" 64K "), Some(65536));
        assert_eq!(size("2m"), Some(2 << 20));
        for wrong in ["", "k", "4x", "2048m", "1.5m", "-"] {
            assert_eq!(size(wrong).filter(|n| *n > 0), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        for (variable, value) in
            [(c"PILLOW_ALIGNMENT", c"3"), (c"PILLOW_BLOCK_SIZE", c"4095"), (c"PILLOW_BLOCKS_MAX", c"-1")]
        {
            let error = configure(Arena::the_default(), |name| (name == variable).then_some(value)).unwrap_err();
            let text = error.to_string();
            assert!(
                text.starts_with(&format!("{}={}: must be", variable.to_string_lossy(), value.to_string_lossy())),
                "{text}"
            );
        }
    }
}
