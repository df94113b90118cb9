//! The values of `state.state`.

pub const START: i32 = 0;
pub const CODING: i32 = 1;
pub const DONE: i32 = 2;
pub const FAILED: i32 = 3;
