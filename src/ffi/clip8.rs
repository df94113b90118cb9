//! The table that clips to a byte. The header declares it among its data.

const BELOW: usize = 640;
const LENGTH: usize = 1280;

/// What a program may write to, like the pointer, as both always have been: so this library looks at neither.
static mut TABLE: [u8; LENGTH] = table();

/// Points to the entry of 0.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static mut clip8_lookups: *mut u8 = (&raw mut TABLE).cast::<u8>().wrapping_add(BELOW);

const fn table() -> [u8; LENGTH] {
    let mut table = [0; LENGTH];
    let mut at = BELOW;
    while at < LENGTH {
        let value = at - BELOW;
        table[at] = if value < 255 { value as u8 } else { 255 };
        at += 1;
    }
    table
}
