//! Tests of the whole.

mod attacks;
mod property;
mod suite;
