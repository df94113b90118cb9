//! AVX-512: pixels between others, eight at once.
//!
//! The pixels around eight places are gathered into vectors; what is computed of them is what [`filters`] compute, in the
//! same order.
//!
//! [`filters`]: crate::geometry::transform

use std::arch::x86_64::*;

use super::super::table::Table;
use super::{Eight, Sampled};
