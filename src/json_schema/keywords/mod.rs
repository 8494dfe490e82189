//! Keywords to rules.

mod combinations;
mod items;
mod members;
mod source;
mod values;
