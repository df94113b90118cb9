//! Raw modes by their names.

use crate::mode::RAW_MODES;

/// Returns the name of a raw mode; an empty one for an unknown number.
pub fn name(id: i32) -> &'static [u8] {
    usize::try_from(id).ok().and_then(|id| RAW_MODES.get(id)).map_or(b"", |name| name.to_bytes())
}
