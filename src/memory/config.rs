//! The three environment variables that configure the default arena, for programs without Python: in Pillow, its Python
//! layer reads them.

use std::ffi::{CStr, c_int};

use super::arena::{Arena, MAX_ALIGNMENT};
use crate::error::{Detail, Error, Result};
use crate::process::environment;

/// A variable: the rule for its value, its parser, and the setter.
struct Setting {
    variable: &'static CStr,
    rule: &'static str,
    parse: fn(&str) -> Option<c_int>,
    apply: fn(&Arena, c_int) -> Result<()>,
}

const SETTINGS: [Setting; 3] = [
    Setting {
        variable: c"PILLOW_ALIGNMENT",
        rule: "must be a power of two from 1 to 128",
        parse: |value| size(value).filter(|n| (1..=MAX_ALIGNMENT).contains(n) && n.count_ones() == 1),
        apply: |arena, alignment| {
            arena.set_alignment(alignment);
            Ok(())
        },
    },
    Setting {
        variable: c"PILLOW_BLOCK_SIZE",
        rule: "must be a number of bytes, at least 4096 and divisible by 4096, with k or m behind it for KiB or MiB",
        parse: |value| size(value).filter(|n| *n >= 0x1000 && n % 0x1000 == 0),
        apply: |arena, bytes| {
            arena.set_block_size(bytes);
            Ok(())
        },
    },
    Setting {
        variable: c"PILLOW_BLOCKS_MAX",
        rule: "must be a number of blocks, 0 or more",
        parse: |value| size(value).filter(|n| *n >= 0),
        apply: Arena::set_blocks_max,
    },
];

/// Reads the variables with `lookup` and applies them to `arena`. If one breaks its rule, none is applied.
pub fn configure<'a>(arena: &Arena, lookup: impl Fn(&CStr) -> Option<&'a CStr>) -> Result<()> {
    let mut values = [None; SETTINGS.len()];
    for (setting, slot) in SETTINGS.iter().zip(&mut values) {
        let Some(value) = lookup(setting.variable) else { continue };
        let parsed = value.to_str().ok().and_then(setting.parse).ok_or_else(|| Error::Setting {
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

/// A value as an error's text shows it.
fn detail_of(value: &CStr) -> Detail {
    let mut text = Detail::new();
    // A value that does not fit is truncated.
    let _ = std::fmt::write(&mut text, format_args!("{}", environment::shown(value)));
    text
}

/// Parses a number with an optional suffix `k` or `m`, and white space around it, as Pillow does for all three.
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
    fn errors_name_the_variable_and_its_value() {
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
